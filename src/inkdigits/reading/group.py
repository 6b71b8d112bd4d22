"""Detections become lines: baselines that slope or bend, each row of a table one line, numbers on a line kept apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkdigits.reading.detect import Detections

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Grouping:
    """When two symbols belong to one number, and two numbers to one line. Lengths are in heights of a digit."""

    near: float = 1.6  # a symbol at most so far to the right of another goes on with its number
    aside: float = 0.55  # how far off the other's baseline it may be
    alike: float = 2.8  # how many times taller one digit of a number may be than the next
    steepest: float = 0.4  # slope of a line, at most: the tangent of the tilt that the detector was taught
    # Two digits no further apart than `seen` say how a line slopes. The slope that most pairs agree on groups 98.7 % of
    # the true lines exactly from true boxes, the median of neighbours' 96.5 % (experiments/LOG.md).
    seen: float = 9.0
    loose: float = 0.2  # how far off a pair may be from a slope and still agree with it
    level: float = 0.5  # share of its votes that a slope loses for each unit of it
    parallel: float = 1.0  # the same for each unit by which the slope changes from the page's middle to its end
    bent: tuple[float, ...] = tuple(np.linspace(-0.12, 0.12, 13).tolist())  # those changes that are tried
    same_row: float = 0.5  # how far apart the baselines of two numbers on one line may be
    wide: float = 0.7  # a gap so wide parts two numbers, where others on the line are narrower by `wider` times
    wider: float = 2.5
    widest: float = 1.8  # a gap that always does; the digits in a row of boxes stand nearer


@dataclass(frozen=True)
class DetectedLine:
    """Symbols on one baseline."""

    symbols: _Ints  # (N,), places among the detections, from the left
    gaps: tuple[int, ...]  # after how many of them a wide gap stands
    height: float  # of its digits, in pixels
    slope: float  # by how much it sinks with each pixel to the right


@dataclass(frozen=True)
class _Page:
    """What was detected on a page, a row for each symbol; lengths are in pixels."""

    labels: _Ints
    boxes: _Floats  # (N,4)
    middles: _Floats  # (N,2)
    heights: _Floats  # (N,), of the digits about each
    slopes: _Floats  # (N,), of a line there


def group(found: Detections) -> list[DetectedLine]:
    """Return the lines of what was found on a page, from its top, each from the left."""
    labels, boxes = found.labels, found.boxes.astype(np.float64)
    digits = np.flatnonzero(labels < 10)
    if not len(digits):
        return []
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    heights = _heights(boxes, middles, labels, digits)
    slope, more = _slope(middles[digits], heights[digits])
    page = _Page(labels, boxes, middles, heights, slope + more * (middles[:, 1] - middles[digits, 1].mean()))
    marks = np.flatnonzero(labels >= 10)
    rows = [_with_marks(row, marks, page) for row in _rows(_chains(digits, page), page)]
    rows.sort(key=lambda row: float(np.mean(middles[row, 1] - slope * middles[row, 0])))
    return [_line(row, page) for row in rows]


def _heights(boxes: _Floats, middles: _Floats, labels: _Ints, digits: _Ints) -> _Floats:
    """Return how tall the digits about each symbol are: its own height, or for a small one that of its neighbours."""
    own = boxes[:, 3] - boxes[:, 1]
    heights = own.copy()
    for place in range(len(boxes)):
        away = np.abs(middles[digits] - middles[place]).max(axis=1)
        near = digits[np.argsort(away, kind="stable")[:3]]
        usual = float(np.median(own[near]))
        close = away.min(initial=np.inf) < 2.5 * usual
        if labels[place] >= 10 or (close and own[place] < 0.75 * usual):
            heights[place] = max(usual, own[place]) if labels[place] < 10 else usual
    return heights


def _slope(middles: _Floats, heights: _Floats) -> tuple[float, float]:
    """Return how lines sink in the middle of the page, and how much more with each pixel further down.

    As most digits do beside those to their right, near ones counting more. With a camera held aslant, lines at the top
    sink otherwise than those at the bottom.
    """
    run = middles[None, :, 0] - middles[:, None, 0]
    drop = middles[None, :, 1] - middles[:, None, 1]
    height = np.sqrt(heights[:, None] * heights[None])
    alike = np.maximum(heights[:, None], heights[None]) < Grouping.alike * np.minimum(heights[:, None], heights[None])
    left, right = np.nonzero(alike & (run > 0.3 * height) & (run < Grouping.seen * height) & (np.abs(drop) < 0.5 * run))
    if not len(left):
        return 0.0, 0.0
    run, drop, height = run[left, right], drop[left, right], height[left, right]
    down = (middles[left, 1] + middles[right, 1]) / 2 - float(middles[:, 1].mean())
    reach = max(float(np.abs(down).max()), float(height.max()))
    weight = height / (run + height)

    def agreed(slopes: _Floats, more: _Floats) -> _Floats:
        off = drop - (slopes[:, None] + more[:, None] * down / reach) * run
        agreeing = np.exp(-((off / (Grouping.loose * height)) ** 2)) @ weight
        return np.asarray(agreeing * (1 - (Grouping.level * np.abs(slopes) + Grouping.parallel * np.abs(more))))

    steps = np.linspace(-Grouping.steepest, Grouping.steepest, 81)
    best = steps[int(agreed(steps, np.zeros(81)).argmax())]
    slopes, more = (each.ravel() for each in np.meshgrid(best + np.linspace(-0.03, 0.03, 13), Grouping.bent))
    at = int(agreed(slopes, more).argmax())
    return float(slopes[at]), float(more[at]) / reach


def _chains(digits: _Ints, page: _Page) -> list[list[int]]:
    """Return numbers: digits that follow each other closely, each with the best one to its right."""
    after: dict[int, int] = {}
    before: dict[int, int] = {}
    links = []
    for place in digits.tolist():
        height = page.heights[place]
        gap = page.boxes[digits, 0] - page.boxes[place, 2]
        run, drop = (page.middles[digits] - page.middles[place]).T
        aside = np.abs(drop - page.slopes[place] * run)
        taller = np.maximum(page.heights[digits], height)
        ratio = taller / np.minimum(page.heights[digits], height)
        follows = (run > 0.15 * height) & (gap < Grouping.near * taller) & (aside < Grouping.aside * taller)
        costs = run / taller + 2 * aside / taller
        fits = np.flatnonzero(follows & (ratio < Grouping.alike))
        links += [(float(costs[other]), place, int(digits[other])) for other in fits]
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


class _Ends:
    """The right ends of the lines so far, a row each."""

    def __init__(self, most: int) -> None:
        # x and y, of the last three digits on average; their slope and how many they are; x of the last one, and height
        self._known = np.zeros((most, 6))
        self._count = 0

    def after(self, part: list[int], page: _Page) -> int | None:
        """Return which line goes on with a number, if one does: the one whose baseline it is nearest to."""
        known = self._known[: self._count]
        x, y, slope, count, last, height = known.T
        own, first = float(np.median(page.heights[part])), part[:3]
        slopes = (slope * count + page.slopes[first].sum()) / (count + len(first))
        begin_x, begin_y = page.middles[first].mean(axis=0)
        taller = np.maximum(height, own)
        apart = np.abs((begin_y - slopes * begin_x) - (y - slopes * x)) / taller
        follows = (page.middles[part[0], 0] - last > 0.3 * own) & (taller / np.minimum(height, own) < Grouping.alike)
        apart[~follows] = np.inf
        best = int(apart.argmin()) if len(apart) else 0
        return best if len(apart) and apart[best] < Grouping.same_row else None

    def note(self, place: int, row: list[int], page: _Page) -> None:
        """Note how a line ends; one more than there are is a new one."""
        tail = row[-3:]
        slope, last, height = page.slopes[tail].mean(), page.middles[row[-1], 0], np.median(page.heights[row])
        self._known[place] = *page.middles[tail].mean(axis=0), slope, len(tail), last, height
        self._count = max(self._count, place + 1)


def _rows(parts: list[list[int]], page: _Page) -> list[list[int]]:
    """Return lines: numbers at one height, as a table's row has them, however far apart."""
    rows: list[list[int]] = []
    ends = _Ends(len(parts))
    for part in sorted(parts, key=lambda part: float(page.middles[part[0], 0])):
        place = ends.after(part, page)
        if place is None:
            place = len(rows)
            rows.append([])
        rows[place] += part
        ends.note(place, rows[place], page)
    return rows


def _with_marks(row: list[int], marks: _Ints, page: _Page) -> list[int]:
    """Return a line with the marks that stand between its digits, or close before or after them."""
    middles = page.middles
    height = float(np.median(page.heights[row]))
    left, right = page.boxes[row, 0].min() - 0.9 * height, page.boxes[row, 2].max() + 0.9 * height
    own = list(row)
    for mark in marks.tolist():
        x = middles[mark, 0]
        nearest = min(row, key=lambda place: abs(middles[place, 0] - x))
        aside = middles[mark, 1] - middles[nearest, 1] - page.slopes[mark] * (x - middles[nearest, 0])
        if left <= x <= right and abs(aside) < 0.75 * height and page.heights[mark] < Grouping.alike * height:
            own.append(mark)
    return sorted(own, key=lambda place: float(middles[place, 0]))


def _line(row: list[int], page: _Page) -> DetectedLine:
    places = np.array(row, np.int64)
    digits = places[page.labels[places] < 10]
    height = float(np.median(page.heights[digits]))
    gaps = (page.boxes[places[1:], 0] - np.maximum.accumulate(page.boxes[places, 2])[:-1]) / height
    usual = max(float(np.quantile(gaps, 0.25)), 0.05) if len(gaps) else 0.0
    wide = (gaps > Grouping.widest) | ((gaps > Grouping.wide) & (gaps > Grouping.wider * usual))
    slope = float(page.slopes[digits].mean())
    if len(digits) > 2:
        x, y = page.middles[digits, 0], page.middles[digits, 1]
        run, drop = x - x.mean(), y - y.mean()
        own = float((run * drop).sum() / ((run**2).sum() + height**2))
        slope = float(np.clip(own, -Grouping.steepest, Grouping.steepest))
    return DetectedLine(places, tuple(int(place) + 1 for place in np.flatnonzero(wide)), height, slope)
