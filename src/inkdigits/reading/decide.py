"""What was read becomes lines of a reading: which digits and marks are accepted, and why not, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from inkdigits.imaging.line_crop import MARKS
from inkdigits.pictures.decode import Page
from inkdigits.reading.read_page import ReadPage
from inkdigits.reading.symbols import ReadLine, Symbol
from inkdigits.results.characters import Digit, Mark
from inkdigits.results.transcript import NOTHING_FOUND, Line


@dataclass(frozen=True)
class Thresholds:
    """What decides, on a scale from 0 to 1; the first four are chosen on made-up pages and come with the models."""

    single: float = 0.9  # confidence at which a picture's only digit is accepted, whether one was asked for or not
    line: float = 0.9  # confidence at which a digit or a mark of a line is accepted
    no_digit: float = 0.2  # confidence below which a picture's only digit is none
    number: float = 0.4  # mean confidence of its digits below which a number of a page is none: print, a texture
    rival: float = 0.5  # of the digit that was asked for, as tall and as sure: another says that there are several
    print: float = 0.02  # share of the page that is other writing or print, at which it is worth a word
    small: float = 10.0  # pixels: digits lower than this deserve a word
    # In place of the first two where a model of one's own reads the digits: it does not read marks.
    own: float | None = None


@dataclass(frozen=True)
class Decision:
    """What a page says."""

    lines: tuple[Line, ...]
    score: float  # how sure the surest line of all that was read is, 0 to 1
    notes: tuple[str, ...]  # why the reading is not "ok", or what was left out, in words; none where all is plain


def decide(
    read: ReadPage,
    page: Page,
    calibrated: Callable[[ReadLine], ReadLine],
    least: Thresholds,
    *,
    single: bool,
    digits_only: bool,
) -> Decision:
    """Return what to accept of what was read on a page, and what to say of it.

    `single` says that exactly one digit was asked for, `digits_only` leaves marks and gaps out of the text of lines.
    """
    every = tuple(map(calibrated, read.lines))
    found = tuple(line for line in (_without_doubtful(line, least) for line in every) if line.digits)
    kept = tuple(line for line in only_digit(every, least) if line.confidence >= least.no_digit) if single else found
    several = single and sum(len(line.digits) for line in found) > 1
    only = single or sum(len(line.symbols) for line in kept) == 1
    accepted = least.own if least.own is not None else least.single if only else least.line
    lines = tuple(_line(line, number, page, (accepted, least.line), digits_only) for number, line in enumerate(kept))
    notes = [*_doubts(lines, several=several), *_unread(kept), *_size(kept or every, least)]
    notes += _surroundings(kept, read.other, least)
    if not (kept or notes):
        notes = [_nothing(every)]
    return Decision(lines, max((line.confidence for line in every), default=0.0), tuple(notes))


def only_digit(lines: Sequence[ReadLine], least: Thresholds) -> tuple[ReadLine, ...]:
    """Return the digit that one means who says that there is one: the surest of the tallest; less sure beside others.

    It is a line of its own; there is none where nothing was read. `least.rival` says what counts as another digit.
    """
    digits = [digit for line in lines for digit in line.digits]
    if not digits:
        return ()
    tallest = max(digit.height for digit in digits)
    best, *others = sorted(digits, key=lambda digit: -digit.confidence * min(1.0, 0.2 + digit.height / tallest))
    rivals = [
        other.confidence
        for other in others
        if other.height > least.rival * best.height and other.confidence > least.rival * best.confidence
    ]
    alone = replace(best, confidence=best.confidence * (1 - max(rivals, default=0.0)), unread=0)
    return (ReadLine((alone,)),)


def _without_doubtful(line: ReadLine, least: Thresholds) -> ReadLine:
    """Return a line without its numbers that are probably none: of print, of a texture."""
    return ReadLine.of(number for number in line.numbers if number.digits and number.confidence >= least.number)


def _doubts(lines: Sequence[Line], *, several: bool) -> list[str]:
    """Return what a person should look at, in words."""
    doubtful = [
        _named(place, line, number)
        for number, line in enumerate(lines, 1)
        for place, item in enumerate(line.characters)
        if not item.accepted
    ]
    if several and (doubtful or not lines):
        return ["you asked for one digit; this looks like several"]
    if not doubtful:
        return []
    more = f" and {len(doubtful) - 3} more" if len(doubtful) > 3 else ""
    return [f"not sure of: {', '.join(doubtful[:3])}{more}"]


def _named(place: int, line: Line, number: int) -> str:
    """Return which character of a line is meant; by its place too, where the line has others that look the same."""
    values = [item.value for item in line.characters]  # of its digits, and then of its marks
    value, after = values[place], place - len(line.digits)
    which = f"mark no. {after + 1}" if after >= 0 else f"digit no. {place + 1}"
    return f"{value} in line {number}" + (f" ({which})" if values.count(value) > 1 else "")


def _unread(kept: Sequence[ReadLine]) -> list[str]:
    """Return which lines hold ink that may be a digit and was not read, in words."""
    lines = [str(number) for number, line in enumerate(kept, 1) if any(symbol.unread for symbol in line.symbols)]
    return [f"ink beside what was read may be a digit too, in line {', '.join(lines)}"] if lines else []


def _size(read: Sequence[ReadLine], least: Thresholds) -> list[str]:
    """Return, in words, that what was read is small, which is why little of it may be believed."""
    tallest = max((digit.height for line in read for digit in line.digits), default=least.small)
    if tallest >= least.small:
        return []
    pixels = round(tallest)
    return [f"the writing is very small: {pixels} pixel{'' if pixels == 1 else 's'}"]


def _surroundings(kept: Sequence[ReadLine], other: float, least: Thresholds) -> list[str]:
    """Return what else is on the page, in words."""
    if other > least.print:
        return ["other writing or print was left out" if kept else "this looks like words or print, not digits"]
    return []


def _nothing(read: Sequence[ReadLine]) -> str:
    """Return, in words, that nothing was kept of what was read; one doubtful digit may well be none."""
    if sum(len(line.digits) for line in read) > 1:
        return "what was found is too doubtful to be read; a closer or sharper picture may help"
    return NOTHING_FOUND


def _line(line: ReadLine, number: int, page: Page, accepted: tuple[float, float], digits_only: bool) -> Line:
    """Return a line as people see it; `accepted` is the confidence at which a digit is accepted, and a mark."""
    digits: list[Digit] = []
    marks: list[Mark] = []
    gaps: list[int] = []
    of_digits, of_marks = accepted
    for place, symbol in enumerate(line.symbols):
        if place in line.gaps:
            gaps.append(len(digits))
        box = _box(symbol, page)
        sure = symbol.confidence >= (of_digits if symbol.is_digit else of_marks) and not symbol.unread
        if symbol.is_digit:
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
