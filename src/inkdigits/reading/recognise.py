"""A line that was detected is read: where the line model and the detector differ, by what both find most probable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.ink import find_dark_ink, with_dark_ink
from inkdigits.imaging.line_crop import Row
from inkdigits.imaging.normalise import normalise
from inkdigits.reading.detect import Detections
from inkdigits.reading.ensemble import Ensemble
from inkdigits.reading.group import DetectedLine
from inkdigits.reading.second_opinion import DetectedNumber, Opinions, read_number
from inkdigits.reading.symbols import Box, ReadLine, Symbol

__all__ = ["USUAL", "Recognition", "agreed", "recognise"]

_Grey = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recognition:
    """How a line is read.

    Attributes:
        room: of a digit's height, about a number that is cut out.
        tall: pixels: writing at least twice as tall is brought to this height; the models look at 20 and 26.
        blur: of a digit's height: the standard deviation of the Gaussian that digits are compared with to be sharpened.
        sharper: how many times their difference from that is added for the digit model: in photographs out of focus
            the holes of 6, 8 and 9 fill up otherwise, and it is sure that they are 0.
        alone: weight of the digit model's opinion of a digit beside that of the other two.
        about: of a digit's height to both sides, where other writing makes it doubtful.
        core: of full ink: pieces of ink that were not read are at least so dark.
        edge: of a digit's height, about what was read.
        level: of a digit's height, above or below the middle of a number, where a piece may belong to it.
        beside: of a digit's height, within which a piece that was not read may belong to a number.
        digit_heights: of a digit's height, between which such a piece may be a digit.
        twice: of the smaller one, what the boxes of two symbols share that are one, read by two numbers.
        opinions: how the line model's and the detector's become one.

    """

    room: float = 0.6
    tall: float = 48.0
    blur: float = 0.15
    sharper: float = 1.0
    alone: float = 0.2
    about: float = 1.6
    core: float = 0.4
    edge: float = 0.1
    level: float = 0.7
    beside: float = 1.1
    digit_heights: tuple[float, float] = (0.45, 2.2)
    twice: float = 0.5
    opinions: Opinions = field(default_factory=Opinions)


USUAL = Recognition()


def recognise(
    grey: _Grey, found: Detections, line: DetectedLine, models: Ensemble, how: Recognition = USUAL
) -> ReadLine:
    """Return what a line says: each of its numbers is read by itself.

    Args:
        grey: uint8 (H,W), the page.
        found: what was detected on it.
        line: which of that is the line.
        models: what reads it.
        how: how opinions become one.

    """
    numbers = [_read_number(grey, found, part, line, models, how) for part in np.split(line.symbols, line.gaps)]
    return ReadLine.of(_once(numbers, how))


def _once(numbers: Sequence[ReadLine], how: Recognition) -> list[ReadLine]:
    """Return numbers without what two of them read at one place: the surer one stays."""
    doubled = [
        min(pair, key=lambda symbol: symbol.confidence)
        for one, other in pairwise(numbers)
        for pair in product(one.symbols, other.symbols)
        if _overlap(pair[0].box, pair[1].box, how.twice)
    ]
    return [
        ReadLine(tuple(symbol for symbol in number.symbols if not any(symbol is less for less in doubled)))
        for number in numbers
    ]


def _overlap(one: Box, other: Box, least: float) -> bool:
    """Say whether two boxes share more than so much of the smaller one."""
    across, down = (min(one[at + 2], other[at + 2]) - max(one[at], other[at]) for at in (0, 1))
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return min(across, down) > 0 and across * down > least * smaller


def _read_number(
    grey: _Grey,
    found: Detections,
    part: npt.NDArray[np.int64],
    line: DetectedLine,
    models: Ensemble,
    how: Recognition,
) -> ReadLine:
    crop = _cut(grey, found.boxes[part], line.height, how)
    every = (found.boxes - np.tile(crop.corner, 2)) / crop.factor
    boxes, others = every[part], np.delete(every, part, axis=0)
    ink = find_dark_ink(crop.grey)
    row = _row(boxes, found.labels[part], line)
    row = row.with_all(_unread(ink, boxes, row, how))
    read = read_number(crop.grey, DetectedNumber(boxes, found.scores[part], row), models.lines, how.opinions)
    known = np.concatenate([np.array([symbol.box for symbol in read]).reshape(-1, 4), others])
    unread = len(_unread(ink, known, row, how))
    symbols = []
    inks = [ink]
    if not models.own:  # which is shown what `to_mnist` gives, and that alone
        inks.append(find_dark_ink(_sharpened(crop.grey, how.blur * row.height, how.sharper)))
    for symbol in _looked_at(inks, read, models, how):
        box = crop.on_page(symbol.box)
        symbols.append(replace(symbol, box=box, near_print=found.print_about(box, how.about), unread=unread))
    return ReadLine(tuple(symbols))


class _Crop(NamedTuple):
    """The part of a page about a number.

    Attributes:
        grey: uint8 (H,W), dark on light.
        corner: float64 (2,), where it begins on the page.
        factor: how many pixels of the page are one of its own, across and down.

    """

    grey: _Grey
    corner: _Floats
    factor: int

    def on_page(self, box: Box) -> Box:
        """Return a box of the crop in pixels of the page."""
        left, top, right, bottom = (np.array(box) * self.factor + np.tile(self.corner, 2)).tolist()
        return left, top, right, bottom


def _cut(grey: _Grey, boxes: npt.NDArray[np.float32], height: float, how: Recognition) -> _Crop:
    """Return the part of a page about a number; large writing is brought to a size that loses nothing."""
    room = np.array([2.0, 1.0]) * (how.room * height + 4)
    left, top = np.maximum((boxes[:, :2].min(axis=0) - room).astype(int), 0).tolist()
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0) + room).astype(int).tolist()
    part = np.ascontiguousarray(grey[top : max(bottom, top + 1), left : max(right, left + 1)])
    factor = max(1, int(height / how.tall))
    if factor > 1:
        part = _averaged(part, factor)
    return _Crop(with_dark_ink(part), np.array([left, top], np.float64), factor)


def _averaged(grey: _Grey, factor: int) -> _Grey:
    """Return an image with whole squares of pixels averaged; the last few rows and columns are left out."""
    size = grey.shape[1] // factor, grey.shape[0] // factor
    whole = grey[: size[1] * factor, : size[0] * factor]
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def _sharpened(grey: _Grey, blur: float, sharper: float) -> _Grey:
    """Return an image with its differences from itself blurred added to it (unsharp masking)."""
    return np.asarray(cv2.addWeighted(grey, 1 + sharper, cv2.GaussianBlur(grey, (0, 0), blur), -sharper, 0), np.uint8)


def _row(boxes: _Floats, labels: npt.NDArray[np.int64], line: DetectedLine) -> Row:
    """Return where a number runs; it is as tall as most of its digits, or nearly as tall as the tallest."""
    digits = boxes[labels < 10] if (labels < 10).any() else boxes
    middles = (digits[:, :2] + digits[:, 2:]) / 2
    tall = digits[:, 3] - digits[:, 1]
    height = max(float(np.median(tall)), 0.8 * float(tall.max())) if (labels < 10).any() else line.height
    left = float(boxes[:, 0].min())
    middle = float(np.mean(middles[:, 1] - line.slope * (middles[:, 0] - left)))
    return Row(left, float(boxes[:, 2].max()), middle, line.slope, max(height, 4.0))


def _unread(ink: npt.NDArray[np.float32], boxes: _Floats, row: Row, how: Recognition) -> _Floats:
    """Return the boxes, (N,4), of pieces of ink beside or between some boxes that may be digits which nobody saw."""
    rest = (ink > how.core).view(np.uint8).copy()
    room = how.edge * row.height
    for left, top, right, bottom in boxes + np.array([-room, -room, room, room]):
        rest[max(int(top), 0) : max(int(bottom), 0) + 1, max(int(left), 0) : max(int(right), 0) + 1] = 0
    _, _, stats, middles = cv2.connectedComponentsWithStats(rest, connectivity=8)
    left, top, width, height = stats[1:, :4].T.astype(np.float64)
    across, down = middles[1:].T
    low, high = how.digit_heights
    beside = np.maximum(row.left - across, across - row.right) < how.beside * row.height
    level = np.abs(down - row.middle - row.slope * (across - row.left)) < how.level * row.height
    tall = (height > low * row.height) & (height < high * row.height) & (width < high * row.height)
    may_be = beside & level & tall
    return np.asarray(np.stack([left, top, left + width, top + height], axis=1)[may_be])


def _looked_at(
    inks: Sequence[npt.NDArray[np.float32]], symbols: Sequence[Symbol], models: Ensemble, how: Recognition
) -> list[Symbol]:
    """Return symbols with the digit model's opinion of each digit, the mean over some ways to find its ink."""
    digits = [at for at, symbol in enumerate(symbols) if symbol.is_digit]
    images = [normalise(_glyph(ink, symbols[at].box)) for ink in inks for at in digits]
    result = list(symbols)
    if not digits:
        return result
    said = models.classifier.predict_proba(np.stack(images)).reshape(len(inks), len(digits), 10).mean(axis=0)
    for at, image, own in zip(digits, images, said, strict=False):
        seen = _own(symbols[at], own) if models.own else _agreed(symbols[at], own, how.alone, models.least)
        result[at] = replace(seen, image=image)
    return result


def agreed(others: _Floats, said: npt.NDArray[np.float32], weight: float, least: float) -> _Floats:
    """Return the geometric mean of two opinions, where a doubt of either one counts.

    Args:
        others: float64 (N,10), what the detector and the line model say of some digits.
        said: (N,10), what the digit model says.
        weight: of the digit model, 0 to 1.
        least: what is added to its probabilities, so that none of them rules a digit out.

    """
    pool = others ** (1 - weight) * (said.astype(np.float64) + least) ** weight
    return np.asarray(pool / pool.sum(axis=1, keepdims=True))


def _own(symbol: Symbol, said: npt.NDArray[np.float32]) -> Symbol:
    """Return a digit as a person's own model sees it; the others say how sure it is that a digit is there."""
    value = int(said.argmax())
    sure = symbol.seen * float(said[value])
    return replace(symbol, symbol=value, probabilities=said.astype(np.float64), confidence=sure)


def _agreed(symbol: Symbol, said: npt.NDArray[np.float32], weight: float, least: float) -> Symbol:
    """Return a digit as all models see it."""
    pool = agreed(symbol.probabilities[None], said[None], weight, least)[0]
    value = int(pool.argmax())
    sure = symbol.confidence if value == symbol.symbol else min(symbol.confidence, 1 - float(pool[value]))
    return replace(symbol, symbol=value, probabilities=pool, confidence=sure * float(pool[value]))


def _glyph(ink: npt.NDArray[np.float32], box: Box) -> npt.NDArray[np.float32]:
    left, top, right, bottom = box
    room = 0.06 * (bottom - top)
    rows = slice(max(0, int(top - room)), max(1, int(np.ceil(bottom + room))))
    columns = slice(max(0, int(left - room)), max(1, int(np.ceil(right + room))))
    part = ink[rows, columns]
    return part if part.size else np.zeros((1, 1), np.float32)
