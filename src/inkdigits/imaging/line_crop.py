"""A band of a page, with one line of writing in it, as the line model takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.ink import FAINTEST

CROP_HEIGHT = 40
DIGIT_HEIGHT = 26  # pixels of a band that its digits should come to

# What the line model says of each column of a band: the ten digits, and these.
MARKS = ".,/-:+"  # that stand between or before digits, a class each: 10 to 15
NON_DIGIT = 16  # something else is written here: a letter, a scribble
SYMBOLS = "0123456789" + MARKS + "?"
BLANK = 17  # nothing is to be read here
FRAME_WIDTH = 4  # pixels of a band that a column stands for


@dataclass(frozen=True)
class Row:
    """Where a line of writing runs on a page, in its pixels."""

    left: float  # where its ink begins
    right: float
    middle: float  # below the page's top, at `left`
    slope: float  # by how much the middle sinks with each pixel to the right
    height: float  # of its digits

    def with_all(self, boxes: npt.NDArray[np.float64]) -> Row:
        """Return a row that reaches over some boxes, (N,4), too."""
        if not len(boxes):
            return self
        left, right = min(self.left, float(boxes[:, 0].min())), max(self.right, float(boxes[:, 2].max()))
        return replace(self, left=left, right=right, middle=self.middle + self.slope * (left - self.left))


def cut_line_crop(
    grey: npt.NDArray[np.uint8], row: Row, *, zoom: float = 1.0
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    """Cut a row out of a page as a level band with digits of 26 pixels.

    Args:
        grey: uint8 (H,W), the page.
        row: where to cut.
        zoom: how much larger than 26 pixels the digits should be.

    Returns:
        uint8 (40,W), and float64 (2,3), which takes a point of the band to a point of the page.

    """
    scale = zoom * DIGIT_HEIGHT / row.height
    margin = 0.45 * row.height
    left, right = max(row.left - margin, -1.0), min(row.right + margin, grey.shape[1] + 1.0)
    width = max(16, round((right - left) * scale * float(np.hypot(1, row.slope))))
    cosine = 1 / float(np.hypot(1, row.slope))
    direction = np.array([cosine, row.slope * cosine]) / scale
    start = np.array([left, row.middle + row.slope * (left - row.left)])
    to_page = np.column_stack([direction, [-direction[1], direction[0]], start])
    to_page[:, 2] -= to_page[:, 1] * CROP_HEIGHT / 2
    factor = int(1 / scale / 1.5)
    source, to_source = grey, to_page
    if factor > 1:  # averaged first, as a camera would that stood further away
        height = row.height * CROP_HEIGHT / DIGIT_HEIGHT / zoom
        ends = row.middle + row.slope * (np.array([left, right]) - row.left)
        top = max(0, int(ends.min() - height))
        bottom = min(grey.shape[0], int(ends.max() + height) + 1)
        first, last = max(0, int(left)), min(grey.shape[1], int(right) + 1)
        part = grey[top:bottom, first:last]
        if part.size:
            size = max(1, part.shape[1] // factor), max(1, part.shape[0] // factor)
            source = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
            shrink = np.array([size[0] / part.shape[1], size[1] / part.shape[0]])
            to_source = to_page.copy()
            to_source[:, 2] += (0.5 * to_page[:, :2]).sum(axis=1) - (first, top)
            to_source *= shrink[:, None]
            to_source[:, 2] -= (0.5 * to_source[:, :2]).sum(axis=1)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    band = cv2.warpAffine(source, to_source, (width, CROP_HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(band, np.uint8), to_page


def normalise_line_crop(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return how much darker than the paper about it each pixel of a band is.

    Paper is a grey-level closing, smoothed (the bottom-hat transform; see `inkdigits.imaging.ink`).

    Args:
        grey: uint8 (40,W), 0 black to 255 white, dark ink on light paper; its digits about 26 pixels tall.

    Returns:
        uint8 (40,W), 0 paper to 255 ink.

    """
    side = 21  # pixels: wider than any stroke of a digit so tall
    levels = cv2.copyMakeBorder(cv2.GaussianBlur(grey, (3, 3), 0), side, side, side, side, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(levels, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)).astype(np.float32)
    paper = cv2.blur(closed, (side, side))[side:-side, side:-side]
    depth = np.maximum(paper - grey, 0)
    rank = int(0.985 * (depth.size - 1))  # so many pixels are no darker than what counts as full ink
    full = max(float(np.partition(depth, rank, axis=None)[rank]), FAINTEST)
    return np.asarray(np.minimum(depth * (255 / full), 255), np.uint8)
