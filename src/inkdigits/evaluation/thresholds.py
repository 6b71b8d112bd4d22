"""Below which confidence a reading is uncertain, or no digit: chosen on pictures made up from validation digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import Dataset
from inkdigits.reading.decide import Thresholds, only_digit
from inkdigits.reading.models import Models
from inkdigits.reading.page import read_page
from inkdigits.synthesis.levels import LEVELS
from inkdigits.synthesis.pages import WrittenPage, write_page
from inkdigits.synthesis.writers import Hands, Shares

__all__ = ["Outcomes", "choose_thresholds", "lowest_confidence", "read_single_pictures", "read_strings"]

SINGLE_RIGHT, LINE_RIGHT = 0.997, 0.98  # of what is accepted
FALSELY_ACCEPTED = 0.03  # of pictures without a digit
MISSED = 0.005  # of digits that were read right

_FOREIGN = 0.3  # of the hands that write them: people's own pictures are not by MNIST's writers alone
_PAGES = ("lines", "table", "form", "notebook", "note", "words")
_SEED = 4_000  # of the pictures; no other part of the project writes pictures with it


@dataclass(frozen=True)
class Outcomes:
    """How pictures were read.

    Attributes:
        confidences: float64 (N,), of the least sure digit; 0 where none was found.
        right: bool (N,): whether the text is exactly the truth.

    """

    confidences: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]


def choose_thresholds(
    models: Models, digits: Dataset, *, pictures: int, progress: Callable[[str], None] = lambda what: None
) -> dict[str, float]:
    """Return the thresholds of the models that read, by their names in `reading.decide.Thresholds`.

    Args:
        models: what reads.
        digits: validation digits, which none of them was trained on.
        pictures: how many to write of each kind at each level; twice as many of one digit and of none, and a quarter of
            whole pages.
        progress: told what is being read.

    """
    progress("pictures of one digit")
    single = read_single_pictures(models, digits, "single", 2 * pictures)
    progress("pictures of none")
    nothing = read_single_pictures(models, digits, "nothing", 2 * pictures)
    known = single.confidences[single.right]
    progress("strings, boxes and lines")
    strings = read_strings(models, digits, pictures)
    return {
        "single": max(
            lowest_confidence(single, SINGLE_RIGHT), float(np.quantile(nothing.confidences, 1 - FALSELY_ACCEPTED))
        ),
        "line": lowest_confidence(strings, LINE_RIGHT),
        "no_digit": float(np.quantile(known, MISSED)) if len(known) else 0.0,
    }


def lowest_confidence(outcomes: Outcomes, share: float) -> float:
    """Return the lowest confidence such that, of what is at least as sure, a wanted share is right; 1 if none is."""
    order = np.argsort(-outcomes.confidences, kind="stable")
    right = np.cumsum(outcomes.right[order])
    enough = np.flatnonzero(right >= share * np.arange(1, len(order) + 1))
    return float(outcomes.confidences[order[enough[-1]]]) if len(enough) else 1.0


def read_single_pictures(models: Models, digits: Dataset, kind: str, pictures: int) -> Outcomes:
    """Read pictures of one digit, or of none, at all levels of trouble."""
    confidences, right = [], []
    for picture in _pictures(kind, digits, pictures):
        only = only_digit(read_page(picture.grey, models, single=True).lines, Thresholds())
        confidences.append(only[0].symbols[0].confidence if only else 0.0)
        right.append(bool(only) and (str(only[0].symbols[0].symbol),) == picture.digits)
    return Outcomes(np.array(confidences), np.array(right))


def read_strings(models: Models, digits: Dataset, pictures: int) -> Outcomes:
    """Read strings, rows of boxes, cheques and whole pages at all levels of trouble, line by line."""
    confidences, right = [], []
    for kind in ("string", "boxes", "cheque", *_PAGES):
        for picture in _pictures(kind, digits, pictures if kind not in _PAGES else max(1, pictures // 8)):
            for line in read_page(picture.grey, models).lines:
                confidences.append(min(symbol.confidence for symbol in line.symbols))
                right.append("".join(str(digit.symbol) for digit in line.digits) in picture.digits)
    return Outcomes(np.array(confidences), np.array(right))


def _pictures(kind: str, digits: Dataset, count: int) -> Iterator[WrittenPage]:
    hands = Hands(digits, shares=Shares(foreign=_FOREIGN))
    for number, level in enumerate(LEVELS.values()):
        for place in range(count):
            rng = np.random.default_rng((_SEED, number, place))
            yield write_page(hands, level, rng, kind=kind)
