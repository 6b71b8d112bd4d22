"""Detections become lines: baselines that slope or bend, each row of a table one line, numbers on a line kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

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
        seen: two digits no further apart say how a line slopes. The slope that most pairs agree on groups 98.7 % of the
            true lines exactly from true boxes, the median of neighbours' 96.5 % (experiments/LOG.md).
        loose: how far off a pair may be from a slope and still agree with it.
        level: share of its votes that a slope loses for each unit of it.
        parallel: the same for each unit by which the slope changes from the page's middle to its end.
        bent: those changes that are tried.
        same_row: how far apart the baselines of two numbers on one line may be.
        wide: a gap so wide parts two numbers, where others on the line are narrower by `wider` times.
        widest: a gap that always does; the digits in a row of boxes stand nearer.

    """

    near: float = 1.6
    aside: float = 0.55
    alike: float = 2.8
    steepest: float = 0.4
    seen: float = 9.0
    loose: float = 0.2
    level: float = 0.5
    parallel: float = 1.0
    bent: tuple[float, ...] = tuple(np.linspace(-0.12, 0.12, 13).tolist())
    same_row: float = 0.5
    wide: float = 0.7
    wider: float = 2.5
    widest: float = 1.8


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
    tilt = _tilt(middles[digits], heights[digits], how)
    slopes = tilt.at(middles[:, 1])
    parts = _chains(boxes, middles, heights, digits, slopes, how)
    rows = _rows(parts, middles, heights, slopes, how)
    marks = np.flatnonzero(found.labels >= 10)
    lines = [_with_marks(row, marks, boxes, middles, heights, slopes, how) for row in rows]
    lines.sort(key=lambda row: float(np.mean(middles[row, 1] - tilt.slope * middles[row, 0])))
    return [_line(row, found.labels, boxes, middles, heights, slopes, how) for row in lines]


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


class Tilt(NamedTuple):
    """How lines sink to the right: with a camera held aslant, those at the top otherwise than those at the bottom."""

    slope: float
    more: float  # for each pixel further down
    middle: float  # where `slope` holds

    def at(self, y: _Floats | float) -> _Floats:
        """Return the slope at some height of the page."""
        return np.asarray(self.slope + self.more * (np.asarray(y) - self.middle))


def _tilt(middles: _Floats, heights: _Floats, how: Grouping) -> Tilt:
    """Return how lines sink: as most digits do beside those to their right, near ones counting more."""
    run = middles[None, :, 0] - middles[:, None, 0]
    drop = middles[None, :, 1] - middles[:, None, 1]
    height = np.sqrt(heights[:, None] * heights[None])
    alike = np.maximum(heights[:, None], heights[None]) < how.alike * np.minimum(heights[:, None], heights[None])
    left, right = np.nonzero(alike & (run > 0.3 * height) & (run < how.seen * height) & (np.abs(drop) < 0.5 * run))
    middle = float(middles[:, 1].mean())
    if not len(left):
        return Tilt(0.0, 0.0, middle)
    run, drop, height = run[left, right], drop[left, right], height[left, right]
    down = (middles[left, 1] + middles[right, 1]) / 2 - middle
    reach = max(float(np.abs(down).max()), float(height.max()))
    weight = height / (run + height)

    def agreed(slopes: _Floats, more: _Floats) -> _Floats:
        off = drop - (slopes[:, None] + more[:, None] * down / reach) * run
        agreeing = np.exp(-((off / (how.loose * height)) ** 2)) @ weight
        return np.asarray(agreeing * (1 - (how.level * np.abs(slopes) + how.parallel * np.abs(more))))

    steps = np.linspace(-how.steepest, how.steepest, 81)
    best = steps[int(agreed(steps, np.zeros(81)).argmax())]
    slopes, more = (each.ravel() for each in np.meshgrid(best + np.linspace(-0.03, 0.03, 13), how.bent))
    at = int(agreed(slopes, more).argmax())
    return Tilt(float(slopes[at]), float(more[at]) / reach, middle)


def _chains(
    boxes: _Floats, middles: _Floats, heights: _Floats, digits: npt.NDArray[np.int64], slopes: _Floats, how: Grouping
) -> list[list[int]]:
    """Return numbers: digits that follow each other closely, each with the best one to its right."""
    after: dict[int, int] = {}
    before: dict[int, int] = {}
    links = []
    for place in digits.tolist():
        height = heights[place]
        gap = boxes[digits, 0] - boxes[place, 2]
        run = middles[digits, 0] - middles[place, 0]
        aside = np.abs(middles[digits, 1] - middles[place, 1] - slopes[place] * run)
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


def _rows(
    parts: list[list[int]], middles: _Floats, heights: _Floats, slopes: _Floats, how: Grouping
) -> list[list[int]]:
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
            slope = float(np.mean(slopes[[*tail, *part[:3]]]))
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
    slopes: _Floats,
    how: Grouping,
) -> list[int]:
    """Return a line with the marks that stand between its digits, or close before or after them."""
    height = float(np.median(heights[row]))
    left, right = boxes[row, 0].min() - 0.9 * height, boxes[row, 2].max() + 0.9 * height
    own = list(row)
    for mark in marks.tolist():
        x = middles[mark, 0]
        nearest = min(row, key=lambda place: abs(middles[place, 0] - x))
        aside = middles[mark, 1] - middles[nearest, 1] - slopes[mark] * (x - middles[nearest, 0])
        if left <= x <= right and abs(aside) < 0.75 * height and heights[mark] < how.alike * height:
            own.append(mark)
    return sorted(own, key=lambda place: float(middles[place, 0]))


def _line(
    row: list[int],
    labels: npt.NDArray[np.int64],
    boxes: _Floats,
    middles: _Floats,
    heights: _Floats,
    slopes: _Floats,
    how: Grouping,
) -> DetectedLine:
    places = np.array(row, np.int64)
    digits = places[labels[places] < 10]
    height = float(np.median(heights[digits]))
    gaps = (boxes[places[1:], 0] - np.maximum.accumulate(boxes[places, 2])[:-1]) / height
    usual = max(float(np.quantile(gaps, 0.25)), 0.05) if len(gaps) else 0.0
    wide = (gaps > how.widest) | ((gaps > how.wide) & (gaps > how.wider * usual))
    slope = float(slopes[digits].mean())
    if len(digits) > 2:
        run = middles[digits, 0] - middles[digits, 0].mean()
        own = float((run * (middles[digits, 1] - middles[digits, 1].mean())).sum() / ((run**2).sum() + height**2))
        slope = float(np.clip(own, -how.steepest, how.steepest))
    return DetectedLine(places, tuple(int(place) + 1 for place in np.flatnonzero(wide)), height, slope)
