"""A view of a page: the page at some scale, its light and contrast settled locally, as the page detector takes it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.line_crop import MARKS

CELL = 4  # pixels of a view that a cell of the detector's answer stands for, across and down
NATIVE = 20.0  # pixels: the height of digits that the detector knows best; it was taught 11 to 36

# What the detector says of each cell: sixteen symbols, two masks, and a box.
SYMBOLS = "0123456789" + MARKS  # probability that one of these has its middle here
OTHER = 16  # probability that other writing or print is here
SMALL = 17  # probability that digits are here which are too small to be read at this scale
OUTPUTS = 22  # with left, top, right and bottom of the symbol, in units of NATIVE from the cell's middle


def normalise_view(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return how much each pixel differs from what is about it, in standard deviations of what is about it.

    Dark ink on light paper and the other way round both stay what they are; the detector knows both.

    Args:
        grey: uint8 (H,W), 0 black to 255 white.

    Returns:
        uint8 (H,W); 128 is the mean of what is about a pixel, 32 a standard deviation.

    """
    levels = grey.astype(np.float32)
    size = (55, 55)  # pixels: nearly three heights of a digit
    quietest, step = 5.0, 32.0  # levels: what varies less is paper; a standard deviation
    mean = cv2.blur(levels, size, borderType=cv2.BORDER_REFLECT_101)
    square = cv2.sqrBoxFilter(levels, cv2.CV_32F, size, normalize=True, borderType=cv2.BORDER_REFLECT_101)
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    levels -= mean
    levels *= step / (deviation + np.float32(quietest))
    levels += 128
    return np.asarray(np.clip(np.rint(levels, out=levels), 0, 255), np.uint8)
