"""What was read in a picture, as data: its digits and marks line by line, and their forms as JSON and CSV."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

from inkdigits.errors import PictureError
from inkdigits.pictures.decode import Picture
from inkdigits.results.characters import Digit, Mark
from inkdigits.results.percent import percent

Status = Literal["ok", "uncertain", "no_digit", "error"]

NOTHING_FOUND = "no digit found"  # the note of a page where there was nothing else to say

SCHEMA = 2  # of JSON, CSV and Parquet, as docs/readings.md describes them

_SIGNS = "-+"  # belong to the number after them, where a gap stands there too; any other mark to the one before

CSV_COLUMNS = (
    *("source", "page", "status", "text", "line", "number", "value", "mark", "confidence", "accepted"),
    *("x", "y", "width", "height", "error"),
)


@dataclass(frozen=True, repr=False)
class Line:
    """What stands in one line, from the left.

    Attributes:
        digits: at least one.
        marks: in their order.
        gaps: after how many digits there is a wide gap, which keeps two numbers apart.
        digits_only: leave marks and gaps out of `text`.

    """

    digits: tuple[Digit, ...]
    marks: tuple[Mark, ...] = ()
    gaps: tuple[int, ...] = ()
    digits_only: bool = False

    def __repr__(self) -> str:
        return f"<Line '{self.marked_text}', {percent(min(read.confidence for read in self.characters))}>"

    @property
    def text(self) -> str:
        """The line as written, such as "407", "12.50" or "12 7 30"."""
        return self._written(lambda read: str(read.value))

    @property
    def marked_text(self) -> str:
        """The line as written, with what should be checked in brackets, such as "61[2?]31"."""
        marked = self._written(lambda read: str(read.value) if read.accepted else f"[{read.value}?]")
        return marked.replace("?][", "")  # one pair about neighbours

    @property
    def numbers(self) -> list[str]:
        """The digits of each number, split at marks and wide gaps: "12.50" is ["12", "50"]."""
        numbers = [""] * (self.number_of[-1] + 1)
        for digit, number in zip(self.digits, self.number_of, strict=True):
            numbers[number] += str(digit.value)
        return numbers

    @property
    def number_of(self) -> list[int]:
        """Which of the line's numbers each digit belongs to, from 0."""
        ends = {mark.after for mark in self.marks} | {*self.gaps}
        return list(accumulate((place in ends for place in range(1, len(self.digits))), initial=0))

    @property
    def characters(self) -> tuple[Digit | Mark, ...]:
        """Its digits, and its marks after them."""
        return (*self.digits, *self.marks)

    def marks_after(self, place: int) -> str:
        """Return the marks after so many digits."""
        return "".join(mark.value for mark in self.marks if mark.after == place)

    def _written(self, show: Callable[[Digit | Mark], str]) -> str:
        """Return the line with each digit and mark as it is to be shown."""
        digits = [show(digit) for digit in self.digits]
        if self.digits_only:
            return "".join(digits)
        return "".join(self._between(place, show) + digit for place, digit in enumerate((*digits, ""))).strip()

    def _between(self, place: int, show: Callable[[Digit | Mark], str]) -> str:
        """Return what stands after so many digits."""
        marks = [mark for mark in self.marks if mark.after == place]
        if place not in self.gaps:
            return "".join(map(show, marks))
        before, signs = (
            "".join(show(mark) for mark in marks if (mark.value in _SIGNS) is is_sign) for is_sign in (False, True)
        )
        return f"{before} {signs}"


@dataclass(frozen=True)
class Transcript:
    """What was read in one picture, or on one of its pages, as data; `Reading` says what each field is."""

    source: str
    lines: tuple[Line, ...] = ()
    error: PictureError | None = field(default=None, compare=False)
    picture: Picture | None = field(default=None, repr=False, compare=False)
    page: int = 1
    digit_score: float = 0.0
    rotation: int = 0
    notes: tuple[str, ...] = ()

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits in reading order."""
        return tuple(digit for line in self.lines for digit in line.digits)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All marks in reading order."""
        return tuple(mark for line in self.lines for mark in line.marks)

    @property
    def characters(self) -> tuple[Digit | Mark, ...]:
        """All digits, and all marks after them."""
        return (*self.digits, *self.marks)

    @property
    def numbers(self) -> list[str]:
        """All numbers in reading order, of digits only: the lines, split at marks and wide gaps."""
        return [number for line in self.lines for number in line.numbers]

    @property
    def text(self) -> str:
        r"""The lines as written, joined by "\n"."""
        return "\n".join(line.text for line in self.lines)

    @property
    def status(self) -> Status:
        """Whether all digits and marks were accepted, one was not, there is no digit, or the picture is unreadable."""
        if self.error:
            return "error"
        if not self.digits:
            return "no_digit"
        return "ok" if all(read.accepted for read in self.characters) else "uncertain"

    def __str__(self) -> str:
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as it stands in JSON."""
        return {
            "schema": SCHEMA,
            "source": self.source,
            "page": self.page,
            "status": self.status,
            "text": self.text,
            "lines": [line.text for line in self.lines],
            "numbers": self.numbers,
            "digits": [digit.to_dict() for digit in self.digits],
            "marks": [mark.to_dict() for mark in self.marks],
            "rotation": self.rotation,
            "notes": list(self.notes),
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
                **{"line": digit.line, "number": number, "value": digit.value, "mark": line.marks_after(place)},
                **{"confidence": round(digit.confidence, 6), "accepted": digit.accepted},
                **dict(zip(("x", "y", "width", "height"), digit.box, strict=True)),
            }
            for line in self.lines
            for place, (digit, number) in enumerate(zip(line.digits, line.number_of, strict=True), 1)
        ]
