"""Some digits of a data set as one picture."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["draw_sheet"]


def draw_sheet(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> bytes:
    """Return the first few of each digit, dark on white, one column a digit, as PNG.

    Args:
        images: uint8 (N,28,28), 0 paper to 255 ink.
        labels: int64 (N,), 0 to 9.

    """
    rows = 4  # of each digit
    sheet = np.zeros((rows, 10, 28, 28), np.uint8)
    for digit in range(10):
        chosen = images[np.flatnonzero(labels == digit)[:rows]]
        sheet[: len(chosen), digit] = chosen
    whole = 255 - sheet.transpose(0, 2, 1, 3).reshape(rows * 28, 280)
    content = io.BytesIO()
    scale = 2
    Image.fromarray(whole).resize((280 * scale, rows * 28 * scale), Image.Resampling.NEAREST).save(content, "PNG")
    return content.getvalue()
