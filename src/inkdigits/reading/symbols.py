"""What was read at a place, before it is decided what to accept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from statistics import fmean
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]  # left, top, right, bottom on the page of grey levels, in its pixels

_Kind = TypeVar("_Kind", bound=np.generic)


def cut_box(image: npt.NDArray[_Kind], box: Box, room: float) -> npt.NDArray[_Kind]:
    """Return the part of an image, (H,W), within a box and so much of its height about it; it may be empty."""
    left, top, right, bottom = box
    around = room * (bottom - top)
    rows = slice(max(0, int(top - around)), max(1, ceil(bottom + around)))
    columns = slice(max(0, int(left - around)), max(1, ceil(right + around)))
    return image[rows, columns]


@dataclass(frozen=True)
class Symbol:
    """A digit or a mark that was read."""

    symbol: int  # 0 to 9 a digit, 10 to 15 a mark
    probabilities: npt.NDArray[np.float64]  # (10,) of the ten digits; they add up to 1
    confidence: float  # probability that this symbol stands here, 0 to 1; before calibration, how far the models agree
    box: Box
    image: npt.NDArray[np.uint8]  # (28,28), what the digit model saw; all zeros for a mark
    seen: float = 1.0  # the detector's score of whatever it sees there, 0 to 1
    near_print: float = 0.0  # share of what is about it that is other writing or print, 0 to 1
    unread: int = 0  # how many pieces of ink about its number are as large as digits, and were not read
    size: float = 1.0  # its height beside that of the page's digits, at most 1; for a mark that of its line's digits
    contrast: float = 1.0  # of its ink and paper beside that of the page's digits, at most 1
    is_cut: bool = False  # whether its box reaches beyond the page, by more than a tenth of its height
    is_lone: bool = False  # whether it is nearly all ink of its page, which the detector did not find

    @property
    def is_digit(self) -> bool:
        """Whether it is a digit, and no mark."""
        return self.symbol < 10

    @property
    def height(self) -> float:
        """Of its box, in pixels."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True)
class ReadLine:
    """What was read in a line, from the left."""

    symbols: tuple[Symbol, ...]
    gaps: tuple[int, ...] = ()  # after how many symbols a wide gap stands

    @property
    def digits(self) -> tuple[Symbol, ...]:
        """Its digits."""
        return tuple(symbol for symbol in self.symbols if symbol.is_digit)

    @property
    def least(self) -> float:
        """How sure its least sure symbol is; 0 where ink about it was not read."""
        return min((0.0 if symbol.unread else symbol.confidence for symbol in self.symbols), default=0.0)

    @property
    def confidence(self) -> float:
        """How sure its digits are on average; 0 if it has none."""
        return fmean(digit.confidence for digit in self.digits) if self.digits else 0.0

    @property
    def height(self) -> float:
        """Of most of its digits, in pixels."""
        return float(np.median([digit.height for digit in self.digits]))

    @property
    def numbers(self) -> tuple[ReadLine, ...]:
        """What stands between its gaps."""
        ends = (0, *self.gaps, len(self.symbols))
        return tuple(ReadLine(self.symbols[begin:end]) for begin, end in pairwise(ends))

    def moved(self, move: Callable[[Box], Box]) -> ReadLine:
        """Return it with each of its boxes moved."""
        return replace(self, symbols=tuple(replace(symbol, box=move(symbol.box)) for symbol in self.symbols))

    @classmethod
    def of(cls, numbers: Iterable[ReadLine]) -> ReadLine:
        """Return numbers that stand apart as a line."""
        symbols: list[Symbol] = []
        gaps = []
        for number in numbers:
            gaps.append(len(symbols))
            symbols += number.symbols
        return cls(tuple(symbols), tuple(gap for gap in gaps if gap))
