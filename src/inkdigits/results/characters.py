"""What stands in a line: digits, and the marks before, between and after them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.line_crop import MARKS
from inkdigits.results.percent import percent

__all__ = ["MARKS", "Digit", "Mark"]

Box: TypeAlias = tuple[int, int, int, int]  # left, top, width and height in the upright picture's pixels


@dataclass(frozen=True, repr=False)
class Digit:
    """One digit that was read.

    Attributes:
        value: 0 to 9.
        confidence: probability that there is a digit here and that it is this one, 0 to 1.
        probabilities: of the ten digits, if there is one; they add up to 1.
        box: left, top, width and height in the upright picture's pixels.
        accepted: whether the confidence is high enough; if not, have a look.
        line: which line of the page it stands in, from 0.
        image: uint8 (28,28), what the model saw: 0 paper to 255 ink.

    """

    value: int
    confidence: float
    probabilities: tuple[float, ...]
    box: Box
    accepted: bool
    line: int
    image: npt.NDArray[np.uint8] = field(compare=False)

    def __repr__(self) -> str:
        return _in_brief(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the digit as it stands in JSON."""
        return _common(self) | {"probabilities": [round(probability, 6) for probability in self.probabilities]}


@dataclass(frozen=True, repr=False)
class Mark:
    """A mark that stands before, between or after digits.

    Attributes:
        value: one of `MARKS`.
        confidence: probability that there is a mark here and that it is this one, 0 to 1.
        box: left, top, width and height in the upright picture's pixels.
        line: which line of the page it stands in, from 0.
        after: how many digits of its line stand before it.
        accepted: whether the confidence is high enough; if not, have a look.

    """

    value: str
    confidence: float
    box: Box
    line: int
    after: int
    accepted: bool = True

    def __repr__(self) -> str:
        return _in_brief(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the mark as it stands in JSON."""
        return _common(self) | {"after": self.after}


def _in_brief(read: Digit | Mark) -> str:
    left, top, width, height = read.box
    value = f"{read.value}{'' if read.accepted else '?'}"
    return f"<{type(read).__name__} {value}, {percent(read.confidence, 1)}, {width}×{height} at {left},{top}>"


def _common(read: Digit | Mark) -> dict[str, Any]:
    """Return what JSON says of digits and marks alike."""
    return {
        "value": read.value,
        "confidence": round(read.confidence, 6),
        "accepted": read.accepted,
        "box": list(read.box),
        "line": read.line,
    }
