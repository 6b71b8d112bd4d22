"""Kinds with cells: tables, rows of boxes, score cards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inkdigits.imaging.line_crop import NON_DIGIT
from inkdigits.synthesis.pages.draft import Draft
from inkdigits.synthesis.pages.marginalia import thickness
from inkdigits.synthesis.pages.sheet import Sheet
from inkdigits.synthesis.pages.typesetting import (
    Typeface,
    print_text,
    print_word,
    random_typeface,
    random_word,
    typeset,
)

__all__ = ["box_row", "boxes", "scorecard", "table"]


@dataclass(frozen=True)
class _Grid:
    """Where the rules of a table are, in pixels of a sheet."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]


def table(draft: Draft) -> Sheet:
    """Write or print a table: a row is a line."""
    sheet = draft.sheet(draft.width, draft.height)
    many, rows = draft.many(2, 6), draft.many(2, 9)
    height, grid = _lay_out(draft, sheet, many, rows)
    _rule_grid(draft, sheet, grid, height)
    headed, named = draft.chance(0.3), draft.chance(0.3)
    most, face = draft.many(1, 4), random_typeface(draft.rng) if draft.chance(0.15) else None
    empty = draft.between(0, 0.4) * draft.chance(0.5)
    for row in range(rows):
        line = sheet.new_line()
        for column in range(many):
            cell = grid.xs[column], grid.ys[row], grid.xs[column + 1], grid.ys[row + 1]
            if (headed and row == 0) or (named and column == 0):
                _word_in(draft, sheet, cell, height)
            elif not draft.chance(empty):
                text = draft.text(draft.many(1, most), 0.5 * draft.level.signs)
                _number_in(draft, sheet, cell, height, line, text, face)
    return sheet


def scorecard(draft: Draft) -> Sheet:
    """Write a score card: names, points, and sums below a stroke."""
    sheet = draft.sheet(draft.width, draft.height)
    many, rows = draft.many(2, 5), draft.many(3, 10)
    height, grid = _lay_out(draft, sheet, many, rows)
    printed, total = draft.chance(0.6), draft.chance(0.6)
    if printed:
        _rule_grid(draft, sheet, grid, height)
    else:
        for x in grid.xs[1:-1]:
            sheet.draw([(x, grid.ys[0]), (x, grid.ys[-1])], thickness(height, draft.rng), 0.9, hand=True)
    _underline(draft, sheet, grid, grid.ys[1], height, hand=not printed)
    if total:
        for shift in (0.0, 0.1 * height)[: draft.many(1, 2)]:
            _underline(draft, sheet, grid, grid.ys[-2] + shift, height, hand=True)
    for column in range(many):
        cell = grid.xs[column], grid.ys[0], grid.xs[column + 1], grid.ys[1]
        _word_in(draft, sheet, cell, height, by_hand=not printed or draft.chance(0.5))
    for row in range(1, rows):
        _score(draft, sheet, grid, row, height, numbered=printed, total=total and row == rows - 1)
    return sheet


def _underline(draft: Draft, sheet: Sheet, grid: _Grid, y: float, height: float, *, hand: bool) -> None:
    sheet.draw([(grid.xs[0], y), (grid.xs[-1], y)], thickness(height, draft.rng), 0.9, hand=hand)


def _score(draft: Draft, sheet: Sheet, grid: _Grid, row: int, height: float, *, numbered: bool, total: bool) -> None:
    """Write the points of a round, whose number is printed before them."""
    line = sheet.new_line()
    for column in range(len(grid.xs) - 1):
        cell = grid.xs[column], grid.ys[row], grid.xs[column + 1], grid.ys[row + 1]
        if column == 0 and numbered:
            if not total:
                _number_in(draft, sheet, cell, height, line, str(row), draft.typeface)
        elif not draft.chance(0.08):
            _number_in(draft, sheet, cell, height, line, draft.digits(draft.many(1, 2 + total)))


def boxes(draft: Draft) -> Sheet:
    """Write a row of boxes with a digit in each, tight about it, or beside printed words."""
    height = draft.digit_height(120)
    cell = height * draft.between(1.3, 1.9)
    many = draft.many(4, 12)
    gap = cell * draft.between(0.1, 0.4) * draft.chance(0.5)
    margin = height * draft.between(0.2, 1)
    worded = draft.chance(0.4)
    width, size = many * (cell + gap), max(5.0, height * draft.between(0.4, 0.8))
    room = 6 * size if worded else 0.0
    sheet = draft.sheet(width + 2 * margin + room, cell + 2 * margin + (3 * size if worded else 0))
    left, top = margin + room, margin + (1.5 * size if worded else 0)
    box_row(draft, sheet, (left, top), draft.digits(many), height, cell, gap, sheet.new_line())
    if worded:
        face = draft.typeface
        print_text(sheet, (2, 2, sheet.width - 2, top - 0.5 * size), size, face, draft.rng)
        print_text(sheet, (2, top, left - 2 * size, top + cell), size, face, draft.rng)
        print_text(sheet, (2, top + cell + 0.3 * size, sheet.width - 2, sheet.height - 2), size, face, draft.rng)
    return sheet


def box_row(
    draft: Draft,
    sheet: Sheet,
    corner: tuple[float, float],
    text: str,
    height: float,
    cell: float,
    gap: float,
    line: int,
) -> float:
    """Draw a row of boxes with a digit in each, a blank for an empty one; return where it ends."""
    thick, shade = thickness(height, draft.rng), draft.between(0.35, 1)
    tall = cell * draft.between(0.95, 1.25)
    style = draft.rng.choice(["box", "comb", "line", "broken"], p=[0.7, 0.12, 0.1, 0.08])
    left, top = corner
    for place, character in enumerate(text):
        x = left + place * (cell + gap)
        corners = [(x, top), (x, top + tall), (x + cell, top + tall), (x + cell, top)]
        if style == "line":
            sheet.draw([(x + 0.06 * cell, top + tall), (x + 0.94 * cell, top + tall)], thick, shade)
        elif style == "comb":
            sheet.draw([(x, top + 0.6 * tall), *corners[1:3], (x + cell, top + 0.6 * tall)], thick, shade)
        else:
            sheet.draw(corners, thick, shade, closed=style == "box" or draft.chance(0.7))
        if character.isdigit():
            size = height * draft.between(0.88, 1.1)
            ink = draft.digit(int(character), size)
            stray = 0.5 + draft.rng.normal(0, 0.17, 2)
            x += (cell - ink.shape[1]) * stray[0]
            sheet.put(ink, x, top + (tall - ink.shape[0]) * stray[1], int(character), line)
    return left + len(text) * (cell + gap)


def _lay_out(draft: Draft, sheet: Sheet, many: int, rows: int) -> tuple[float, _Grid]:
    """Return how tall digits are in a table, and where its rules are."""
    rng = draft.rng
    most = min(sheet.height / (1.9 * rows + 0.6), sheet.width / (2.6 * many + 0.6))
    height = draft.digit_height(most) if draft.chance(0.35) else most * draft.between(0.6, 1)
    height = max(height, min(most, draft.level.smallest))
    wide, tall = height * draft.between(2.4, 4.2), height * draft.between(1.45, 2.1)
    widths = wide * (rng.uniform(0.8, 1.3, many) if draft.chance(0.5) else np.ones(many))
    widths *= min(1.0, (sheet.width - 0.5 * height) / widths.sum())
    tall = min(tall, (sheet.height - 0.5 * height) / rows)
    left = (sheet.width - widths.sum()) * draft.between(0.1, 0.9)
    top = (sheet.height - tall * rows) * draft.between(0.1, 0.9)
    xs = tuple(float(x) for x in left + np.concatenate([[0.0], np.cumsum(widths)]))
    return height, _Grid(xs, tuple(top + tall * row for row in range(rows + 1)))


def _rule_grid(draft: Draft, sheet: Sheet, grid: _Grid, height: float) -> None:
    """Draw the rules of a table, of which some kinds may be missing."""
    thick, shade = thickness(height, draft.rng), draft.between(0.3, 1)
    style = draft.rng.choice(["all", "across", "down", "open", "gaps"], p=[0.55, 0.15, 0.08, 0.12, 0.1])
    hand = draft.chance(0.12)
    outer = thick * (draft.between(1, 2.5) if draft.chance(0.3) else 1.0)
    for place, y in enumerate(grid.ys):
        edge = place in (0, len(grid.ys) - 1)
        if style == "down" or (style == "open" and edge) or (style == "gaps" and draft.chance(0.3)):
            continue
        wobble = draft.rng.normal(0, 0.05 * height, 2) if hand else (0.0, 0.0)
        points = [(grid.xs[0], y + float(wobble[0])), (grid.xs[-1], y + float(wobble[1]))]
        sheet.draw(points, outer if edge else thick, shade, hand=hand)
    for place, x in enumerate(grid.xs):
        edge = place in (0, len(grid.xs) - 1)
        if style == "across" or (style == "open" and edge) or (style == "gaps" and draft.chance(0.3)):
            continue
        wobble = draft.rng.normal(0, 0.05 * height, 2) if hand else (0.0, 0.0)
        points = [(x + float(wobble[0]), grid.ys[0]), (x + float(wobble[1]), grid.ys[-1])]
        sheet.draw(points, outer if edge else thick, shade, hand=hand)


def _number_in(
    draft: Draft,
    sheet: Sheet,
    cell: tuple[float, float, float, float],
    height: float,
    line: int,
    text: str,
    face: Typeface | None = None,
) -> None:
    """Write or print a number into a cell, one digit of it if there is no room for more."""
    left, top, right, bottom = cell
    room = right - left - 0.3 * height
    number = draft.strip(text, height, face=face)
    if number.width > room or number.rise + number.fall > 1.1 * (bottom - top):
        number = draft.strip(text[-1] if text[-1].isdigit() else text[0], 0.9 * height, face=face)
    if number.width <= room:
        stray = draft.between(0.3, 0.7) if face else draft.between(0, 1)
        baseline = (top + bottom + number.rise - number.fall) / 2
        baseline += 0.0 if face else height * draft.between(-0.1, 0.1)
        sheet.space(line)
        draft.lay(sheet, number, left + 0.15 * height + (room - number.width) * stray, baseline, line)


def _word_in(
    draft: Draft, sheet: Sheet, cell: tuple[float, float, float, float], height: float, *, by_hand: bool | None = None
) -> None:
    """Write or print a word into a cell, if it has room."""
    left, top, right, bottom = cell
    if draft.chance(0.4) if by_hand is None else by_hand:
        word = draft.word(height * draft.between(0.6, 1.0))
        if word.shape[1] < right - left and word.shape[0] < bottom - top:
            middle = (left + right - word.shape[1]) / 2, (top + bottom - word.shape[0]) / 2
            sheet.put(word, middle[0], middle[1], NON_DIGIT)
        return
    size = height * draft.between(0.4, 0.8)
    text = random_word(draft.rng)
    if typeset(text, size, draft.typeface)[0].shape[1] < right - left - 0.3 * height:
        print_word(sheet, text, left + 0.2 * height, (top + bottom + size) / 2, size, draft.typeface)
