"""A line that was detected is read: where the line model and the detector differ, by what both find most probable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.bands import Row
from inkdigits.imaging.ink import find_dark_ink, with_dark_ink
from inkdigits.imaging.normalise import normalise
from inkdigits.reading.detect import Detections
from inkdigits.reading.group import DetectedLine
from inkdigits.reading.models import Models
from inkdigits.reading.second_opinion import DetectedNumber, Opinions, read_number
from inkdigits.reading.symbols import Box, ReadLine, Symbol

__all__ = ["Recognition", "recognise"]

_Grey = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recognition:
    """How a line is read.

    Attributes:
        room: of a digit's height, about a number that is cut out.
        alone: weight of the digit model's opinion of a digit beside that of the other two.
        opinions: how the line model's and the detector's become one.

    """

    room: float = 0.6
    alone: float = 0.2
    opinions: Opinions = field(default_factory=Opinions)


USUAL = Recognition()


def recognise(grey: _Grey, found: Detections, line: DetectedLine, models: Models, how: Recognition = USUAL) -> ReadLine:
    """Return what a line says: each of its numbers is read by itself.

    Args:
        grey: uint8 (H,W), the page.
        found: what was detected on it.
        line: which of that is the line.
        models: what reads it.
        how: how opinions become one.

    """
    return ReadLine.of(_read_number(grey, found, part, line, models, how) for part in np.split(line.symbols, line.gaps))


def _read_number(
    grey: _Grey,
    found: Detections,
    part: npt.NDArray[np.int64],
    line: DetectedLine,
    models: Models,
    how: Recognition,
) -> ReadLine:
    crop, corner = _cut(grey, found.boxes[part], line.height, how)
    boxes = found.boxes[part].astype(np.float64) - np.tile(corner, 2)
    row = _row(boxes, found.labels[part], line)
    read = read_number(crop, DetectedNumber(boxes, found.scores[part], row), models.lines, how.opinions)
    seen = _looked_at(crop, read, models, how)
    return ReadLine(tuple(replace(symbol, box=_moved(symbol.box, corner)) for symbol in seen))


def _cut(grey: _Grey, boxes: npt.NDArray[np.float32], height: float, how: Recognition) -> tuple[_Grey, _Floats]:
    """Return the part of a page about a number, dark on light, and where it begins."""
    room = np.array([2.0, 1.0]) * (how.room * height + 4)
    left, top = np.maximum((boxes[:, :2].min(axis=0) - room).astype(int), 0).tolist()
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0) + room).astype(int).tolist()
    part = grey[top : max(bottom, top + 1), left : max(right, left + 1)]
    return with_dark_ink(np.ascontiguousarray(part)), np.array([left, top], np.float64)


def _row(boxes: _Floats, labels: npt.NDArray[np.int64], line: DetectedLine) -> Row:
    """Return where a number runs; it is as tall as most of its digits, or nearly as tall as the tallest."""
    digits = boxes[labels < 10] if (labels < 10).any() else boxes
    middles = (digits[:, :2] + digits[:, 2:]) / 2
    tall = digits[:, 3] - digits[:, 1]
    height = max(float(np.median(tall)), 0.8 * float(tall.max())) if (labels < 10).any() else line.height
    left = float(boxes[:, 0].min())
    middle = float(np.mean(middles[:, 1] - line.slope * (middles[:, 0] - left)))
    return Row(left, float(boxes[:, 2].max()), middle, line.slope, max(height, 4.0))


def _looked_at(crop: _Grey, symbols: Sequence[Symbol], models: Models, how: Recognition) -> list[Symbol]:
    """Return symbols with the digit model's opinion of each digit."""
    ink = find_dark_ink(crop)
    images = {at: normalise(_glyph(ink, symbol.box)) for at, symbol in enumerate(symbols) if symbol.is_digit}
    said = models.classifier.predict_proba(np.stack(list(images.values()))) if images else ()
    result = list(symbols)
    for (at, image), own in zip(images.items(), said, strict=True):
        seen = _own(symbols[at], own) if models.own else _agreed(symbols[at], own, how.alone)
        result[at] = replace(seen, image=image)
    return result


def _own(symbol: Symbol, said: npt.NDArray[np.float32]) -> Symbol:
    """Return a digit as a person's own model sees it; the others say how sure it is that a digit is there."""
    present = symbol.confidence / max(float(symbol.probabilities[symbol.symbol]), symbol.confidence)
    value = int(said.argmax())
    return replace(symbol, symbol=value, probabilities=said.astype(np.float64), confidence=present * float(said[value]))


def _agreed(symbol: Symbol, said: npt.NDArray[np.float32], weight: float) -> Symbol:
    """Return a digit as all models see it: the geometric mean, where a doubt of either one counts."""
    pool = symbol.probabilities ** (1 - weight) * (said.astype(np.float64) + 1e-6) ** weight
    pool /= pool.sum()
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


def _moved(box: Box, corner: _Floats) -> Box:
    x, y = corner.tolist()
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y
