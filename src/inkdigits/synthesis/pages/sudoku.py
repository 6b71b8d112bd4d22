"""Sudokus, as newspapers print them."""

from __future__ import annotations

from inkdigits.synthesis.pages.draft import Draft
from inkdigits.synthesis.pages.sheet import Sheet
from inkdigits.synthesis.pages.typesetting import (
    print_text,
    print_word,
    random_typeface,
    random_word,
)

__all__ = ["sudoku"]


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
        for block in range(9):
            if block % 2:
                x, y = left + 3 * cell * (block % 3), top + 3 * cell * (block // 3)
                sheet.fill((x, y, x + 3 * cell, y + 3 * cell), draft.between(0.08, 0.25))
    for number in range(10):
        heavy = number % 3 == 0
        for points in (
            [(left + number * cell, top), (left + number * cell, top + side)],
            [(left, top + number * cell), (left + side, top + number * cell)],
        ):
            sheet.draw(points, thick if heavy else thin, 1.0 if heavy else shade)
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


def _print_around(draft: Draft, sheet: Sheet, box: tuple[float, float, float, float], cell: float) -> None:
    """Print headings and columns of text beside a grid, as far as there is room."""
    left, top, right, bottom = box
    size = max(4.0, cell * draft.between(0.22, 0.4))
    gap = 0.3 * cell
    wide, tall = sheet.bleed
    if top > 3 * size and draft.chance(0.8):
        head = size * draft.between(1.2, 2.5)
        words = " ".join(random_word(draft.rng) for _ in range(draft.many(1, 3)))
        if head < top - gap - 2:
            x = max(0.0, left)
            if draft.chance(0.25):  # white on a bar
                sheet.fill((x - wide, top - gap - 1.3 * head, right, top - gap + 0.3 * head), draft.between(0.5, 1))
            for word in words.split():
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
