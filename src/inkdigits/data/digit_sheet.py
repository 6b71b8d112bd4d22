"""Some digits of a data set as one picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from inkdigits.data.dataset import Dataset

__all__ = ["draw_sheet"]

_ROWS = 4  # of each digit
_SCALE = 2


def draw_sheet(dataset: Dataset) -> bytes:
    """Return the first few of each digit, dark on white, one column a digit, as PNG."""
    sheet = np.zeros((_ROWS, 10, 28, 28), np.uint8)
    for digit in range(10):
        chosen = dataset.images[np.flatnonzero(dataset.labels == digit)[:_ROWS]]
        sheet[: len(chosen), digit] = chosen
    whole = 255 - sheet.transpose(0, 2, 1, 3).reshape(_ROWS * 28, 280)
    content = io.BytesIO()
    Image.fromarray(whole).resize((280 * _SCALE, _ROWS * 28 * _SCALE), Image.Resampling.NEAREST).save(content, "PNG")
    return content.getvalue()
