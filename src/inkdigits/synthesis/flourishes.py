"""What some writers add to digits: the bar of a 7, the slash of a 0, the upstroke and the foot of a 1."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["CORE", "flourishes"]

CORE = 110  # of 255: what is at least so dark is part of a stroke


_Shape = npt.NDArray[np.uint8]
_Point = npt.NDArray[np.float64]


def flourishes(
    shape: _Shape, label: int, crosses: float, upstrokes: float, thick: int, rng: np.random.Generator
) -> _Shape:
    """Return strokes to add to a digit.

    Args:
        shape: uint8 (H,W), the digit, 0 paper to 255 ink.
        label: which one it is, 0 to 9.
        crosses: how often a 7 is crossed, and a 0 slashed, 0 to 1.
        upstrokes: how often a 1 begins with an upstroke, 0 to 1.
        thick: pixels.
        rng: the source of chance.

    Returns:
        uint8 (H,W), 0 or 255.

    """
    extra = np.zeros_like(shape)
    if label not in (0, 1, 7):
        return extra
    x, y, width, height = cv2.boundingRect((shape > CORE).astype(np.uint8))
    middle = np.array([x + width / 2, y + height / 2])
    if label == 7 and rng.random() < crosses:
        half = np.array([rng.uniform(6, 11), -rng.uniform(-3, 3)])
        middle += rng.uniform(-1, 3, 2)
        _draw(extra, middle - half, middle + half, thick)
    elif label == 0 and rng.random() < 0.4 * crosses:  # so many of those that cross their 7 slash their 0
        reach = np.array([0.5 * width, -0.5 * height]) * rng.uniform(0.7, 1.1)
        _draw(extra, middle - reach, middle + reach, thick)
    elif label == 1 and width < 0.5 * height and rng.random() < upstrokes:  # a wider 1 has an upstroke already
        _begin_and_end(extra, shape, height, thick, rng)
    return extra


def _begin_and_end(extra: _Shape, shape: _Shape, height: int, thick: int, rng: np.random.Generator) -> None:
    """Draw the upstroke of a 1, and sometimes its foot."""
    rows = np.flatnonzero(shape.max(axis=1) > CORE)
    tip = _middle_of(shape, rows[0] + 1)
    length = rng.uniform(0.15, 0.85) * height
    angle = rng.uniform(0.5, 1.15)
    _draw(extra, tip, tip + length * np.array([-np.cos(angle), np.sin(angle)]), thick)
    if rng.random() < 0.3:  # of the ones with an upstroke
        foot, half = _middle_of(shape, rows[-1]), np.array([rng.uniform(4, 9), 0])
        _draw(extra, foot - half, foot + half, thick)


def _middle_of(shape: _Shape, row: int) -> _Point:
    """Return the middle of the ink in a row."""
    inked = np.flatnonzero(shape[row] > 90)  # ends of strokes are fainter than their core
    return np.array([inked.mean() if len(inked) else shape.shape[1] / 2, row])


def _draw(canvas: _Shape, start: _Point, end: _Point, thick: int) -> None:
    first, last = (tuple(round(float(value)) for value in point) for point in (start, end))
    cv2.line(canvas, first, last, 255, thick)
