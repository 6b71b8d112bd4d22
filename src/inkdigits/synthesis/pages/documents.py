"""Kinds with print and layout of their own: forms, cheques, notebooks, notes, boards."""

from __future__ import annotations

import numpy as np

from inkdigits.imaging.line_crop import NON_DIGIT
from inkdigits.synthesis.composition import USUAL_SPACINGS
from inkdigits.synthesis.pages.draft import Draft
from inkdigits.synthesis.pages.free import free_lines, lay_numbers, numbers_of_a_line
from inkdigits.synthesis.pages.grids import box_row
from inkdigits.synthesis.pages.marginalia import draw_frame, draw_squares, thickness
from inkdigits.synthesis.pages.sheet import Sheet
from inkdigits.synthesis.pages.typesetting import print_text, print_word, random_word
from inkdigits.synthesis.papers import random_paper


def form(draft: Draft) -> Sheet:
    """Print a form: labels, boxes, fields and running text; numbers are written into the fields."""
    sheet = draft.sheet(draft.width, draft.height)
    height = draft.digit_height(0.06 * min(sheet.width, sheet.height))
    size, face = height * draft.between(0.5, 0.9), draft.typeface
    margin = height * draft.between(0.8, 2)
    y = margin
    if draft.chance(0.5):
        head = size * draft.between(1.3, 2.2)
        print_word(sheet, random_word(draft.rng).upper(), margin, y + head, head, face)
        y += 2 * head
    for _ in range(draft.many(2, 8)):
        if draft.chance(0.3):
            area = margin, y, sheet.width - margin, min(y + size * draft.between(2, 8), sheet.height - margin)
            y = print_text(sheet, area, size, face, draft.rng, most_words=40) + 1.5 * size
        if y + 3.2 * height > sheet.height:
            break
        y = _fields(draft, sheet, y, height, size, margin)
    if y + 3 * size < sheet.height and draft.chance(0.5):
        print_text(sheet, (margin, y, sheet.width - margin, sheet.height - size), size, face, draft.rng, most_words=60)
    return sheet


def _fields(draft: Draft, sheet: Sheet, y: float, height: float, size: float, margin: float) -> float:
    """Print a row of one to three fields with their labels, and fill them in; return where it ends below."""
    many = draft.many(1, 3)
    wide = (sheet.width - 2 * margin) / many
    above, line = draft.chance(0.4), sheet.new_line()
    top = y + (1.7 * size if above else 0.0)
    for field in range(many):
        x = margin + field * wide
        end = x + wide - 1.6 * height
        label = random_word(draft.rng).capitalize() + (":" if draft.chance(0.4) else "")
        if above:
            print_word(sheet, label, x, y + size, size, draft.typeface)
        else:
            x = print_word(sheet, label, x, top + height * 1.25, size, draft.typeface) + draft.between(0.4, 1) * height
        if end - x < 1.5 * height:
            continue
        sheet.space(line)
        _field(draft, sheet, x, top, end, height, line)
    return top + height * draft.between(1.9, 2.6)


def _field(draft: Draft, sheet: Sheet, x: float, top: float, end: float, height: float, line: int) -> None:
    """Print one field and fill it in: with digits in boxes, a number, a word, or nothing."""
    style = draft.rng.choice(["boxes", "line", "frame", "dots", "print"], p=[0.4, 0.22, 0.22, 0.1, 0.06])
    cell = height * draft.between(1.2, 1.5)
    if style == "boxes":
        many = min(draft.many(2, 12), int((end - x) / cell))
        if many > 1:
            text = draft.digits(many) if draft.chance(0.85) else " " * many
            box_row(draft, sheet, x, top, text, height, cell, 0.0, line)
        return
    right = min(end, x + height * draft.between(4, 14))
    _print_field(draft, sheet, x, top, right, height, str(style))
    face = draft.typeface if style == "print" else None
    if face is None and draft.chance(0.15):
        word = draft.word(0.9 * height)
        if word.shape[1] < right - x:
            sheet.put(word, x + 0.2 * height, top + 1.25 * height - word.shape[0], NON_DIGIT)
    elif draft.chance(0.9):
        number = draft.strip(draft.text(draft.many(1, 8), draft.level.signs), height, face=face)
        if number.width < right - x - 0.3 * height:
            draft.lay(sheet, number, x + 0.2 * height, top + 1.25 * height, line)


def _print_field(draft: Draft, sheet: Sheet, x: float, top: float, right: float, height: float, style: str) -> None:
    """Print what a number is written on: a line, a frame, dots, nothing."""
    thick, shade = thickness(height, draft.rng), draft.between(0.3, 1)
    if style == "frame":
        draw_frame(sheet, (x, top, right, top + 1.55 * height), height, draft.rng)
    elif style == "line":
        sheet.draw([(x, top + 1.4 * height), (right, top + 1.4 * height)], thick, shade)
    elif style == "dots":
        for dot in np.arange(x, right, 0.25 * height).tolist():
            sheet.draw([(dot, top + 1.35 * height)] * 2, thick, shade)


def cheque(draft: Draft) -> Sheet:
    """Write the amount of a cheque on its guilloche, tight about it, with what is printed there."""
    draft.mirrored = True
    height = draft.digit_height(90)
    text = draft.text(draft.many(2, 8), 0.75)
    number = draft.strip(text, height, USUAL_SPACINGS, closed=draft.chance(0.5))
    margin = height * draft.between(0.2, 1.2), height * draft.between(0.05, 0.45)
    sheet = draft.sheet(number.width + 2 * margin[0], number.rise + number.fall + 2 * margin[1])
    tall, wide = sheet.ink.shape
    contrast = 26.0 if draft.level.paper else 12.0
    paper = random_paper(tall, wide, draft.rng, scale=height / 26, trouble=2.0, strongest=contrast)
    sheet.paper = paper / max(float(paper.max()), 1.0) * np.float32(draft.between(0.7, 1.0))
    if draft.chance(0.15):
        ink = draft.sign(height)
        if ink.shape[1] < margin[0]:
            sheet.put(ink, 0.0, margin[1], NON_DIGIT)
    slope = float(draft.rng.normal(0, draft.level.slope))
    baseline = margin[1] + number.rise
    lay_numbers(draft, sheet, [(0.0, number)], margin[0], baseline, slope)
    for _ in range(draft.many(0, 2)):
        y = float(draft.rng.choice([baseline + draft.between(-0.05, 0.3) * height, margin[1] * draft.between(0, 0.9)]))
        points = [(-sheet.bleed[0], y), (sheet.width + sheet.bleed[0], y)]
        sheet.draw(points, thickness(height, draft.rng), draft.between(0.3, 1))
    return sheet


def notebook(draft: Draft) -> Sheet:
    """Write on ruled or squared paper, with a spine or holes and a margin line."""
    sheet = draft.sheet(draft.width, draft.height)
    pitch = draft.digit_height(0.09 * sheet.height) * draft.between(1.4, 1.9)
    pitch = max(pitch, 1.4 * draft.level.smallest)
    height, squared = pitch * draft.between(0.5, 0.85), draft.chance(0.35)
    height = max(height, draft.level.smallest)
    wide, tall = sheet.bleed
    spine = sheet.width * draft.between(0.02, 0.08) if draft.chance(0.4) else -2.0 * wide
    first = pitch * draft.between(0.3, 1.5)
    if squared:
        draw_squares(sheet, pitch / draft.many(1, 2), draft.rng)
    else:
        shade, thick = draft.between(0.2, 0.75), max(1.0, pitch * draft.between(0.01, 0.045))
        jump = pitch * draft.between(-0.4, 0.4)
        for y in np.arange(first - pitch * (tall // pitch), sheet.height + tall, pitch).tolist():
            sheet.draw([(max(spine, -wide), y), (sheet.width + wide, y)], thick, shade)
            sheet.draw([(-wide, y + jump), (spine, y + jump)], thick, shade)
    if spine > 0:
        sheet.draw([(spine, -tall), (spine + draft.between(-4, 4), sheet.height + tall)], 0.07 * pitch, 0.5)
    margin = max(spine, 0.0) + sheet.width * draft.between(0.06, 0.18)
    if draft.chance(0.5):
        points = [(margin, -tall), (margin + sheet.width * draft.between(-0.02, 0.02), sheet.height + tall)]
        sheet.draw(points, max(1.0, 0.05 * pitch), draft.between(0.3, 0.8))
    _notes(draft, sheet, height, pitch, margin + height, first)
    return sheet


def _notes(draft: Draft, sheet: Sheet, height: float, pitch: float, x: float, first: float) -> None:
    """Write on the rules of a notebook: numbers, sums, words before them."""
    right, usual = sheet.width - 0.5 * height, draft.many(1, 9)
    step = pitch * (2 if pitch < 1.5 * height or draft.chance(0.15) else 1)
    baseline = first + step * draft.many(1, 2)
    worded = draft.chance(0.25)
    while baseline < sheet.height - 0.4 * height and len(sheet.lines) < 14:
        begin = x
        if worded or draft.chance(0.06):
            word = draft.word(height * draft.between(0.7, 1.1))
            if begin + word.shape[1] < right - 3 * height:
                sheet.put(word, begin, baseline - word.shape[0] + 0.1 * height, NON_DIGIT)
                begin += word.shape[1] + height * draft.between(0.7, 1.5)
        many = draft.many(1, 3) if draft.chance(0.3) else 1
        counts = [max(1, usual + draft.many(-1, 1)) if draft.chance(0.7) else draft.many(1, 10) for _ in range(many)]
        numbers = numbers_of_a_line(draft, counts, height, right - begin)
        if not any(sheet.lines) or draft.chance(0.94):
            lay_numbers(draft, sheet, numbers, begin, baseline - height * draft.between(0, 0.12), 0.0)
        baseline += step


def note(draft: Draft) -> Sheet:
    """Write a few lines on a sticky note, a sheet or a card that lies on a desk."""
    sheet = draft.sheet(draft.width, draft.height)
    most = 0.16 if draft.chance(0.7) else 0.3
    free_lines(draft, sheet, draft.digit_height(most * min(sheet.width, sheet.height)))
    return sheet


def dark(draft: Draft) -> Sheet:
    """Write with chalk on a board, or with white on black."""
    sheet = draft.sheet(draft.width, draft.height)
    sheet.dark = True
    free_lines(draft, sheet, draft.digit_height(0.25 * min(sheet.width, sheet.height)))
    return sheet
