"""What a line says: digits, and what comes with them on real paper."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.bands import SIGN
from inkdigits.synthesis.clutter import random_sign, separator
from inkdigits.synthesis.pens import Hand, Ink, draw_strokes, rewrite

__all__ = ["Part", "compose_line"]

_LONGEST = 9
_LENGTHS = np.array([0.20, 0.14, 0.07, 0.11, 0.12, 0.12, 0.11, 0.07, 0.04, 0.02])  # of lines with 0 to 9 digits
_SPACINGS = [0.45, 0.42, 0.13]  # touching, usual, wide
_REPEATING, _SEPARATED, _GROWING, _ENDING = 0.2, 0.35, 0.2, 0.3  # shares of lines
_ROUND = 0.25  # of lines: amounts that end in zeros
_WITH_STRANGERS = 0.08  # of lines with digits
_EMPTY = 0.1  # of lines without


@dataclass
class Part:
    """Something written: a digit, or what is none."""

    ink: Ink
    label: int | None  # a digit, SIGN, or nothing that is read
    gap: float  # pixels before it
    lift: float  # pixels that its bottom stands above the baseline


def compose_line(
    images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], height: float, hand: Hand, rng: np.random.Generator
) -> list[Part]:
    """Return what the line says, from the left."""
    count = int(rng.choice(_LONGEST + 1, p=_LENGTHS))
    spacings = rng.normal(-0.01, 0.07), rng.normal(0.18, 0.12), rng.uniform(0.3, 1.3)
    spacing = float(rng.choice(spacings, p=_SPACINGS))
    unrest = abs(float(rng.normal(0, 0.05)))
    repeat = rng.random() < _REPEATING
    zeros = int(rng.integers(1, 4)) if rng.random() < _ROUND else 0
    parts = _strangers(count, height, hand, rng)
    separated = rng.random() < _SEPARATED
    raised = float(rng.uniform(0, 0.9))
    growth = float(rng.normal(0, 0.35)) if rng.random() < _GROWING else 0.0
    which = -1
    for place in range(count):
        if place > 0 and place >= count - zeros:
            which = _another(labels, 0, rng)
        elif repeat and place and rng.random() < 0.7:
            which = _another(labels, int(labels[which]), rng)
        else:
            which = int(rng.integers(len(images)))
        size = height * float(np.exp(rng.normal(0, 0.1) + growth * (place / max(1, count - 1) - 0.5)))
        size *= hand.small_zeros if labels[which] == 0 else 1.0
        ink = rewrite(images[which], int(labels[which]), size, hand, rng)
        if labels[which] == 0 and hand.wide_zeros > 1:
            wide = round(ink.shape[1] * hand.wide_zeros)
            ink = np.asarray(cv2.resize(ink, (wide, ink.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
        gap = height * (spacing + float(rng.normal(0, 0.09)) + (0.05 if labels[which] == 1 else 0.0))
        lift = height * float(rng.normal(0, unrest))
        if labels[which] == 0 and hand.small_zeros < 1:
            lift += raised * (height - size)
        parts.append(Part(ink, int(labels[which]), gap, lift))
        if separated and place < count - 1 and ((count - place - 1) % 3 == 0 or rng.random() < 0.05):
            sign = separator(height, hand, rng)
            parts.append(Part(sign, None, height * rng.uniform(-0.02, 0.25), height * rng.normal(-0.03, 0.06)))
    if count and rng.random() < _ENDING:
        parts.extend(_ending(height, hand, rng))
    return parts


def _another(labels: npt.NDArray[np.int64], label: int, rng: np.random.Generator) -> int:
    """Return the place of a digit with a label, among the first ones."""
    return int(rng.choice(np.flatnonzero(labels[:2000] == label)))


def _strangers(count: int, height: float, hand: Hand, rng: np.random.Generator) -> list[Part]:
    """Return letters and signs: all that is in a line without digits, and at the beginning of some with."""
    parts: list[Part] = []
    if count == 0 or rng.random() < _WITH_STRANGERS:
        for _ in range(_signs(rng) if count == 0 else int(rng.integers(1, 3))):
            sign = random_sign(height, hand, rng)
            parts.append(Part(sign, SIGN, height * abs(rng.normal(0.2, 0.2)), height * rng.normal(0, 0.03)))
        if rng.random() < _EMPTY and count == 0:
            return []
    return parts


def _signs(rng: np.random.Generator) -> int:
    """Return how many signs stand in a line without digits: often one, where a digit could be."""
    return 1 if rng.random() < 0.5 else int(rng.integers(2, 7))


def _ending(height: float, hand: Hand, rng: np.random.Generator) -> list[Part]:
    """Return what closes an amount: a stroke, ".-", "=", a full stop."""
    parts = []
    if rng.random() < 0.5:
        sign = separator(height, hand, rng)
        parts.append(Part(sign, None, height * rng.uniform(0, 0.3), height * rng.normal(0, 0.05)))
    if rng.random() < 0.75:
        length, rise = rng.uniform(0.2, 1.6), rng.normal(0, 0.06)
        strokes = [np.array([[0.0, 0.5], [length / 2, 0.5 + rng.normal(0, 0.06)], [length, 0.5 + rise]])]
        if rng.random() < 0.3:
            strokes.append(strokes[0] + (0.0, rng.uniform(0.15, 0.3)))
        dash = draw_strokes(strokes, height, hand, rng)
        parts.append(Part(dash, None, height * rng.uniform(0.05, 0.5), height * rng.uniform(0.1, 0.55)))
    return parts
