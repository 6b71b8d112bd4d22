"""Ink to lines of writing: where they run, how they slope, how tall they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.bands import BAND_HEIGHT, DIGIT_HEIGHT
from inkdigits.imaging.printed import without_long_strokes

__all__ = ["LONGEST", "Row", "cut_band", "find_rows"]

LONGEST = 120.0  # heights: what is longer is no line of writing

_Mask: TypeAlias = npt.NDArray[np.uint8]
_Boxes: TypeAlias = npt.NDArray[np.float64]  # (N,4): left, top, right, bottom

_SIDE = 1100  # rows show at this size of the page
_CORE = 0.35  # of full ink: what is less is a smudge or the edge of a stroke
_MOST_PIECES = 800  # more is a texture; the largest are looked at
_LONG = 2.6  # heights of a digit: a straight stroke as long is a rule, or the edge of a box
_TALL = 2.2  # the same, for a stroke that stands
_LOWEST = 0.5  # of the page's typical height: what is lower does not say where a row runs
_SMALL, _ASIDE = 0.15, 0.6  # of a row's height: what is as tall and as near its middle belongs to it
_NEAR = 3.0  # heights between neighbours in a row
_OVERLAP = 0.25  # of the lower of two neighbours in a row
_SAME_ROW = 0.75  # heights by which the parts of one row may be apart
_LOWEST_ROW = 0.3  # of the tallest row's height
_STIFFNESS = 3.0  # how unwilling a row is to slope, in squared heights
_STEEPEST = 0.5


@dataclass(frozen=True)
class Row:
    """Where a line of writing runs on a page, in its pixels.

    Attributes:
        left: where its ink begins.
        right: where it ends.
        middle: the height of its middle above or below the page's top, at `left`.
        slope: by how much the middle sinks with each pixel to the right.
        height: of its digits.

    """

    left: float
    right: float
    middle: float
    slope: float
    height: float

    @property
    def heights(self) -> float:
        """How many of its heights it is long."""
        return (self.right - self.left) / self.height


def find_rows(ink: npt.NDArray[np.float32]) -> list[Row]:
    """Return the lines of writing on a page, from its top.

    Args:
        ink: float32 (H,W), 0 paper to 1 ink.

    """
    scale = min(1.0, _SIDE / max(ink.shape))
    if scale < 1:
        size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    mask = (ink > _CORE).astype(np.uint8)
    height = _typical_height(_boxes_of(mask))
    if not height:
        return []
    boxes = _boxes_of(without_long_strokes(mask, _LONG * height, _TALL * height))
    height = _typical_height(boxes)
    if not height:
        return []
    tall = boxes[boxes[:, 3] - boxes[:, 1] >= _LOWEST * height]
    rows = _joined([_row(tall[members]) for members in _chains(tall)])
    rows = [_widened(row, boxes) for row in rows]
    tallest = max((row.height for row in rows), default=0.0)
    kept = [row for row in rows if row.height >= _LOWEST_ROW * tallest]
    kept.sort(key=lambda row: row.middle + row.slope * (row.right - row.left) / 2)
    return [Row(row.left / scale, row.right / scale, row.middle / scale, row.slope, row.height / scale) for row in kept]


def cut_band(
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
    to_page[:, 2] -= to_page[:, 1] * BAND_HEIGHT / 2
    factor = int(1 / scale / 1.5)
    source, to_source = grey, to_page
    if factor > 1:  # averaged first, as a camera would that stood further away
        height = row.height * BAND_HEIGHT / DIGIT_HEIGHT / zoom
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
    band = cv2.warpAffine(source, to_source, (width, BAND_HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(band, np.uint8), to_page


def _boxes_of(mask: _Mask) -> _Boxes:
    """Return the boxes of the connected pieces of ink, without specks."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    stats = stats[1:]
    stats = stats[stats[:, cv2.CC_STAT_AREA] >= 4]
    stats = stats[np.argsort(-stats[:, cv2.CC_STAT_HEIGHT], kind="stable")[:_MOST_PIECES]]
    left, top, width, height = stats[:, :4].astype(np.float64).T
    return np.stack([left, top, left + width, top + height], axis=1)


def _typical_height(boxes: _Boxes) -> float:
    """Return the height of most of the writing, 0 if there is none: the median, where a taller piece weighs more."""
    if not len(boxes):
        return 0.0
    heights = np.sort(boxes[:, 3] - boxes[:, 1])
    weights = np.cumsum(heights**2)
    return float(heights[np.searchsorted(weights, weights[-1] / 2)])


def _chains(boxes: _Boxes) -> list[npt.NDArray[np.int64]]:
    """Group pieces that follow each other in a row."""
    left, top, right, bottom = boxes.T
    height = bottom - top
    gap = np.maximum(left[:, None] - right, left - right[:, None])
    overlap = np.minimum(bottom[:, None], bottom) - np.maximum(top[:, None], top)
    lower, taller = np.minimum(height[:, None], height), np.maximum(height[:, None], height)
    linked = (gap <= _NEAR * taller) & (overlap >= _OVERLAP * lower)
    groups = np.arange(len(boxes))
    while True:
        least = np.where(linked, groups, len(boxes)).min(axis=1, initial=len(boxes))
        least = np.minimum(least, groups)
        if (least == groups).all():
            return [np.flatnonzero(groups == name) for name in np.unique(groups)]
        groups = least


def _row(boxes: _Boxes) -> Row:
    """Return the row in which pieces stand."""
    left, top, right, bottom = boxes.T
    heights = bottom - top
    order = np.argsort(heights)
    weights = np.cumsum(heights[order])
    height = float(heights[order][np.searchsorted(weights, 0.6 * weights[-1])])
    across, middles = (left + right) / 2, (top + bottom) / 2
    mean = float(np.average(across, weights=heights))
    middle = float(np.average(middles, weights=heights))
    away = across - mean
    bend = float((heights * away**2).sum() / height + _STIFFNESS * height**2)
    slope = float((heights * away * (middles - middle)).sum() / height) / bend
    slope = float(np.clip(slope, -_STEEPEST, _STEEPEST))
    return Row(float(left.min()), float(right.max()), middle + slope * (float(left.min()) - mean), slope, height)


def _widened(row: Row, boxes: _Boxes) -> Row:
    """Return a row with the low pieces at its ends: small zeros, and what a digit's top was cut from."""
    height = boxes[:, 3] - boxes[:, 1]
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    away = np.abs(middles - row.middle - row.slope * ((boxes[:, 0] + boxes[:, 2]) / 2 - row.left))
    inside = boxes[(height >= _SMALL * row.height) & (away <= _ASIDE * row.height)]
    left, right = row.left, row.right
    while True:
        reached = inside[(inside[:, 2] >= left - row.height) & (inside[:, 0] <= right + row.height)]
        ends = min(left, float(reached[:, 0].min(initial=left))), max(right, float(reached[:, 2].max(initial=right)))
        if ends == (left, right):
            return Row(left, right, row.middle - row.slope * (row.left - left), row.slope, row.height)
        left, right = ends


def _joined(rows: list[Row]) -> list[Row]:
    """Join rows that stand beside each other at one height."""
    joined: list[Row] = []
    for row in sorted(rows, key=lambda row: row.left):
        for place, other in enumerate(joined):
            meeting = (other.right + row.left) / 2
            apart = abs(_middle(other, meeting) - _middle(row, meeting))
            alike = 0.5 < row.height / other.height < 2
            if row.left > other.right - other.height and alike and apart < _SAME_ROW * max(row.height, other.height):
                joined[place] = _together(other, row)
                break
        else:
            joined.append(row)
    return joined


def _middle(row: Row, across: float) -> float:
    return row.middle + row.slope * (across - row.left)


def _together(one: Row, other: Row) -> Row:
    """Return the row that two parts of it make."""
    ends = [(row.left + row.right) / 2 for row in (one, other)]
    middles = [_middle(row, end) for row, end in zip((one, other), ends, strict=True)]
    lengths = [row.right - row.left for row in (one, other)]
    height = float(np.average([one.height, other.height], weights=lengths))
    rise = (middles[1] - middles[0]) * (ends[1] - ends[0]) / ((ends[1] - ends[0]) ** 2 + _STIFFNESS * height**2)
    slope = float(np.clip(rise, -_STEEPEST, _STEEPEST))
    left, right = min(one.left, other.left), max(one.right, other.right)
    centre, middle = np.average(ends, weights=lengths), np.average(middles, weights=lengths)
    return Row(left, right, float(middle + slope * (left - centre)), slope, height)
