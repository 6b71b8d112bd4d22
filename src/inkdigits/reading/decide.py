"""What was read becomes lines of a reading: which digits and marks are accepted, and why not, in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from statistics import fmean

from inkdigits.imaging.bands import MARKS
from inkdigits.imaging.decode import Page
from inkdigits.reading.recognise import ReadLine, Symbol
from inkdigits.results.reading import Digit, Line, Mark

__all__ = ["decide", "explain"]

_PRINT = 0.02  # of the page is other writing or print, where that is worth a word


def decide(
    read: Sequence[ReadLine], page: Page, *, accepted: float, no_digit: float, digits_only: bool
) -> tuple[tuple[Line, ...], float]:
    """Return the lines of a reading, and how sure the surest line of all that was read is, 0 to 1.

    Args:
        read: what was read, from the top.
        page: what it was read on.
        accepted: confidence at which a digit or a mark is accepted, 0 to 1.
        no_digit: mean confidence of its digits below which a line is none.
        digits_only: leave marks and gaps out of the text of lines.

    """
    sure = [fmean(digit.confidence for digit in line.digits) for line in read]
    kept = [line for line, confidence in zip(read, sure, strict=True) if confidence >= no_digit]
    lines = tuple(_line(line, number, page, accepted, digits_only) for number, line in enumerate(kept))
    return lines, max(sure, default=0.0)


def explain(lines: Sequence[Line], other: float, *, single: bool) -> tuple[str, ...]:
    """Return why a reading is not "ok", or what was left out, in words; nothing where all is plain.

    Args:
        lines: what was read.
        other: share of the page that is other writing or print, 0 to 1.
        single: whether exactly one digit was asked for.

    """
    notes = []
    doubtful = [
        f"{item.value} in line {number + 1}"
        for number, line in enumerate(lines)
        for item in line.characters
        if not item.accepted
    ]
    if doubtful:
        more = f" and {len(doubtful) - 3} more" if len(doubtful) > 3 else ""
        notes.append(f"not sure of: {', '.join(doubtful[:3])}{more}")
    if other > _PRINT:
        notes.append("other writing or print was left out" if lines else "this looks like words or print, not digits")
    elif not lines:
        notes.append("no digit was found" + (": one digit was asked for" if single else ""))
    return tuple(notes)


def _line(line: ReadLine, number: int, page: Page, accepted: float, digits_only: bool) -> Line:
    digits: list[Digit] = []
    marks: list[Mark] = []
    gaps: list[int] = []
    for place, symbol in enumerate(line.symbols):
        if place in line.gaps:
            gaps.append(len(digits))
        box, sure = _box(symbol, page), symbol.confidence >= accepted
        if symbol.symbol < 10:
            ten = tuple(map(float, symbol.probabilities))
            digits.append(Digit(symbol.symbol, symbol.confidence, ten, box, sure, number, symbol.image))
        else:
            value = MARKS[symbol.symbol - 10]
            marks.append(Mark(value, symbol.confidence, box, number, len(digits), sure))
    inner = tuple(sorted({gap for gap in gaps if 0 < gap < len(digits)}))
    return Line(tuple(digits), tuple(marks), inner, digits_only)


def _box(symbol: Symbol, page: Page) -> tuple[int, int, int, int]:
    """Return where a symbol stands in the picture itself: left, top, width and height in its pixels."""
    left, top, right, bottom = symbol.box
    height, width = page.grey.shape
    x, y = min(max(int(left), 0), width - 1), min(max(int(top), 0), height - 1)
    return page.in_picture((x, y, min(max(ceil(right), x + 1), width) - x, min(max(ceil(bottom), y + 1), height) - y))
