"""How well pictures with a digit are told from pictures without one, by the score that a reading gives."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sklearn.metrics import roc_auc_score

__all__ = ["ACCEPTANCE", "area_under_curve", "false_accept_rate"]

ACCEPTANCE = 0.95  # of the pictures with digits


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
    """Return the share of pictures without a digit that score at least what a wanted share of those with digits does.

    Args:
        with_digits: `Reading.digit_score` of pictures with digits.
        without: of pictures without.
        acceptance: the wanted share, above 0 and up to 1.

    Returns:
        from 0 to 1; None if either are none.

    """
    if not with_digits or not without:
        return None
    threshold = sorted(with_digits, reverse=True)[math.ceil(acceptance * len(with_digits)) - 1]
    return sum(score >= threshold for score in without) / len(without)
