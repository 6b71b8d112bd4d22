"""Print: words, numbers and running text in fonts that every installation has, in many widths and weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import ImageFont

from inkdigits.imaging.line_crop import NON_DIGIT, SYMBOLS
from inkdigits.synthesis.composition import Part
from inkdigits.synthesis.pages.sheet import Box, Sheet
from inkdigits.synthesis.pens import Ink

_FOLDER = Path(matplotlib.get_data_path(), "fonts", "ttf")
# Twice is twice as often: most print is upright and without serifs.
_FONTS = (
    *("DejaVuSans", "DejaVuSans", "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Bold", "DejaVuSans-Oblique"),
    *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "STIXGeneral", "STIXGeneral"),
    *("STIXGeneralBol", "STIXGeneralItalic", "cmr10", "cmss10", "cmss10", "cmtt10", "cmb10"),
)
_FOLDED = str.maketrans({"ß": "ss", "é": "e", "ú": "u", "ü": "u", "É": "E", "Ú": "U", "Ü": "U"})  # where fonts lack it
_WORDS = resources.files("inkdigits.synthesis.pages").joinpath("words.txt").read_text(encoding="utf-8").split()


@dataclass(frozen=True)
class Typeface:
    """A font as a printer uses it."""

    font: str
    stretch: float  # width against what the font has
    weight: float  # pixels of 32 by which strokes are thicker


def random_typeface(rng: np.random.Generator) -> Typeface:
    """Return some typeface."""
    font = _FONTS[int(rng.integers(len(_FONTS)))]
    return Typeface(font, round(float(np.exp(rng.normal(-0.1, 0.12))), 2), round(float(rng.normal(0, 0.6)), 1))


def random_word(rng: np.random.Generator) -> str:
    """Return a word, sometimes with a capital, all in capitals."""
    word = _WORDS[int(rng.integers(len(_WORDS)))]
    case = rng.random()
    return word.upper() if case < 0.1 else word.capitalize() if case < 0.3 else word


def typeset(text: str, height: float, face: Typeface) -> tuple[Ink, float]:
    """Return a word or a character in print, with digits of a height, and how far it hangs below the baseline."""
    return _typeset(text, max(4, round(2 * height)) / 2, face)


@lru_cache(maxsize=20_000)
def _typeset(text: str, height: float, face: Typeface) -> tuple[Ink, float]:
    if face.font.startswith("cm"):  # Computer Modern, which draws an empty box in place of a letter that it lacks
        text = text.translate(_FOLDED)
    em = max(4, round(height / _digit_height(face.font)))
    mask, (_, top) = _font(face.font, em).getmask2(text, mode="L", anchor="ls")
    width, tall = mask.size
    if not width or not tall:
        return np.zeros((1, 1), np.float32), 0.0
    ink = np.asarray(mask, np.float32).reshape(tall, width) / np.float32(255)
    thicker = face.weight * height / 32
    if abs(thicker) > 0.15:
        ink = np.pad(ink, 1)
        soft = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.5 + abs(thicker)), np.float32)
        ink = np.clip((soft - 0.5 + 0.25 * np.sign(thicker)) * 2 + 0.5, 0, 1)
        tall, top = tall + 2, top - 1
    size = max(1, round(ink.shape[1] * face.stretch)), ink.shape[0]
    ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    ink.flags.writeable = False
    return ink, float(top + tall)


@lru_cache(maxsize=500)
def _font(font: str, em: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FOLDER / f"{font}.ttf"), em)


@lru_cache(maxsize=100)
def _digit_height(font: str) -> float:
    """Return how tall a digit is, in ems."""
    _, top, _, bottom = _font(font, 200).getbbox("0", anchor="ls")
    return float(bottom - top) / 200


def print_word(sheet: Sheet, text: str, x: float, baseline: float, height: float, face: Typeface) -> float:
    """Print a word, which is not read; return where it ends."""
    ink, fall = typeset(text, height, face)
    sheet.put(ink, x, baseline + fall - ink.shape[0], NON_DIGIT, printed=True)
    return float(x + ink.shape[1])


def set_number(text: str, height: float, face: Typeface) -> list[Part]:
    """Return a number in print, as `write_text` returns one by hand."""
    parts = []
    for character in text:
        ink, fall = typeset(character, height, face)
        parts.append(Part(ink, SYMBOLS.index(character), max(1.0, 0.12 * height), -fall))
    return parts


def print_text(
    sheet: Sheet, box: Box, height: float, face: Typeface, rng: np.random.Generator, *, most_words: int = 150
) -> float:
    """Fill a box of a sheet with running text, numbers among its words; return where it ends below."""
    left, top, right, bottom = box
    leading, space = height * float(rng.uniform(1.7, 2.2)), 0.5 * height
    baseline, words = top + height, 0
    while baseline < bottom and words < most_words:
        x = left
        while words < most_words:
            text = random_word(rng) if rng.random() > 0.04 else str(rng.integers(1, 3000))
            text += "," if rng.random() < 0.06 else "." if rng.random() < 0.05 else ""
            ink, fall = typeset(text, height, face)
            if x + ink.shape[1] > right:
                break
            sheet.put(ink, x, baseline + fall - ink.shape[0], NON_DIGIT, printed=True)
            x += ink.shape[1] + space
            words += 1
        if x == left:
            break
        baseline += leading
    return float(baseline - leading)
