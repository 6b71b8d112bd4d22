"""What is written and is not a digit: letters, signs, scribbles."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from inkdigits.synthesis.pens import SIDE, Hand, Ink, draw_strokes, write_shape

# Letters and signs that nobody takes for a digit.
_LATIN = "ACDEFHJKLMNPRTUVWXYacdefkmnprtuvwxyäëöüçéñ&@#$€%?+*{}<>"
_GREEK = "αγηκλμνπτφχψωΓΔΛΞΠΣΨΩ"
_CYRILLIC = "ДЖИКЛПФЦШЩЮЯдйкцшщюя"
_SIGNS = _LATIN * 2 + _GREEK * 3 + _CYRILLIC
_FONTS = (
    *("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSerif-Italic", "DejaVuSansMono"),
    *("STIXGeneral", "STIXGeneralItalic"),
)


def random_sign(height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Return something of a digit's size that is not a digit."""
    kinds = (_letter, _cursive, _scribble, _shape, _dash)
    return kinds[int(rng.choice(len(kinds), p=[0.58, 0.1, 0.13, 0.12, 0.07]))](height, hand, rng)


def _letter(height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Return a letter of a free font, mostly drawn anew with a pen, and bent as handwriting is."""
    shape = _glyph(_SIGNS[int(rng.integers(len(_SIGNS)))], _FONTS[int(rng.integers(len(_FONTS)))])
    with_pen = 0.85  # share of letters that are drawn anew with a pen
    own = hand if hand.pen is not None and rng.random() < with_pen else replace(hand, pen=None)
    if own.pen is None and rng.random() < with_pen:
        own = replace(hand, pen=float(rng.uniform(0.05, 0.16)))
    return write_shape(shape, height * rng.uniform(0.8, 1.15), replace(own, bend=1.6 * own.bend + 0.5), rng)


@cache
def _glyph(sign: str, font: str) -> npt.NDArray[np.uint8]:
    """Return a sign of a font as uint8 (64,64), 45 pixels tall or wide, 0 paper to 255 ink."""
    import matplotlib  # for its fonts; it takes a third of a second, and few need it

    path = Path(matplotlib.get_data_path(), "fonts", "ttf", f"{font}.ttf")
    image = Image.new("L", (4 * SIDE, 4 * SIDE))
    ImageDraw.Draw(image).text((2 * SIDE, 2 * SIDE), sign, 255, ImageFont.truetype(path, 120), anchor="mm")
    ink = image.crop(image.getbbox())
    scale = 45 / max(ink.size)  # pixels
    ink = ink.resize((max(1, round(ink.width * scale)), max(1, round(ink.height * scale))), Image.Resampling.BOX)
    shape = Image.new("L", (SIDE, SIDE))
    shape.paste(ink, ((SIDE - ink.width) // 2, (SIDE - ink.height) // 2))
    return np.asarray(shape)


def _cursive(height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Return a word of joined letters: loops and arches, of which some rise and some hang."""
    letters = int(rng.integers(2, 6))
    pitch = rng.uniform(0.25, 0.5)
    points = []
    for letter in range(letters):
        rise = rng.choice([0.45, 0.5, 1.0], p=[0.4, 0.35, 0.25]) * rng.uniform(0.85, 1.1)
        hang = rng.uniform(0.2, 0.5) if rng.random() < 0.12 else 0.0
        loop = rng.uniform(-0.3, 0.6) * pitch  # below 0 an arch, above it a loop
        along = np.linspace(0, 1, 12, endpoint=False)
        x = (letter + along) * pitch + loop * np.sin(2 * np.pi * along)
        y = 1 - rise * (0.5 - 0.5 * np.cos(2 * np.pi * along)) + hang * np.sin(np.pi * along) ** 8
        points.append(np.column_stack([x, y]))
    path = np.concatenate(points) + rng.normal(0, 0.015, (12 * letters, 2))
    wide = max(1.0, float(path[:, 0].max()))
    own = replace(hand, pen=float(rng.uniform(0.03, 0.06)), narrowness=hand.narrowness * wide)
    return draw_strokes([path / (wide, 1.0)], height, own, rng)


def _scribble(height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Return a pen's random walk."""
    steps = rng.normal(0, 0.14, (int(rng.integers(12, 60)), 2))
    path = np.cumsum(cv2.GaussianBlur(steps, (1, 7), 1.5) * 2.5, axis=0)
    path -= path.min(axis=0)
    return draw_strokes([path / max(1.0, float(path.max()))], height, hand, rng)


def _shape(height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Return a polygon, a star, a cross or a spiral."""
    corners = int(rng.choice([3, 4, 5]))
    turn = rng.uniform(0, 2 * np.pi)
    step = 2 if corners == 5 else 1
    angles = turn + 2 * np.pi * step * np.arange(corners + 1) / corners
    kind = rng.random()
    if kind < 0.45:
        strokes = [0.5 + 0.5 * np.column_stack([np.cos(angles), np.sin(angles)])]
    elif kind < 0.8:
        strokes = [np.array([[0.0, 0], [1, 1]]), np.array([[1.0, 0], [0, 1]])]
        if rng.random() < 0.5:
            strokes = [np.array([[0.5, 0], [0.5, 1]]), np.array([[0.0, 0.5], [1, 0.5]])]
    else:
        along = np.linspace(0.1, 1, 40)
        strokes = [0.5 + 0.5 * along[:, None] * np.column_stack([np.cos(14 * along + turn), np.sin(14 * along + turn)])]
    return draw_strokes(strokes, height, hand, rng)


def _dash(height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Return a stroke that lies."""
    return draw_strokes([np.array([[0, 0.5], [rng.uniform(0.3, 1.3), 0.5 + rng.normal(0, 0.08)]])], height, hand, rng)
