"""From logits to probabilities that can be believed, and the confidence below which a person should look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp


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
    found = lowest_confidence(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels, accuracy)
    return min(max(found, 0.5), 1.0)


def lowest_confidence(confidences: npt.NDArray[np.floating], right: npt.NDArray[np.bool_], share: float) -> float:
    """Return the lowest confidence such that, of what is at least as sure, a wanted share is right; 1 if none is."""
    order = np.argsort(-confidences, kind="stable")
    enough = np.flatnonzero(np.cumsum(right[order]) >= share * np.arange(1, len(order) + 1))
    return float(confidences[order[enough[-1]]]) if len(enough) else 1.0
