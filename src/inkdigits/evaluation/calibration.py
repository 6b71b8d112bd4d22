"""From logits to probabilities that can be believed, and the confidence below which a person should look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

__all__ = ["fit_temperature", "reject_threshold"]


def fit_temperature(logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    """Return the temperature by which to divide logits so that their softmax is calibrated.

    It is the one number that makes the labels most likely (temperature scaling, Guo et al. 2017); the most probable
    digit stays what it is.

    Args:
        logits: float32 (N,10), of digits that were not trained on.
        labels: int64 (N,).

    """
    precise = logits.astype(np.float64)
    right = precise[np.arange(len(labels)), labels]

    def loss(log_temperature: float) -> float:
        temperature = np.exp(log_temperature)
        return float(np.mean(logsumexp(precise / temperature, axis=1) - right / temperature))

    # From 1/20 to 20: where every digit is read right there is no minimum, only ever smaller temperatures.
    found = minimize_scalar(loss, bounds=(-np.log(20), np.log(20)), method="bounded")
    return float(np.exp(found.x))


def reject_threshold(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], accuracy: float = 0.999
) -> float:
    """Return the lowest confidence such that, of the digits read with at least that, a wanted share is right.

    Args:
        probabilities: float32 (N,10), of digits that were not trained on.
        labels: int64 (N,).
        accuracy: the wanted share, from 0 to 1.

    Returns:
        from 0.5, since nothing that is more likely wrong than right should be accepted, to 1.

    """
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    right = (probabilities.argmax(axis=1) == labels)[order]
    enough = np.flatnonzero(np.cumsum(right) >= accuracy * np.arange(1, len(right) + 1))
    if len(enough) == 0:
        return 1.0
    return float(np.clip(confidence[order[enough[-1]]], 0.5, 1.0))
