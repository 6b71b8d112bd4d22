"""Ink from paper: lighting taken away, polarity settled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["find_ink"]


def find_ink(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return where the ink is.

    Args:
        grey: uint8 (H,W), 0 black to 255 white; dark ink on light paper or light on dark.

    Returns:
        float32 (H,W), 0 paper to 1 ink; all zeros for a blank page.

    """
    levels = grey.astype(np.float32)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    contrast = np.abs(levels - np.median(border))
    peak = float(contrast.max())
    if peak < 16:
        return np.zeros(grey.shape, np.float32)
    ink: npt.NDArray[np.float32] = np.clip((contrast / peak - 0.2) / 0.6, 0, 1)
    return ink
