"""Metrics as pure functions: of ten probabilities a digit, and of scores by which digits are told from other things.

Everything adds up counts; nothing is a mean of means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import confusion_matrix as count_confusions
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

Probabilities = npt.NDArray[np.float32]  # (N,10), each row adds up to 1
Labels = npt.NDArray[np.int64]  # (N,), 0 to 9

_DIGITS = range(10)
ACCEPTANCE = 0.95  # the share of pictures with digits that `false_accept_rate` lets pass


def wilson_interval(correct: int, n: int) -> tuple[float, float]:
    """Return the 95% interval of a share, from 0 to 1 (Wilson 1927); all of [0, 1] when n is 0."""
    if n == 0:
        return 0.0, 1.0
    share = correct / n
    z = 1.959963984540054  # the standard normal quantile of 0.975
    scale = 1 + z**2 / n
    middle = (share + z**2 / (2 * n)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # With nothing or everything right, rounding could leave the share itself just outside.
    return max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share))


def log_loss(probabilities: Probabilities, labels: Labels) -> float:
    """Return the mean cross-entropy in nats; a probability of 0 counts as the smallest float32 above it."""
    of_label = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.maximum(of_label, np.finfo(np.float32).tiny)).mean())


def confusion_matrix(predictions: Labels, labels: Labels) -> npt.NDArray[np.int64]:
    """Return int64 (10,10): how often the digit of the row was read as the digit of the column."""
    return np.asarray(count_confusions(labels, predictions, labels=list(_DIGITS)), np.int64)


@dataclass(frozen=True)
class ClassFigures:
    """How well one digit is read: precision, recall and F1 from 0 to 1, and how many there were."""

    digit: int
    precision: float
    recall: float
    f1: float
    support: int


def class_figures(predictions: Labels, labels: Labels) -> list[ClassFigures]:
    """Return the figures of each of the ten digits; a share of nothing is 0."""
    columns = precision_recall_fscore_support(labels, predictions, labels=list(_DIGITS), zero_division=0)
    return [
        ClassFigures(digit, float(precision), float(recall), float(f1), int(support))
        for digit, precision, recall, f1, support in zip(_DIGITS, *columns, strict=True)
    ]


@dataclass(frozen=True)
class ReliabilityBin:
    """The digits read with about the same confidence: how many, how sure on average, and what share is right."""

    n: int
    confidence: float
    accuracy: float


def reliability_bins(probabilities: Probabilities, labels: Labels, bins: int = 15) -> list[ReliabilityBin]:
    """Return equally wide bins of confidence, the empty ones too, whose confidence and accuracy are 0."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    edges = np.linspace(0, 1, bins + 1)
    # A confidence of exactly an edge belongs to the bin below it; float32 sums may exceed 1 by a rounding.
    places = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    sums = np.bincount(places, weights=confidence, minlength=bins)
    rights = np.bincount(places, weights=right, minlength=bins)
    shares = np.maximum(counts, 1)
    return [
        ReliabilityBin(int(count), confidence, accuracy)
        for count, confidence, accuracy in zip(counts, sums / shares, rights / shares, strict=True)
    ]


def expected_calibration_error(probabilities: Probabilities, labels: Labels, bins: int = 15) -> float:
    """Return the mean distance between confidence and accuracy, from 0 to 1 (Guo et al. 2017), over equal bins."""
    if len(labels) == 0:
        return 0.0
    found = reliability_bins(probabilities, labels, bins)
    return float(sum(entry.n * abs(entry.confidence - entry.accuracy) for entry in found) / len(labels))


def area_under_curve(with_digits: Sequence[float], without: Sequence[float]) -> float | None:
    """Return the probability that a picture with a digit scores higher than one without (AUROC); a tie counts half.

    Args:
        with_digits: `Reading.digit_score` of pictures with digits.
        without: of pictures without.

    Returns:
        from 0 to 1, 0.5 by chance; None if either are none.

    """
    if not with_digits or not without:
        return None
    truth = [True] * len(with_digits) + [False] * len(without)
    return float(roc_auc_score(truth, [*with_digits, *without]))


def false_accept_rate(
    with_digits: Sequence[float], without: Sequence[float], acceptance: float = ACCEPTANCE
) -> float | None:
    """Return the share of pictures without a digit that would be accepted where a wanted share of the others is.

    Args:
        with_digits: by what it is accepted, of each picture with digits: `Judgement.confidence`.
        without: of pictures without.
        acceptance: the wanted share, above 0 and up to 1.

    Returns:
        from 0 to 1; None if either are none.

    """
    if not with_digits or not without:
        return None
    threshold = sorted(with_digits, reverse=True)[math.ceil(acceptance * len(with_digits)) - 1]
    return sum(confidence >= threshold for confidence in without) / len(without)
