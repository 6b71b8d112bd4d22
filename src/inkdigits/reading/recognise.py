"""A line that was detected is read: where the line model and the detector differ, by what both find most probable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.ink import find_dark_ink, with_dark_ink
from inkdigits.imaging.line_crop import Row
from inkdigits.imaging.normalise import normalise
from inkdigits.reading.detect import Detections, overlapping
from inkdigits.reading.ensemble import Ensemble
from inkdigits.reading.group import DetectedLine
from inkdigits.reading.second_opinion import DetectedNumber, read_number
from inkdigits.reading.symbols import Box, ReadLine, Symbol, cut_box

_Grey = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float64]


class Recognition:
    """How a line is read; lengths are in heights of a digit, but for `tall`."""

    room: float = 0.6  # about a number that is cut out
    # Pixels: writing at least twice as tall is brought to this height; the models look at 20 and 26.
    tall: float = 48.0
    # Digits are compared with themselves blurred (by a Gaussian of so large a standard deviation), and so many times
    # the difference is added for the digit model: in photographs out of focus the holes of 6, 8 and 9 fill up
    # otherwise, and it is sure that they are 0.
    blur: float = 0.15
    sharper: float = 1.0
    alone: float = 0.2  # weight of the digit model's opinion of a digit beside that of the other two
    about: float = 1.6  # to both sides, where other writing makes a symbol doubtful
    core: float = 0.4  # of full ink: pieces of ink that were not read are at least so dark
    edge: float = 0.1  # about what was read
    level: float = 0.7  # above or below the middle of a number, where a piece may belong to it
    beside: float = 1.1  # within which a piece that was not read may belong to a number
    digit_heights: tuple[float, float] = (0.45, 2.2)  # between which such a piece may be a digit
    twice: float = 0.5  # of the smaller one, what the boxes of two symbols share that are one, read by two numbers


def recognise(grey: _Grey, found: Detections, line: DetectedLine, models: Ensemble) -> ReadLine:
    """Return what a line says of what was found on a page, uint8 (H,W): each of its numbers is read by itself."""
    return ReadLine.of(_once([_number(grey, found, part, line, models) for part in np.split(line.symbols, line.gaps)]))


def _once(numbers: Sequence[Sequence[Symbol]]) -> Iterator[ReadLine]:
    """Yield numbers without what two neighbours read at one place: the surer one stays."""
    less = set()
    for number, after in pairwise(numbers):
        boxes = _boxes(after)
        for symbol in number:
            same = np.flatnonzero(overlapping(np.array(symbol.box), boxes, Recognition.twice)).tolist()
            less |= {id(min(symbol, after[place], key=lambda one: one.confidence)) for place in same}
    for number in numbers:
        yield ReadLine(tuple(symbol for symbol in number if id(symbol) not in less))


def _boxes(symbols: Sequence[Symbol]) -> _Floats:
    return np.array([symbol.box for symbol in symbols], np.float64).reshape(-1, 4)


def _number(
    grey: _Grey, found: Detections, part: npt.NDArray[np.int64], line: DetectedLine, models: Ensemble
) -> list[Symbol]:
    """Return what some of the detections are, which stand close to each other."""
    crop = _cut(grey, found.boxes[part], line.height)
    every = (found.boxes - np.tile(crop.corner, 2)) / crop.factor
    boxes, others = every[part], np.delete(every, part, axis=0)
    height, width = crop.grey.shape
    near = (others[:, 2:] > 0).all(axis=1) & (others[:, :2] < (width, height)).all(axis=1)
    ink = find_dark_ink(crop.grey)
    row = _row(boxes, found.labels[part], line)
    row = row.with_all(_unread(ink, boxes, row))
    read = read_number(crop.grey, DetectedNumber(boxes, found.scores[part].astype(np.float64), row), models.lines)
    unread = len(_unread(ink, np.concatenate([_boxes(read), others[near]]), row))
    inks = [ink]
    if not models.own:  # which is shown what `to_mnist` gives, and that alone
        inks.append(find_dark_ink(_sharpened(crop.grey, Recognition.blur * row.height)))
    symbols = []
    for symbol in _looked_at(inks, read, models):
        box = crop.on_page(symbol.box)
        symbols.append(replace(symbol, box=box, near_print=found.print_about(box, Recognition.about), unread=unread))
    return symbols


class _Crop(NamedTuple):
    """The part of a page about a number."""

    grey: _Grey  # (H,W), dark on light
    corner: _Floats  # (2,), where it begins on the page
    factor: int  # how many pixels of the page are one of its own, across and down

    def on_page(self, box: Box) -> Box:
        """Return a box of the crop in pixels of the page."""
        left, top, right, bottom = (np.array(box) * self.factor + np.tile(self.corner, 2)).tolist()
        return left, top, right, bottom


def _cut(grey: _Grey, boxes: npt.NDArray[np.float32], height: float) -> _Crop:
    """Return the part of a page about a number; large writing is brought to a size that loses nothing."""
    room = np.array([2.0, 1.0]) * (Recognition.room * height + 4)
    left, top = np.maximum((boxes[:, :2].min(axis=0) - room).astype(int), 0).tolist()
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0) + room).astype(int).tolist()
    part = np.ascontiguousarray(grey[top : max(bottom, top + 1), left : max(right, left + 1)])
    factor = max(1, int(height / Recognition.tall))
    if factor > 1:  # the last few rows and columns, which are no whole squares, are left out
        size = part.shape[1] // factor, part.shape[0] // factor
        whole = part[: size[1] * factor, : size[0] * factor]
        part = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _Crop(with_dark_ink(part), np.array([left, top], np.float64), factor)


def _sharpened(grey: _Grey, blur: float) -> _Grey:
    """Return an image with its differences from itself blurred added to it (unsharp masking)."""
    blurred, much = cv2.GaussianBlur(grey, (0, 0), blur), Recognition.sharper
    return np.asarray(cv2.addWeighted(grey, 1 + much, blurred, -much, 0), np.uint8)


def _row(boxes: _Floats, labels: npt.NDArray[np.int64], line: DetectedLine) -> Row:
    """Return where a number runs; it is as tall as most of its digits, or nearly as tall as the tallest."""
    digits = boxes[labels < 10] if (labels < 10).any() else boxes
    middles = (digits[:, :2] + digits[:, 2:]) / 2
    tall = digits[:, 3] - digits[:, 1]
    height = max(float(np.median(tall)), 0.8 * float(tall.max())) if (labels < 10).any() else line.height
    left = float(boxes[:, 0].min())
    middle = float(np.mean(middles[:, 1] - line.slope * (middles[:, 0] - left)))
    return Row(left, float(boxes[:, 2].max()), middle, line.slope, max(height, 4.0))


def _unread(ink: npt.NDArray[np.float32], boxes: _Floats, row: Row) -> _Floats:
    """Return the boxes, (N,4), of pieces of ink beside or between some boxes that may be digits which nobody saw."""
    rest = (ink > Recognition.core).view(np.uint8).copy()
    room = Recognition.edge * row.height
    for left, top, right, bottom in boxes + np.array([-room, -room, room, room]):
        rest[max(int(top), 0) : max(int(bottom), 0) + 1, max(int(left), 0) : max(int(right), 0) + 1] = 0
    _, _, stats, middles = cv2.connectedComponentsWithStats(rest, connectivity=8)
    left, top, width, height = stats[1:, :4].T.astype(np.float64)
    across, down = middles[1:].T
    low, high = Recognition.digit_heights
    beside = np.maximum(row.left - across, across - row.right) < Recognition.beside * row.height
    level = np.abs(down - row.middle - row.slope * (across - row.left)) < Recognition.level * row.height
    tall = (height > low * row.height) & (height < high * row.height) & (width < high * row.height)
    may_be = beside & level & tall
    return np.asarray(np.stack([left, top, left + width, top + height], axis=1)[may_be])


def _looked_at(inks: Sequence[npt.NDArray[np.float32]], symbols: Sequence[Symbol], models: Ensemble) -> list[Symbol]:
    """Return symbols with the digit model's opinion of each digit, the mean over some ways to find its ink."""
    digits = [at for at, symbol in enumerate(symbols) if symbol.is_digit]
    glyphs = (cut_box(ink, symbols[at].box, 0.06) for ink in inks for at in digits)
    images = [normalise(glyph if glyph.size else np.zeros((1, 1), np.float32)) for glyph in glyphs]
    result = list(symbols)
    if not digits:
        return result
    said = models.classifier.predict_proba(np.stack(images)).reshape(len(inks), len(digits), 10).mean(axis=0)
    for at, image, own in zip(digits, images, said, strict=False):
        result[at] = replace(_judged(symbols[at], own, models), image=image)
    return result


def _judged(symbol: Symbol, said: npt.NDArray[np.float32], models: Ensemble) -> Symbol:
    """Return a digit as all models see it; or as a person's own one does alone, as sure as the detector is of one."""
    if models.own:
        return replace(symbol, symbol=int(said.argmax()), probabilities=said.astype(np.float64), confidence=symbol.seen)
    (pool,) = agreed(symbol.probabilities[None], said[None], Recognition.alone, models.least)
    value = int(pool.argmax())
    sure = symbol.confidence if value == symbol.symbol else min(symbol.confidence, 1 - float(pool[value]))
    return replace(symbol, symbol=value, probabilities=pool, confidence=sure * float(pool[value]))


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
