"""Kinds without digits to read: words, and nothing at all."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.line_crop import NON_DIGIT
from inkdigits.synthesis.pages.draft import Draft
from inkdigits.synthesis.pages.marginalia import draw_rules
from inkdigits.synthesis.pages.sheet import Sheet
from inkdigits.synthesis.pages.typesetting import print_text


def words(draft: Draft) -> Sheet:
    """Write words by hand, or print a page."""
    sheet = draft.sheet(draft.width, draft.height)
    height = draft.digit_height(0.08 * min(sheet.width, sheet.height))
    if draft.chance(0.4):
        size, many = max(4.0, 0.7 * height), draft.many(1, 3)
        wide = sheet.width / many
        for column in range(many):
            area = column * wide + size, size, (column + 1) * wide - size, sheet.height - size
            print_text(sheet, area, size, draft.typeface, draft.rng, most_words=120)
        return sheet
    baseline = 1.5 * height
    for _ in range(14):
        x = height
        for _ in range(draft.many(1, 6)):
            word = draft.word(height * draft.between(0.8, 1.1))
            if x + word.shape[1] > sheet.width - 0.3 * height:
                break
            sheet.put(word, x, baseline - word.shape[0], NON_DIGIT)
            x += word.shape[1] + height * draft.between(0.4, 1)
        baseline += height * draft.between(1.7, 2.4)
        if baseline > sheet.height - 0.5 * height:
            break
    if draft.chance(draft.level.ruled):
        draw_rules(sheet, height, draft.rng)
    return sheet


def nothing(draft: Draft) -> Sheet:
    """Make a picture without writing: one sign alone, scribbles, textures, gradients, noise, checks, specks."""
    what = draft.rng.choice(["sign", "scribbles", "texture", "specks", "blank"], p=[0.45, 0.12, 0.25, 0.08, 0.1])
    if what == "sign":
        height = draft.digit_height(200)
        side = height * draft.between(1.2, 3)
        sheet = draft.sheet(side * draft.between(0.9, 1.3), side)
        sign = draft.sign(height) if draft.chance(0.8) else draft.word(0.6 * height)
        sheet.put(sign, (sheet.width - sign.shape[1]) / 2, (sheet.height - sign.shape[0]) / 2, NON_DIGIT)
        return sheet
    sheet = draft.sheet(draft.width, draft.height)
    if what == "scribbles":
        for _ in range(draft.many(1, 8)):
            sign = draft.sign(draft.digit_height(0.3 * sheet.height))
            place = draft.between(0, 0.8) * sheet.width, draft.between(0, 0.8) * sheet.height
            if sheet.is_free((*place, place[0] + sign.shape[1], place[1] + sign.shape[0])):
                sheet.put(sign, place[0], place[1], NON_DIGIT)
    elif what == "texture":
        sheet.paper = _texture(draft, *sheet.ink.shape)
    elif what == "specks":
        for _ in range(draft.many(20, 800)):
            place = draft.between(0, sheet.width), draft.between(0, sheet.height)
            sheet.draw([place, place], draft.between(1, 4), draft.between(0.3, 1))
    return sheet


def _texture(draft: Draft, height: int, width: int) -> npt.NDArray[np.float32]:
    """Return something like a photograph of no writing, 0.05 to 1."""
    rng = draft.rng
    what = draft.many(0, 4)
    if what == 0:  # checks
        pitch = draft.between(4, 60)
        down, across = np.arange(height)[:, None] // pitch, np.arange(width)[None] // pitch
        levels = ((down + across) % 2).astype(np.float32)
    elif what == 1:  # noise
        levels = rng.random((height, width), np.float32)
    elif what == 2:  # stripes
        pitch = draft.between(4, 60)
        wave = np.sin(2 * np.pi * np.arange(height)[:, None] / pitch) * np.ones((1, width))
        levels = (0.5 + 0.5 * wave).astype(np.float32)
    else:  # things out of focus, a view
        levels = np.zeros((height, width), np.float32)
        for size in (3, 9, 30)[: draft.many(1, 3)]:
            coarse = rng.random((size, max(2, round(size * width / height))), np.float32)
            levels += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(2 / size**0.5)
        for _ in range(draft.many(0, 6)):
            centre = draft.many(0, width), draft.many(0, height)
            cv2.circle(levels, centre, draft.many(3, max(4, width // 4)), draft.between(0, 2), -1)
    low, high = float(levels.min()), float(levels.max())
    least, most = draft.between(0.05, 0.5), draft.between(0.6, 1)
    return np.asarray(least + (most - least) * (levels - low) / max(high - low, 1e-6), np.float32)
