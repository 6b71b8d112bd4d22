"""Some digits of a data set as one picture."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["draw_sheet"]

_ROWS = 4  # of each digit
_SCALE = 2


def draw_sheet(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> bytes:
    """Return the first few of each digit, dark on white, one column a digit, as PNG.

    Args:
        images: uint8 (N,28,28), 0 paper to 255 ink.
        labels: int64 (N,), 0 to 9.

    """
    sheet = np.zeros((_ROWS, 10, 28, 28), np.uint8)
    for digit in range(10):
        chosen = images[np.flatnonzero(labels == digit)[:_ROWS]]
        sheet[: len(chosen), digit] = chosen
    whole = 255 - sheet.transpose(0, 2, 1, 3).reshape(_ROWS * 28, 280)
    content = io.BytesIO()
    Image.fromarray(whole).resize((280 * _SCALE, _ROWS * 28 * _SCALE), Image.Resampling.NEAREST).save(content, "PNG")
    return content.getvalue()
