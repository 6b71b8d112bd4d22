"""Ink to glyphs: what may be a digit, where it stands, and in which line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Glyph", "single_glyph"]


@dataclass(frozen=True)
class Glyph:
    """What may be one digit.

    Attributes:
        box: left, top, width and height on the page of ink, in its pixels.
        ink: float32 (height,width), 0 paper to 1 ink, without what belongs to its neighbours.

    """

    box: tuple[int, int, int, int]
    ink: npt.NDArray[np.float32]


def single_glyph(ink: npt.NDArray[np.float32]) -> Glyph | None:
    """Return all the ink of a page as one glyph; None if there is none.

    Args:
        ink: float32 (H,W), 0 paper to 1 ink.

    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return Glyph((left, top, right - left, bottom - top), ink[top:bottom, left:right])
