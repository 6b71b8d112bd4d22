"""What was read in a picture: digits, lines, and their forms as JSON, as CSV, drawn and plotted."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from inkdigits.errors import PictureError
from inkdigits.extras import require
from inkdigits.imaging.decode import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image

__all__ = ["CSV_COLUMNS", "SCHEMA", "Digit", "Line", "Reading", "Status"]

Status = Literal["ok", "uncertain", "no_digit", "error"]

SCHEMA = 1  # of JSON, CSV and Parquet, as docs/readings.md describes them

CSV_COLUMNS = (
    *("source", "page", "status", "text", "line", "value", "confidence", "accepted"),
    *("x", "y", "width", "height", "error"),
)


@dataclass(frozen=True)
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
    box: tuple[int, int, int, int]
    accepted: bool
    line: int
    image: npt.NDArray[np.uint8] = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the digit as it stands in JSON."""
        return {
            "value": self.value,
            "confidence": round(self.confidence, 6),
            "accepted": self.accepted,
            "box": list(self.box),
            "line": self.line,
            "probabilities": [round(probability, 6) for probability in self.probabilities],
        }


@dataclass(frozen=True)
class Line:
    """The digits of one line, from the left."""

    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The digits as a string, such as "407"."""
        return "".join(str(digit.value) for digit in self.digits)


@dataclass(frozen=True)
class Reading:
    """What was read in one picture, or on one of its pages.

    Attributes:
        source: the picture's path as it was given, or what kind of thing it was.
        lines: from the top of the page.
        error: why the picture could not be read; None if it could.
        picture: what was read; drawing looks at it again.
        page: which page of the picture, from 1; that of nearly every picture.
        digit_score: how sure it is that there is a digit at all, 0 to 1, also where none was accepted: the mean
            confidence of its surest line.

    """

    source: str
    lines: tuple[Line, ...] = ()
    error: PictureError | None = field(default=None, compare=False)
    picture: Picture | None = field(default=None, repr=False, compare=False)
    page: int = 1
    digit_score: float = 0.0

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits in reading order."""
        return tuple(digit for line in self.lines for digit in line.digits)

    @property
    def text(self) -> str:
        r"""The lines, joined by "\n"."""
        return "\n".join(line.text for line in self.lines)

    @property
    def status(self) -> Status:
        """Whether every digit was accepted, some digit was not, there is none, or the picture cannot be read."""
        if self.error:
            return "error"
        if not self.digits:
            return "no_digit"
        return "ok" if all(digit.accepted for digit in self.digits) else "uncertain"

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as it stands in JSON."""
        return {
            "schema": SCHEMA,
            "source": self.source,
            "page": self.page,
            "status": self.status,
            "text": self.text,
            "lines": [line.text for line in self.lines],
            "digits": [digit.to_dict() for digit in self.digits],
            "error": {"code": self.error.code, "message": str(self.error)} if self.error else None,
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """Return rows of CSV with `CSV_COLUMNS`: one a digit, or one without a digit if there is none."""
        common = {"source": self.source, "page": self.page, "status": self.status, "text": self.text}
        if not self.digits:
            return [{**common, "error": str(self.error or "")}]
        return [
            {
                **common,
                **{"line": digit.line, "value": digit.value, "confidence": round(digit.confidence, 6)},
                "accepted": digit.accepted,
                **dict(zip(("x", "y", "width", "height"), digit.box, strict=True)),
            }
            for digit in self.digits
        ]

    def draw(self) -> Image.Image:
        """Draw the picture with a box about each digit, what was read as its title, and what the model saw.

        Returns:
            an RGB image.

        Raises:
            PictureError: the picture could not be read, or can no longer be.

        """
        from inkdigits.results.annotate import annotate

        return annotate(self)

    def save(self, path: str | Path) -> Path:
        """Write what `draw` draws to a file, in the format that its suffix names.

        Raises:
            OutputError: Pillow writes no such format, or the file cannot be written.
            PictureError: the picture could not be read, or can no longer be.

        """
        from inkdigits.results.drawing import save_drawing

        return save_drawing(self.draw(), path)

    def plot(self) -> Figure:
        """Plot the picture with the prediction as its title, what the model saw, and the ten probabilities.

        Returns:
            a matplotlib figure; a notebook shows it, `savefig` writes it.

        Raises:
            MissingExtraError: matplotlib is not installed.
            PictureError: the picture could not be read, or can no longer be.

        """
        require("evaluate", "Plotting a reading")
        from inkdigits.results.annotate import plot

        return plot(self)
