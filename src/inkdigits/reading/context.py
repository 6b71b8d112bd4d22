"""How a symbol stands among the digits of its page: how small, how faint, and whether the page's border cuts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from inkdigits.reading.symbols import Box, ReadLine

__all__ = ["in_context"]

_EDGE = 0.1  # of a symbol's height: so much about it is looked at, and so much may be beyond the page


def in_context(lines: Sequence[ReadLine], grey: npt.NDArray[np.uint8]) -> list[ReadLine]:
    """Return lines whose symbols know their size and contrast beside those of the page's digits, and what cuts them.

    Print that shows through from the back of a page is read as faint digits, letters about a table as small ones, and
    what the border leaves of a letter or a rule as a 1 or a 7 (experiments/LOG.md).

    Args:
        lines: all that was read on the page.
        grey: uint8 (H,W), the page as it was read.

    """
    contrasts = [[_contrast(grey, symbol.box) for symbol in line.symbols] for line in lines]
    known = [
        (symbol.height, contrast)
        for line, own in zip(lines, contrasts, strict=True)
        for symbol, contrast in zip(line.symbols, own, strict=True)
        if symbol.is_digit
    ]
    if not known:
        return list(lines)
    usual_height, usual_contrast = np.maximum(np.median(known, axis=0), 1.0).tolist()
    placed = []
    for line, own in zip(lines, contrasts, strict=True):
        of_marks = line.height if line.digits else usual_height
        symbols = [
            replace(
                symbol,
                size=min((symbol.height if symbol.is_digit else of_marks) / usual_height, 1.0),
                contrast=min(contrast / usual_contrast, 1.0),
                is_cut=_beyond(symbol.box, grey.shape) > _EDGE * symbol.height,
            )
            for symbol, contrast in zip(line.symbols, own, strict=True)
        ]
        placed.append(replace(line, symbols=tuple(symbols)))
    return placed


def _contrast(grey: npt.NDArray[np.uint8], box: Box) -> float:
    """Return by how many levels ink and paper differ in a box."""
    left, top, right, bottom = box
    room = _EDGE * (bottom - top)
    rows = slice(max(int(top - room), 0), max(int(np.ceil(bottom + room)), 1))
    columns = slice(max(int(left - room), 0), max(int(np.ceil(right + room)), 1))
    part = grey[rows, columns]
    dark, light = np.percentile(part, (5, 95)).tolist() if part.size else (0.0, 0.0)
    return float(light - dark)


def _beyond(box: Box, shape: tuple[int, ...]) -> float:
    """Return by how many pixels a box reaches beyond the page; less than 0 if it lies within."""
    left, top, right, bottom = box
    return -min(left, top, shape[1] - right, shape[0] - bottom)
