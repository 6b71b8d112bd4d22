"""Before and after, on digits that were held back: each is read by a network that was taught the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import CLASSES, Labels
from inkdigits.errors import NotTaughtError
from inkdigits.training.teaching.lesson_examples import Examples, listed

ENOUGH = 5  # examples of each digit, of which each can be held back once while four are taught
GOOD = 10  # examples of each digit, which more than halve the errors (docs/teaching.md)

_FOLDS = 5
_FORGOTTEN = 0.01  # of known digits that may be read otherwise than before
_ALWAYS = -1  # the fold of what is never held back


@dataclass(frozen=True)
class HeldBack:
    """How digits are read that were held back.

    Attributes:
        n: how many were.
        before: how many of them were read right.
        after: how many of them are read right once the others are taught.
        doubtful: places of those whose label neither agrees with.
        read_as: what each of those is read as.

    """

    n: int
    before: int
    after: int
    doubtful: tuple[int, ...] = ()
    read_as: tuple[int, ...] = ()


def folds(examples: Examples) -> int:
    """Return in how many parts examples are held back, one after the other."""
    most = int(np.bincount(examples.labels).max())
    return min(most, _FOLDS) if most > 1 else 0


def _fold_of_each(labels: Labels, seed: int) -> npt.NDArray[np.int64]:
    """Return in which fold each digit is held back, int64 (N,); -1 for one that is the only one of its kind.

    Each fold leaves at least one example of every digit to learn from.
    """
    rng = np.random.default_rng(seed)
    result = np.full(len(labels), _ALWAYS)
    for digit in range(CLASSES):
        places = rng.permutation(np.flatnonzero(labels == digit))
        if len(places) > 1:
            result[places] = np.arange(len(places)) % _FOLDS
    return result


def hold_back(
    examples: Examples,
    seed: int,
    before: npt.NDArray[np.int64],
    read_after: Callable[[npt.NDArray[np.bool_]], npt.NDArray[np.int64]],
) -> HeldBack:
    """Return how digits are read before and after, none of them by a network that was taught it.

    Args:
        examples: a person's digits.
        seed: decides which are held back together.
        before: int64 (N,), what each is read as before.
        read_after: bool (N,), which are held back → int64 (n,), what they are read as once the others are taught.

    """
    fold = _fold_of_each(examples.labels, seed)
    after = before.copy()
    for number in range(fold.max() + 1):
        after[fold == number] = read_after(fold == number)
    held = fold != _ALWAYS
    right_before, right_after = before == examples.labels, after == examples.labels
    doubtful = np.flatnonzero(held & ~right_before & ~right_after)
    return HeldBack(
        int(held.sum()),
        int(right_before[held].sum()),
        int(right_after[held].sum()),
        tuple(doubtful.tolist()),
        tuple(after[doubtful].tolist()),
    )


def check(held_back: HeldBack, before: npt.NDArray[np.int64], examples: Examples, forgotten: float) -> None:
    """Refuse a network that is worse than the one that it was.

    Args:
        held_back: how digits are read that were held back.
        before: int64 (N,), what each example is read as before.
        examples: a person's digits.
        forgotten: of known digits, the share that is read otherwise than before.

    Raises:
        NotTaughtError: it is; the message says by what.

    """
    held, advice = held_back, "check the labels, and bring more examples of each digit"
    if held.doubtful:
        places = zip(held.doubtful, held.read_as, strict=True)
        lines = [f"{examples.names[at]} ({examples.labels[at]}, read as {value})" for at, value in places]
        advice = f"check the labels: {listed(lines)}"
    if held.n and held.after < held.before:
        raise NotTaughtError(
            f"it would read {held.after} of {held.n} digits that were held back right, and {held.before} before", advice
        )
    if held.n and 2 * held.after < held.n:
        raise NotTaughtError(f"it would read only {held.after} of {held.n} digits that were held back right", advice)
    if not held.n and 2 * int((before == examples.labels).sum()) < len(examples):
        raise NotTaughtError(
            "most of the labels are not what is read now, and one example of each is too few to hold any back",
            f"check the labels, or bring {ENOUGH} examples of each digit",
        )
    if forgotten > _FORGOTTEN:
        raise NotTaughtError(f"it would read {forgotten:.1%} of the digits that it knows otherwise than before", advice)
