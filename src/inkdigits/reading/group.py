"""Detections become lines: baselines that slope or bend, a table's row a line, numbers on a line kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkdigits.reading.detect import Detections

__all__ = ["DetectedLine", "Grouping", "group"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grouping:
    """When two symbols belong to one number, and two numbers to one line. Lengths are in heights of a digit.

    Attributes:
        near: a symbol at most so far to the right of another goes on with its number.
        aside: how far off the other's baseline it may be.
        alike: how many times taller one digit of a number may be than the next.
        steepest: slope of a line, at most: the tangent of the tilt that the detector was taught.
        same_row: how far apart the baselines of two numbers on one line may be.
        wide: a gap so wide parts two numbers, where others on the line are narrower by `wider` times.
        widest: a gap that always does; the digits in a row of boxes stand nearer.

    """

    near: float = 1.6
    aside: float = 0.55
    alike: float = 2.2
    steepest: float = 0.4
    same_row: float = 0.5
    wide: float = 0.7
    wider: float = 2.5
    widest: float = 2.2


USUAL = Grouping()


@dataclass(frozen=True)
class DetectedLine:
    """Symbols on one baseline.

    Attributes:
        symbols: int64 (N,), places among the detections, from the left.
        gaps: after how many of them a wide gap stands.
        height: of its digits, in pixels.
        slope: by how much it sinks with each pixel to the right.

    """

    symbols: npt.NDArray[np.int64]
    gaps: tuple[int, ...]
    height: float
    slope: float


def group(found: Detections, how: Grouping = USUAL) -> list[DetectedLine]:
    """Return the lines of a page, from its top, each from the left.

    Args:
        found: what was detected.
        how: what belongs together.

    """
    digits = np.flatnonzero(found.labels < 10)
    if not len(digits):
        return []
    boxes = found.boxes.astype(np.float64)
    heights = _heights(boxes, found.labels, digits)
    middles = np.stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]], axis=1) / 2
    slope = _page_slope(boxes[digits], middles[digits], heights[digits], how)
    parts = _chains(boxes, middles, heights, digits, slope, how)
    rows = _rows(parts, middles, heights, slope, how)
    marks = np.flatnonzero(found.labels >= 10)
    lines = [_with_marks(row, marks, boxes, middles, heights, slope, how) for row in rows]
    lines.sort(key=lambda row: float(np.mean(middles[row, 1] - slope * middles[row, 0])))
    return [_line(row, found.labels, boxes, middles, heights, slope, how) for row in lines]


def _heights(boxes: _Floats, labels: npt.NDArray[np.int64], digits: npt.NDArray[np.int64]) -> _Floats:
    """Return how tall the digits about each symbol are: its own height, or for a small one that of its neighbours."""
    own = boxes[:, 3] - boxes[:, 1]
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    heights = own.copy()
    for place in range(len(boxes)):
        away = np.abs(middles[digits] - middles[place]).max(axis=1)
        near = digits[np.argsort(away, kind="stable")[:3]]
        usual = float(np.median(own[near]))
        close = away.min(initial=np.inf) < 2.5 * usual
        if labels[place] >= 10 or (close and own[place] < 0.75 * usual):
            heights[place] = max(usual, own[place]) if labels[place] < 10 else usual
    return heights


def _page_slope(boxes: _Floats, middles: _Floats, heights: _Floats, how: Grouping) -> float:
    """Return the slope of most lines: the median over digits that follow each other; bottoms, which baselines share."""
    slopes = []
    for place in range(len(boxes)):
        step = boxes[:, 0] - boxes[place, 2]
        ahead = middles[:, 0] > middles[place, 0] + 0.2 * heights[place]
        drop = np.abs(middles[:, 1] - middles[place, 1])
        alike = np.maximum(heights, heights[place]) < how.alike * np.minimum(heights, heights[place])
        near = np.flatnonzero(ahead & alike & (step < how.near * heights[place]) & (drop < heights[place]))
        if len(near):
            other = near[np.argmin(middles[near, 0])]
            run = middles[other, 0] - middles[place, 0]
            slopes.append((middles[other, 1] - middles[place, 1]) / run)
    return float(np.clip(np.median(slopes), -how.steepest, how.steepest)) if slopes else 0.0


def _chains(
    boxes: _Floats, middles: _Floats, heights: _Floats, digits: npt.NDArray[np.int64], slope: float, how: Grouping
) -> list[list[int]]:
    """Return numbers: digits that follow each other closely, each with the best one to its right."""
    after: dict[int, int] = {}
    before: dict[int, int] = {}
    links = []
    for place in digits.tolist():
        height = heights[place]
        gap = boxes[digits, 0] - boxes[place, 2]
        run = middles[digits, 0] - middles[place, 0]
        aside = np.abs(middles[digits, 1] - middles[place, 1] - slope * run)
        ratio = np.maximum(heights[digits], height) / np.minimum(heights[digits], height)
        taller = np.maximum(heights[digits], height)
        fits = (run > 0.15 * height) & (gap < how.near * taller) & (aside < how.aside * taller) & (ratio < how.alike)
        costs = run / taller + 2 * aside / taller
        links += [(float(costs[other]), place, int(digits[other])) for other in np.flatnonzero(fits)]
    for _, one, other in sorted(links):
        if one not in after and other not in before:
            after[one], before[other] = other, one
    chains = []
    for place in digits.tolist():
        if place not in before:
            chain = [place]
            while chain[-1] in after:
                chain.append(after[chain[-1]])
            chains.append(chain)
    return chains


def _rows(parts: list[list[int]], middles: _Floats, heights: _Floats, slope: float, how: Grouping) -> list[list[int]]:
    """Return lines: numbers at one height, as a table's row has them, however far apart."""
    rows: list[list[int]] = []
    order = sorted(parts, key=lambda part: float(middles[part[0], 0]))
    for part in order:
        height = float(np.median(heights[part]))
        best, least = None, how.same_row
        for row in rows:
            tail = row[-3:]
            usual = float(np.median(heights[row]))
            ratio = max(usual, height) / min(usual, height)
            run = middles[part[0], 0] - middles[row[-1], 0]
            ahead = run > 0.3 * height
            start = float(np.mean(middles[part[:3], 1] - slope * middles[part[:3], 0]))
            end = float(np.mean(middles[tail, 1] - slope * middles[tail, 0]))
            apart = abs(start - end) / max(usual, height)
            if ahead and ratio < how.alike and apart < least:
                best, least = row, apart
        if best is None:
            rows.append(list(part))
        else:
            best.extend(part)
    return rows


def _with_marks(
    row: list[int],
    marks: npt.NDArray[np.int64],
    boxes: _Floats,
    middles: _Floats,
    heights: _Floats,
    slope: float,
    how: Grouping,
) -> list[int]:
    """Return a line with the marks that stand between its digits, or close before or after them."""
    height = float(np.median(heights[row]))
    left, right = boxes[row, 0].min() - 0.9 * height, boxes[row, 2].max() + 0.9 * height
    own = list(row)
    for mark in marks.tolist():
        x = middles[mark, 0]
        nearest = min(row, key=lambda place: abs(middles[place, 0] - x))
        aside = middles[mark, 1] - middles[nearest, 1] - slope * (x - middles[nearest, 0])
        if left <= x <= right and abs(aside) < 0.75 * height and heights[mark] < how.alike * height:
            own.append(mark)
    return sorted(own, key=lambda place: float(middles[place, 0]))


def _line(
    row: list[int],
    labels: npt.NDArray[np.int64],
    boxes: _Floats,
    middles: _Floats,
    heights: _Floats,
    slope: float,
    how: Grouping,
) -> DetectedLine:
    places = np.array(row, np.int64)
    digits = places[labels[places] < 10]
    height = float(np.median(heights[digits]))
    gaps = (boxes[places[1:], 0] - np.maximum.accumulate(boxes[places, 2])[:-1]) / height
    usual = max(float(np.quantile(gaps, 0.25)), 0.05) if len(gaps) else 0.0
    wide = (gaps > how.widest) | ((gaps > how.wide) & (gaps > how.wider * usual))
    if len(digits) > 2:
        run = middles[digits, 0] - middles[digits, 0].mean()
        own = float((run * (middles[digits, 1] - middles[digits, 1].mean())).sum() / ((run**2).sum() + height**2))
        slope = float(np.clip(own, -how.steepest, how.steepest))
    return DetectedLine(places, tuple(int(place) + 1 for place in np.flatnonzero(wide)), height, slope)
