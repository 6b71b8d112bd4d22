"""Kinds with cells: tables, rows of boxes, score cards, sudokus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inkdigits.imaging.line_crop import NON_DIGIT
from inkdigits.synthesis.pages.draft import Draft
from inkdigits.synthesis.pages.marginalia import thickness
from inkdigits.synthesis.pages.sheet import Box, Sheet
from inkdigits.synthesis.pages.typesetting import (
    Typeface,
    print_text,
    print_word,
    random_typeface,
    random_word,
    typeset,
)


@dataclass(frozen=True)
class _Grid:
    """Where the rules of a table are, in pixels of a sheet."""

    xs: list[float]
    ys: list[float]

    def cell(self, column: int, row: int) -> Box:
        return self.xs[column], self.ys[row], self.xs[column + 1], self.ys[row + 1]


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
            cell = grid.cell(column, row)
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
        _word_in(draft, sheet, grid.cell(column, 0), height, by_hand=not printed or draft.chance(0.5))
    for row in range(1, rows):
        _score(draft, sheet, grid, row, height, numbered=printed, total=total and row == rows - 1)
    return sheet


def _underline(draft: Draft, sheet: Sheet, grid: _Grid, y: float, height: float, *, hand: bool) -> None:
    sheet.draw([(grid.xs[0], y), (grid.xs[-1], y)], thickness(height, draft.rng), 0.9, hand=hand)


def _score(draft: Draft, sheet: Sheet, grid: _Grid, row: int, height: float, *, numbered: bool, total: bool) -> None:
    """Write the points of a round, whose number is printed before them."""
    line = sheet.new_line()
    for column in range(len(grid.xs) - 1):
        cell = grid.cell(column, row)
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
    box_row(draft, sheet, left, top, draft.digits(many), height, cell, gap, sheet.new_line())
    if worded:
        face = draft.typeface
        print_text(sheet, (2, 2, sheet.width - 2, top - 0.5 * size), size, face, draft.rng)
        print_text(sheet, (2, top, left - 2 * size, top + cell), size, face, draft.rng)
        print_text(sheet, (2, top + cell + 0.3 * size, sheet.width - 2, sheet.height - 2), size, face, draft.rng)
    return sheet


def box_row(
    draft: Draft, sheet: Sheet, left: float, top: float, text: str, height: float, cell: float, gap: float, line: int
) -> None:
    """Draw a row of boxes with a digit in each, a blank for an empty one."""
    thick, shade = thickness(height, draft.rng), draft.between(0.35, 1)
    tall = cell * draft.between(0.95, 1.25)
    style = draft.rng.choice(["box", "comb", "line", "broken"], p=[0.7, 0.12, 0.1, 0.08])
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
    xs = (left + np.concatenate([[0.0], np.cumsum(widths)])).tolist()
    return height, _Grid(xs, [top + tall * row for row in range(rows + 1)])


def _rule_grid(draft: Draft, sheet: Sheet, grid: _Grid, height: float) -> None:
    """Draw the rules of a table, of which some kinds may be missing."""
    thick, shade = thickness(height, draft.rng), draft.between(0.3, 1)
    style = draft.rng.choice(["all", "across", "down", "open", "gaps"], p=[0.55, 0.15, 0.08, 0.12, 0.1])
    hand = draft.chance(0.12)
    outer = thick * (draft.between(1, 2.5) if draft.chance(0.3) else 1.0)
    for across, places in ((True, grid.ys), (False, grid.xs)):
        for place in places:
            edge = place in (places[0], places[-1])
            missing = style == ("down" if across else "across") or (style == "open" and edge)
            if missing or (style == "gaps" and draft.chance(0.3)):
                continue
            one, other = (place + draft.rng.normal(0, 0.05 * height, 2)).tolist() if hand else (place, place)
            points = [(grid.xs[0], one), (grid.xs[-1], other)] if across else [(one, grid.ys[0]), (other, grid.ys[-1])]
            sheet.draw(points, outer if edge else thick, shade, hand=hand)


def _number_in(
    draft: Draft, sheet: Sheet, cell: Box, height: float, line: int, text: str, face: Typeface | None = None
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


def _word_in(draft: Draft, sheet: Sheet, cell: Box, height: float, *, by_hand: bool | None = None) -> None:
    """Write or print a word into a cell, if it has room."""
    left, top, right, bottom = cell
    if draft.chance(0.4) if by_hand is None else by_hand:
        word = draft.word(height * draft.between(0.6, 1.0))
        if word.shape[1] < right - left and word.shape[0] < bottom - top:
            sheet.put(word, (left + right - word.shape[1]) / 2, (top + bottom - word.shape[0]) / 2, NON_DIGIT)
        return
    size = height * draft.between(0.4, 0.8)
    text = random_word(draft.rng)
    if typeset(text, size, draft.typeface)[0].shape[1] < right - left - 0.3 * height:
        print_word(sheet, text, left + 0.2 * height, (top + bottom + size) / 2, size, draft.typeface)


def sudoku(draft: Draft) -> Sheet:
    """Print a sudoku as newspapers do, partly filled in by hand."""
    sheet = draft.sheet(draft.width, draft.height)
    short = min(sheet.width, sheet.height)
    side = short * (draft.between(0.75, 0.97) if draft.chance(0.6) else draft.between(0.5, 0.75))
    side = min(max(side, 9 * 1.7 * draft.level.smallest), 0.97 * short)
    left = (sheet.width - side) * draft.between(0.05, 0.95)
    top = (sheet.height - side) * draft.between(0.05, 0.95)
    cell = side / 9
    thin = max(1.0, cell * draft.between(0.015, 0.05))
    thick, shade = thin * draft.between(1.0, 3.5), draft.between(0.35, 0.95)
    if draft.chance(0.2):  # every second block is grey
        for block in range(1, 9, 2):
            x, y = left + 3 * cell * (block % 3), top + 3 * cell * (block // 3)
            sheet.fill((x, y, x + 3 * cell, y + 3 * cell), draft.between(0.08, 0.25))
    for number in range(10):
        width, dark = (thin, shade) if number % 3 else (thick, 1.0)
        x, y = left + number * cell, top + number * cell
        sheet.draw([(x, top), (x, top + side)], width, dark)
        sheet.draw([(left, y), (left + side, y)], width, dark)
    _fill_sudoku(draft, sheet, left, top, cell)
    _print_around(draft, sheet, (left, top, left + side, top + side), cell)
    return sheet


def _fill_sudoku(draft: Draft, sheet: Sheet, left: float, top: float, cell: float) -> None:
    height = cell * draft.between(0.42, 0.68)
    face, given = random_typeface(draft.rng), draft.between(0.2, 0.5)
    filled = draft.between(0.1, 0.9) if draft.chance(0.4) else 0.0
    strength = draft.between(0.45, 1.0)
    own = height * draft.between(0.8, 1.1)
    for row in range(9):
        line = sheet.new_line()
        for column in range(9):
            x, y = left + column * cell, top + row * cell
            if draft.chance(given):
                sheet.space(line)
                number = draft.strip(str(draft.many(1, 9)), height, face=face)
                begin, baseline = x + (cell - number.width) / 2, y + (cell + height) / 2
                draft.lay(sheet, number, begin, baseline, line, strength=strength)
            elif draft.chance(filled):
                sheet.space(line)
                ink = draft.digit(label := draft.many(1, 9), own)
                stray = draft.between(0.3, 0.7), draft.between(0.3, 0.7)
                sheet.put(ink, x + (cell - ink.shape[1]) * stray[0], y + (cell - ink.shape[0]) * stray[1], label, line)


def _print_around(draft: Draft, sheet: Sheet, box: Box, cell: float) -> None:
    """Print headings and columns of text beside a grid, as far as there is room."""
    left, top, right, bottom = box
    size = max(4.0, cell * draft.between(0.22, 0.4))
    gap = 0.3 * cell
    wide, tall = sheet.bleed
    if top > 3 * size and draft.chance(0.8):
        head = size * draft.between(1.2, 2.5)
        words = [random_word(draft.rng) for _ in range(draft.many(1, 3))]
        if head < top - gap - 2:
            x = max(0.0, left)
            if draft.chance(0.25):  # white on a bar
                sheet.fill((x - wide, top - gap - 1.3 * head, right, top - gap + 0.3 * head), draft.between(0.5, 1))
            for word in words:
                if x + len(word) * head < sheet.width:
                    x = print_word(sheet, word, x, top - gap, head, random_typeface(draft.rng)) + 0.5 * head
        print_text(sheet, (-wide, -tall, sheet.width + wide, top - gap - 1.5 * head), size, draft.typeface, draft.rng)
    for area in (
        (right + gap, max(0.0, top - cell), sheet.width + wide, bottom),
        (-wide, max(0.0, top - cell), left - gap, bottom),
        (-wide, bottom + gap, sheet.width + wide, sheet.height + tall),
    ):
        if area[2] - area[0] > 6 * size and area[3] - area[1] > 2 * size and draft.chance(0.7):
            if draft.chance(0.15):  # a picture
                sheet.fill((area[0], area[1], area[0] + 4 * cell, area[1] + 3 * cell), draft.between(0.2, 0.8))
                continue
            print_text(sheet, area, size, draft.typeface, draft.rng, most_words=80)
