"""Kinds that are written on blank paper: one digit, one line, many lines, columns."""

from __future__ import annotations

from collections.abc import Sequence

from inkdigits.imaging.line_crop import NON_DIGIT
from inkdigits.synthesis.composition import USUAL_SPACINGS
from inkdigits.synthesis.pages.draft import Draft, Strip
from inkdigits.synthesis.pages.marginalia import cross_out, draw_frame, draw_rules
from inkdigits.synthesis.pages.sheet import Sheet
from inkdigits.synthesis.pages.typesetting import Typeface


def single(draft: Draft) -> Sheet:
    """Write one digit, alone, in a box, or beside what the border cuts."""
    height = draft.digit_height(240)
    label = draft.many(0, 9)
    ink = draft.digit(label, height)
    boxed = draft.chance(draft.level.boxed)
    room = height * (draft.between(1.15, 1.8) if draft.chance(0.5) else draft.between(1.8, 4))
    side = max(room, (1.9 if boxed else 1.15) * max(ink.shape))
    sheet = draft.sheet(side * draft.between(0.9, 1.4), side)
    loose = sheet.width - ink.shape[1], sheet.height - ink.shape[0]
    stray = 0.1 if boxed else 0.25
    left = loose[0] * (0.5 + draft.between(-stray, stray))
    top = loose[1] * (0.5 + draft.between(-stray, stray))
    sheet.put(ink, left, top, label, sheet.new_line())
    if boxed:
        margin = height * draft.between(0.12, 0.4)
        box = left - margin, top - margin, left + ink.shape[1] + margin, top + ink.shape[0] + margin
        draw_frame(sheet, box, height, draft.rng)
    elif draft.chance(draft.level.ruled):
        draw_rules(sheet, height, draft.rng)
    return sheet


def string(draft: Draft) -> Sheet:
    """Write one line, tight about it: a number, or several with wide gaps."""
    height = draft.digit_height(120)
    several, face = draft.chance(0.25), _face(draft)
    counts = _counts(draft, several)
    numbers = [draft.strip(draft.text(count, draft.level.signs), height, face=face) for count in counts]
    if not several and face is None:
        numbers = [draft.strip(draft.text(draft.many(2, 10), draft.level.signs), height, USUAL_SPACINGS)]
    gaps = [height * draft.between(1.3, 4) for _ in numbers]
    width = sum(number.width for number in numbers) + sum(gaps[1:])
    slope = float(draft.rng.normal(0, draft.level.slope))
    rise, fall = max(number.rise for number in numbers), max(number.fall for number in numbers)
    margin = height * draft.between(0.1, 1.2), height * draft.between(0.1, 1.2)
    sheet = draft.sheet(width + 2 * margin[0], rise + fall + abs(slope) * width + 2 * margin[1])
    baseline = margin[1] + rise + max(0.0, -slope) * width
    lay_numbers(draft, sheet, [*zip(gaps, numbers, strict=True)], margin[0], baseline, slope)
    if draft.chance(draft.level.ruled):
        draw_rules(sheet, height, draft.rng)
    return sheet


def lines(draft: Draft) -> Sheet:
    """Write lines down a page."""
    sheet = draft.sheet(draft.width, draft.height)
    height = free_lines(draft, sheet)
    if draft.chance(draft.level.ruled):
        draw_rules(sheet, height, draft.rng)
    return sheet


def free_lines(draft: Draft, sheet: Sheet, height: float | None = None) -> float:
    """Write lines down a sheet from its top, smaller ones if none has room; return the digits' height."""
    most = 0.12 if draft.chance(0.8) else 0.3
    height = height or draft.digit_height(most * min(sheet.width, sheet.height))
    height = min(height, 0.4 * min(sheet.width, sheet.height))
    margin = min(max(height * draft.between(0.4, 2), 3.0), 0.15 * sheet.width)
    pitch = height * draft.between(1.5, 2.8)
    x = margin + draft.between(0, 0.15) * sheet.width
    slope = float(draft.rng.normal(0, draft.level.slope))
    most_lines = draft.many(2, 14)
    spare = max(0.0, sheet.height - 2 * margin - pitch * most_lines)
    baseline = margin + 1.1 * height + max(0.0, -slope) * (sheet.width - x) + spare * draft.between(0, 0.8)
    several, ragged = draft.chance(0.25), draft.between(0, 1.5) * draft.chance(0.4)
    usual, face = draft.many(2, 10), _face(draft)
    for _ in range(most_lines):
        own = slope + float(draft.rng.normal(0, 0.1 * draft.level.slope))
        if baseline + 0.35 * height + max(0.0, own) * (sheet.width - x) > sheet.height - 2:
            break
        counts = _counts(draft, several) if draft.chance(0.7) else (max(1, usual + draft.many(-1, 1)),)
        begin = x + height * draft.between(0, ragged)
        if any(sheet.lines) and draft.chance(draft.level.crossed):
            begin = cross_out(draft, sheet, begin, baseline, height, sheet.width - margin) + 0.6 * height
        numbers = numbers_of_a_line(draft, counts, height, sheet.width - 2 - begin, face)
        lay_numbers(draft, sheet, numbers, begin, baseline, own)
        baseline += pitch * float(draft.rng.normal(1, 0.03))
    if not sheet.items and height >= draft.level.smallest:
        return free_lines(draft, sheet, 0.6 * height)
    return height


def columns(draft: Draft) -> Sheet:
    """Write numbers in columns, without rules; a row is a line."""
    sheet = draft.sheet(draft.width, draft.height)
    height = draft.digit_height(0.07 * min(draft.width, draft.height))
    many = max(1, min(draft.many(2, 4), int((sheet.width - 2 * height) / (3.2 * height))))
    wide = (sheet.width - 2 * height) / many
    most = max(1, int(min(5, wide / (1.1 * height) - 2)))
    pitch = height * draft.between(1.6, 2.6)
    baseline = height * draft.between(1.5, 3)
    rights = draft.chance(0.5)
    if draft.chance(0.3):
        for column in range(many):
            word = draft.word(height)
            sheet.put(word, height + column * wide, baseline - word.shape[0], NON_DIGIT)
        baseline += pitch
    for _ in range(draft.many(2, 10)):
        if baseline > sheet.height - height:
            break
        line = sheet.new_line()
        for column in range(many):
            number = draft.strip(draft.text(draft.many(1, most), draft.level.signs), height)
            if draft.chance(0.08) or number.width > wide - 1.2 * height:
                continue
            x = height + column * wide + (wide - 1.2 * height - number.width if rights else 0.0)
            sheet.space(line)
            draft.lay(sheet, number, x, baseline, line)
        baseline += pitch
    if many > 1 and draft.chance(0.3):
        x = height + wide * draft.many(1, many - 1) - 0.6 * height
        sheet.draw([(x, 0.5 * height), (x + draft.between(-3, 3), baseline)], 0.06 * height, 0.8, hand=True)
    return sheet


def numbers_of_a_line(
    draft: Draft, counts: Sequence[int], height: float, room: float, face: Typeface | None = None
) -> list[tuple[float, Strip]]:
    """Return numbers of so many digits, as far as there is room for them, each with the gap before it."""
    numbers: list[tuple[float, Strip]] = []
    width, most = 0.0, max(1, int(room / (0.9 * height)))
    for count in counts:
        number = draft.strip(draft.text(min(count, most), draft.level.signs), height, face=face)
        if number.width > room:
            number = draft.strip(draft.digits(1), height, face=face)
        gap = height * draft.between(1.3, 4)
        if width + gap * bool(numbers) + number.width > room:
            break
        numbers.append((gap, number))
        width += number.width + gap
    return numbers


def lay_numbers(
    draft: Draft, sheet: Sheet, numbers: list[tuple[float, Strip]], x: float, baseline: float, slope: float
) -> None:
    """Lay the numbers of one line, with wide gaps between them."""
    line, begin = sheet.new_line(), x
    for place, (gap, number) in enumerate(numbers):
        if place:
            x += gap
            sheet.space(line)
        x = draft.lay(sheet, number, x, baseline + slope * (x - begin), line, slope=slope)
    if numbers and draft.chance(0.05):
        rise = numbers[0][1].rise
        y = baseline + 0.25 * rise
        sheet.draw([(begin, y), (x, y + slope * (x - begin))], (draft.writer.hand.pen or 0.1) * rise, 0.9, hand=True)


def _counts(draft: Draft, several: bool) -> tuple[int, ...]:
    """Return how many digits each number of a line has."""
    if not several:
        return (draft.many(1, 10),)
    return tuple(draft.many(1, 5) for _ in range(draft.many(2, 4)))


def _face(draft: Draft) -> Typeface | None:
    """Return the typeface of the few numbers that are printed, None for those by hand."""
    return draft.typeface if draft.chance(0.06) else None
