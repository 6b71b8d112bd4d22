"""What stands on a sheet beside what is read: rules, frames, crossed-out digits, margin lines, other writing."""

from __future__ import annotations

import numpy as np

from inkdigits.imaging.line_crop import NON_DIGIT
from inkdigits.synthesis.pages.draft import Draft
from inkdigits.synthesis.pages.sheet import Box, Sheet


def thickness(height: float, rng: np.random.Generator) -> float:
    """Return how thick print beside digits of a height is drawn."""
    return max(1.0, height * float(rng.uniform(0.015, 0.08)))


def draw_rules(sheet: Sheet, height: float, rng: np.random.Generator) -> None:
    """Draw rules across a sheet."""
    wide, tall = sheet.bleed
    first, pitch = rng.uniform(0, 2 * height) - tall, max(4.0, height * float(rng.uniform(1.1, 2.2)))
    shade, thick = float(rng.uniform(0.25, 0.9)), max(1.0, height * float(rng.uniform(0.01, 0.05)))
    for y in np.arange(first, sheet.height + tall, pitch).tolist():
        sheet.draw([(-wide, y), (sheet.width + wide, y)], thick, shade)


def draw_squares(sheet: Sheet, pitch: float, rng: np.random.Generator) -> None:
    """Draw squared paper."""
    shade, thick = float(rng.uniform(0.15, 0.6)), max(1.0, 0.04 * pitch)
    wide, tall = sheet.bleed
    for x in np.arange(-wide, sheet.width + wide, pitch).tolist():
        sheet.draw([(x, -tall), (x, sheet.height + tall)], thick, shade)
    for y in np.arange(-tall, sheet.height + tall, pitch).tolist():
        sheet.draw([(-wide, y), (sheet.width + wide, y)], thick, shade)


def draw_margin(sheet: Sheet, height: float, rng: np.random.Generator) -> None:
    """Draw a tall line beside what is written, printed or by hand, as far as it finds a free place."""
    x = float(rng.choice([rng.uniform(0, 0.15), rng.uniform(0.85, 1)])) * sheet.width
    top, bottom = (0.0, 1.0) if rng.random() < 0.5 else (float(rng.uniform(0, 0.3)), float(rng.uniform(0.6, 1)))
    thick = max(1.0, height * float(rng.uniform(0.02, 0.12)))
    box = x - thick - 0.2 * height, top * sheet.height, x + thick + 0.2 * height, bottom * sheet.height
    if sheet.is_free(box):
        lean = float(rng.normal(0, 0.003)) * sheet.height
        points = [(x, top * sheet.height), (x + lean, bottom * sheet.height)]
        sheet.draw(points, thick, float(rng.uniform(0.4, 1)), hand=rng.random() < 0.3)


def draw_frame(sheet: Sheet, box: Box, height: float, rng: np.random.Generator) -> None:
    """Draw a box, closed or broken."""
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    sheet.draw(corners, thickness(height, rng), float(rng.uniform(0.6, 1)), closed=True)
    if rng.random() < 0.3:
        hole = height * float(rng.uniform(0.1, 0.5))
        x, y = float(rng.uniform(left, right)), float(rng.choice([top, bottom]))
        sheet.fill((x, y - hole / 2, x + hole, y + hole / 2), 0.0)


def cross_out(draft: Draft, sheet: Sheet, x: float, baseline: float, height: float, right: float) -> float:
    """Write a number and cross it out; return where it ends."""
    number = draft.strip(draft.digits(draft.many(1, 3)), height)
    if x + number.width > right:
        return x
    ink = np.zeros((round(number.rise + number.fall) + 2, round(number.width) + 2), np.float32)
    for part, left in zip(number.parts, number.lefts, strict=True):
        top = round(number.rise - part.lift - part.ink.shape[0])
        place = ink[max(top, 0) : max(top, 0) + part.ink.shape[0], round(left) : round(left) + part.ink.shape[1]]
        np.maximum(place, part.ink[: place.shape[0], : place.shape[1]], out=place)
    sheet.put(ink, x, baseline - number.rise, NON_DIGIT)
    thick = max(1.0, (draft.writer.hand.pen or 0.09) * height)
    middle = baseline - 0.5 * height
    if draft.chance(0.4):  # a scribble to and fro
        many = draft.many(5, 12)
        along = x + number.width * np.linspace(0, 1, many)
        aside = middle + height * 0.45 * np.where(np.arange(many) % 2, 1, -1) * draft.rng.uniform(0.6, 1, many)
        sheet.draw([*zip(along.tolist(), aside.tolist(), strict=True)], thick, 1, hand=True)
    else:
        for _ in range(draft.many(1, 3)):
            first, last = (middle + height * draft.rng.normal(0, 0.2, 2)).tolist()
            ends = [(x - 0.1 * height, first), (x + number.width + 0.1 * height, last)]
            sheet.draw(ends, thick, 1, hand=True)
    return x + number.width
