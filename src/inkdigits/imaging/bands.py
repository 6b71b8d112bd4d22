"""A band of a page, with one line of writing in it, as the line model takes it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["BAND_HEIGHT", "BLANK", "COLUMN", "DIGIT_HEIGHT", "MARKS", "SIGN", "SYMBOLS", "normalise_band"]

BAND_HEIGHT = 40
DIGIT_HEIGHT = 26  # pixels of a band that its digits should come to

# What the line model says of each column of a band: the ten digits, and these.
MARKS = ".,/-:+"  # that stand between or before digits, a class each: 10 to 15
SIGN = 16  # something else is written here: a letter, a scribble
SYMBOLS = "0123456789" + MARKS + "?"
BLANK = 17  # nothing is to be read here
COLUMN = 4  # pixels of a band that a column stands for

_ELEMENT = 21  # pixels: wider than any stroke of a digit so tall
_FAINTEST = 12.0  # levels of 255: what differs less from its paper is not stretched to full ink
_FULL = 0.985  # of the pixels are no darker than what counts as full ink


def normalise_band(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return how much darker than the paper about it each pixel of a band is.

    Paper is a grey-level closing, smoothed (the bottom-hat transform; see `inkdigits.imaging.ink`).

    Args:
        grey: uint8 (40,W), 0 black to 255 white, dark ink on light paper; its digits about 26 pixels tall.

    Returns:
        uint8 (40,W), 0 paper to 255 ink.

    """
    levels = cv2.copyMakeBorder(
        cv2.GaussianBlur(grey, (3, 3), 0), _ELEMENT, _ELEMENT, _ELEMENT, _ELEMENT, cv2.BORDER_REPLICATE
    )
    closed = cv2.morphologyEx(levels, cv2.MORPH_CLOSE, np.ones((_ELEMENT, _ELEMENT), np.uint8)).astype(np.float32)
    paper = cv2.blur(closed, (_ELEMENT, _ELEMENT))[_ELEMENT:-_ELEMENT, _ELEMENT:-_ELEMENT]
    depth = np.maximum(paper - grey, 0)
    rank = int(_FULL * (depth.size - 1))
    full = max(float(np.partition(depth, rank, axis=None)[rank]), _FAINTEST)
    return np.asarray(np.minimum(depth * (255 / full), 255), np.uint8)
