"""Marks that stand between digits, or before them, written by hand: `. , / - : +`, and signs that are none of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from inkdigits.imaging.line_crop import MARKS
from inkdigits.synthesis.allographs import Points
from inkdigits.synthesis.pens import Hand, Ink, draw_strokes

OTHER_SIGNS = "=()%"  # that stand among digits and are drawn as strokes; they are no digit and no mark


def write_mark(sign: str, height: float, hand: Hand, rng: np.random.Generator) -> tuple[Ink, float]:
    """Write one of `MARKS` or of `OTHER_SIGNS` among digits of a height in pixels.

    Returns:
        its ink, cropped, and how many pixels its bottom stands above the baseline; below 0 it hangs.

    """
    strokes = _STROKES[sign](rng)
    wide = max(1.0, max(float(stroke[:, 0].max()) for stroke in strokes))  # what is drawn has room for a square
    narrower = [stroke / (wide, 1.0) for stroke in strokes]
    bottom = max(float(stroke[:, 1].max()) for stroke in strokes)
    pen = hand.pen if hand.pen is not None else float(rng.uniform(0.06, 0.16))
    # A dot is a little thicker than a line, and bends no more than that.
    own = replace(hand, pen=pen * (rng.uniform(1.0, 1.5) if sign in ".:," else 1.0), bend=0.4 * hand.bend)
    ink = draw_strokes(narrower, height, replace(own, narrowness=own.narrowness * wide, gaps=0.0), rng)
    return ink, height * (1 - bottom - 0.5 * pen)


def _dot(x: float, y: float, rng: np.random.Generator) -> Points:
    """Return a point, or the small stroke that a quick pen makes of it."""
    size = float(rng.choice([0.012, 0.035]))
    return np.array([x, y]) + rng.normal(0, size, (3, 2))


def _stop(rng: np.random.Generator) -> list[Points]:
    return [_dot(0.5, rng.normal(0.96, 0.04), rng)]


def _comma(rng: np.random.Generator) -> list[Points]:
    top, length, lean = rng.normal(0.88, 0.04), rng.uniform(0.14, 0.34), rng.uniform(-0.14, 0.01)
    middle = np.array([0.5 + rng.uniform(-0.02, 0.05), top + length / 2])
    return [np.array([[0.5, top], middle, [0.5 + lean, top + length]])]


def _slash(rng: np.random.Generator) -> list[Points]:
    top, bottom = rng.normal(-0.04, 0.08), rng.normal(1.06, 0.08)
    reach, bow = rng.uniform(0.15, 0.8), rng.normal(0, 0.03)
    return [np.array([[reach, top], [reach / 2 + bow, (top + bottom) / 2], [0.0, bottom]])]


def _dash(rng: np.random.Generator) -> list[Points]:
    length, y = rng.choice([rng.uniform(0.18, 0.6), rng.uniform(0.6, 1.4)], p=[0.8, 0.2]), rng.normal(0.55, 0.08)
    return [np.array([[0.0, y], [length / 2, y + rng.normal(0, 0.03)], [length, y + rng.normal(0, 0.04)]])]


def _colon(rng: np.random.Generator) -> list[Points]:
    low, apart = rng.normal(0.88, 0.06), rng.uniform(0.3, 0.55)
    return [_dot(0.5, low, rng), _dot(0.5 + rng.normal(0.02, 0.02), low - apart, rng)]


def _plus(rng: np.random.Generator) -> list[Points]:
    size, y = rng.uniform(0.4, 0.8), rng.normal(0.55, 0.06)
    half, tilt = size / 2, rng.normal(0, 0.04)
    return [
        np.array([[0.0, y + tilt], [size, y - tilt]]),
        np.array([[half + rng.normal(0.02, 0.03), y - half], [half + rng.normal(-0.02, 0.03), y + half]]),
    ]


def _equals(rng: np.random.Generator) -> list[Points]:
    (line,) = _dash(rng)
    half = np.array([0.0, rng.uniform(0.1, 0.2)])
    return [line - half, line + half]


def _bracket(opens: bool, rng: np.random.Generator) -> list[Points]:
    bow = rng.uniform(0.1, 0.3)
    x = [bow, 0.0, bow] if opens else [0.0, bow, 0.0]
    return [np.column_stack([x, [rng.normal(-0.08, 0.05), 0.5, rng.normal(1.08, 0.05)]])]


def _per_cent(rng: np.random.Generator) -> list[Points]:
    around = np.linspace(0, 2 * np.pi, 12)
    ring = rng.uniform(0.1, 0.17) * np.column_stack([np.cos(around), np.sin(around)])
    upper, lower = np.array([0.15, 0.2]), np.array([rng.uniform(0.5, 0.75), 0.8])
    return [*_slash(rng), ring + upper, ring + lower]


_BRACKETS = partial(_bracket, True), partial(_bracket, False)
_DRAWN = (_stop, _comma, _slash, _dash, _colon, _plus, _equals, *_BRACKETS, _per_cent)
_STROKES: dict[str, Callable[[np.random.Generator], list[Points]]] = dict(zip(MARKS + OTHER_SIGNS, _DRAWN, strict=True))
