"""A line that was detected is read: by the line model in a level band, with the detector as a second opinion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkdigits.classifier import Classifier
from inkdigits.imaging.bands import SIGN, normalise_band
from inkdigits.imaging.ink import find_dark_ink, with_dark_ink
from inkdigits.imaging.layout import Row, cut_band
from inkdigits.imaging.normalise import normalise
from inkdigits.line_model import LineModel, PlacedDigit, decode_columns, string_probabilities
from inkdigits.reading.detect import Detections
from inkdigits.reading.finding import Box, Finding
from inkdigits.reading.group import DetectedLine

__all__ = ["Box", "ReadLine", "Recognition", "Symbol", "recognise"]

_Grey = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recognition:
    """How the opinions of the models become one.

    Attributes:
        zooms: sizes at which the line model looks, where its first look and the detector differ.
        unseen: probability of a symbol that only one of both sees.
        least, most: what a model's probability is taken for at least and at most.
        near: of a digit's height: how far apart the middles of one symbol may be for both.
        room: of a digit's height, about a number that is cut out.
        alone: weight of the digit model's opinion of a digit beside that of the other two.

    """

    zooms: tuple[float, ...] = (1.0, 0.85, 1.18)
    unseen: float = 0.15
    least: float = 0.01
    most: float = 0.995
    near: float = 0.4
    room: float = 0.6
    alone: float = 0.2


USUAL = Recognition()


@dataclass(frozen=True)
class Symbol:
    """A digit or a mark that was read.

    Attributes:
        symbol: 0 to 9 a digit, 10 to 15 a mark.
        probabilities: float64 (10,) of the ten digits; they add up to 1.
        confidence: probability that this symbol stands here, 0 to 1.
        box: where.
        image: uint8 (28,28), what the digit model saw; all zeros for a mark.

    """

    symbol: int
    probabilities: _Floats
    confidence: float
    box: Box
    image: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ReadLine:
    """What was read in a line, from the left.

    Attributes:
        symbols: digits and marks.
        gaps: after how many of them a wide gap stands.

    """

    symbols: tuple[Symbol, ...]
    gaps: tuple[int, ...] = ()

    @classmethod
    def of(cls, finding: Finding) -> ReadLine:
        """Return a picture's only digit as a line."""
        value, confidence = finding.value, finding.confidence
        return cls((Symbol(value, finding.probabilities, confidence, finding.box, finding.image),))

    @property
    def digits(self) -> tuple[Symbol, ...]:
        """Its digits."""
        return tuple(symbol for symbol in self.symbols if symbol.symbol < 10)


def recognise(
    grey: _Grey,
    found: Detections,
    line: DetectedLine,
    lines: LineModel,
    classifier: Classifier,
    how: Recognition = USUAL,
) -> ReadLine:
    """Return what a line says: each of its numbers is read by itself.

    Args:
        grey: uint8 (H,W), the page.
        found: what was detected on it.
        line: which of that is the line.
        lines: reads bands.
        classifier: looks at each digit alone.
        how: how opinions become one.

    """
    symbols: list[Symbol] = []
    gaps: list[int] = []
    for part in np.split(line.symbols, line.gaps):
        if symbols:
            gaps.append(len(symbols))
        symbols += _number(grey, found, part, line, lines, classifier, how)
    gaps = sorted({gap for gap in gaps if 0 < gap < len(symbols)})
    return ReadLine(tuple(symbols), tuple(gaps))


def _number(
    grey: _Grey,
    found: Detections,
    part: npt.NDArray[np.int64],
    line: DetectedLine,
    lines: LineModel,
    classifier: Classifier,
    how: Recognition,
) -> list[Symbol]:
    boxes = found.boxes[part].astype(np.float64)
    cut, corner = _cut(grey, boxes, line.height, how)
    ours = boxes - np.tile(corner, 2)
    row = _row(ours, found.labels[part], line)
    detected = tuple(found.labels[part].tolist())
    columns, looks, places = [], [], []
    for zoom in how.zooms:
        band, to_cut = cut_band(cut, row, zoom=zoom)
        columns += lines.columns([normalise_band(band)])
        looks.append(decode_columns(columns[-1]))
        places.append([_on_page(digit, to_cut) for digit in looks[-1]])
        if tuple(digit.symbol for digit in looks[-1]) == detected:
            break
    best = _best(columns, looks, places, detected, ours, found.scores[part], row.height, how)
    read = (
        [_of_detection(found, place, ours[at], columns, how) for at, place in enumerate(part.tolist())]
        if best is None
        else [
            _of_look(digit, box, looks, places, found.scores[part], ours, row.height, how)
            for digit, box in zip(looks[best], places[best], strict=True)
            if digit.symbol != SIGN
        ]
    )
    return _seen_alone(cut, corner, read, classifier, how)


def _cut(grey: _Grey, boxes: _Floats, height: float, how: Recognition) -> tuple[_Grey, _Floats]:
    """Return the part of a page about a number, dark on light, and where it begins."""
    room = np.array([2.0, 1.0]) * (how.room * height + 4)
    left, top = np.maximum((boxes[:, :2].min(axis=0) - room).astype(int), 0).tolist()
    right, bottom = np.ceil(boxes[:, 2:].max(axis=0) + room).astype(int).tolist()
    part = grey[top : max(bottom, top + 1), left : max(right, left + 1)]
    return with_dark_ink(np.ascontiguousarray(part)), np.array([left, top], np.float64)


def _row(boxes: _Floats, labels: npt.NDArray[np.int64], line: DetectedLine) -> Row:
    digits = boxes[labels < 10] if (labels < 10).any() else boxes
    middles = (digits[:, :2] + digits[:, 2:]) / 2
    tall = digits[:, 3] - digits[:, 1]
    height = max(float(np.median(tall)), 0.8 * float(tall.max())) if (labels < 10).any() else line.height
    left = float(boxes[:, 0].min())
    middle = float(np.mean(middles[:, 1] - line.slope * (middles[:, 0] - left)))
    return Row(left, float(boxes[:, 2].max()), middle, line.slope, max(height, 4.0))


def _best(
    columns: Sequence[npt.NDArray[np.float32]],
    looks: Sequence[Sequence[PlacedDigit]],
    places: Sequence[Sequence[Box]],
    detected: tuple[int, ...],
    boxes: _Floats,
    scores: npt.NDArray[np.float32],
    height: float,
    how: Recognition,
) -> int | None:
    """Return which look both models together find most probable; None if it is what was detected."""

    def read_by_lines(string: tuple[int, ...]) -> float:
        return float(np.log(np.mean([string_probabilities(one, [string])[0] for one in columns]) + 1e-6))

    totals = []
    for look, where in zip(looks, places, strict=True):
        string = tuple(digit.symbol for digit in look)
        near = [_nearest(box, boxes, height, how) for box in where]
        seen = [
            float(np.clip(scores[at, symbol], how.least, how.most)) if at is not None and symbol < SIGN else how.unseen
            for at, symbol in zip(near, string, strict=True)
        ]
        missed = [1 - float(np.clip(scores[at].max(), 0, how.most)) for at in range(len(boxes)) if at not in near]
        kept = any(symbol < 10 for symbol in string)
        totals.append(read_by_lines(string) + float(np.log([*seen, *missed, 1.0]).sum()) if kept else -np.inf)
    own = float(np.log(np.clip(scores.max(axis=1), how.least, how.most)).sum()) + read_by_lines(detected)
    best = int(np.argmax(totals))
    return best if totals[best] >= own else None


def _nearest(box: Box, boxes: _Floats, height: float, how: Recognition) -> int | None:
    """Return which detection stands where a symbol was read; None if none does."""
    away = np.abs((boxes[:, 0] + boxes[:, 2]) / 2 - (box[0] + box[2]) / 2)
    at = int(away.argmin())
    return at if away[at] < how.near * height else None


def _of_look(
    digit: PlacedDigit,
    box: Box,
    looks: Sequence[Sequence[PlacedDigit]],
    places: Sequence[Sequence[Box]],
    scores: npt.NDArray[np.float32],
    boxes: _Floats,
    height: float,
    how: Recognition,
) -> Symbol:
    """Return a symbol that the line model read, as sure as both models are."""
    middle = (box[0] + box[2]) / 2
    sure = np.mean(
        [
            max(
                (
                    other.confidence
                    for other, there in zip(look, where, strict=True)
                    if other.symbol == digit.symbol and abs((there[0] + there[2]) / 2 - middle) < how.near * height
                ),
                default=0.0,
            )
            for look, where in zip(looks, places, strict=True)
        ]
    )
    at = _nearest(box, boxes, height, how)
    seen = float(np.clip(scores[at, digit.symbol], how.least, how.most)) if at is not None else how.unseen
    probabilities = digit.probabilities.astype(np.float64) + 1e-6
    if at is not None:
        probabilities *= np.clip(scores[at, :10], 1e-3, 1)
    confidence = float(np.sqrt(max(float(sure), how.least) * seen))
    return Symbol(digit.symbol, probabilities / probabilities.sum(), confidence, box, _NOTHING)


def _of_detection(
    found: Detections, place: int, box: _Floats, columns: Sequence[npt.NDArray[np.float32]], how: Recognition
) -> Symbol:
    """Return a symbol that the detector alone answers for."""
    scores = found.scores[place].astype(np.float64)
    symbol = int(scores.argmax())
    ten = np.clip(scores[:10], 1e-4, 1)
    confidence = float(np.sqrt(np.clip(scores[symbol], how.least, how.most) * how.unseen * 2))
    left, top, right, bottom = box.tolist()
    return Symbol(symbol, ten / ten.sum(), confidence, (left, top, right, bottom), _NOTHING)


def _seen_alone(
    cut: _Grey, corner: _Floats, symbols: Sequence[Symbol], classifier: Classifier, how: Recognition
) -> list[Symbol]:
    """Return symbols with the digit model's opinion of each digit, at their places on the page."""
    ink = find_dark_ink(cut)
    images = [normalise(_glyph(ink, symbol.box)) for symbol in symbols]
    opinions = classifier.predict_proba(np.stack(images)) if images else ()
    x, y = corner.tolist()
    result = []
    for symbol, image, own in zip(symbols, images, opinions, strict=True):
        left, top, right, bottom = symbol.box
        pool = symbol.probabilities ** (1 - how.alone) * (own.astype(np.float64) + 1e-6) ** how.alone
        pool /= pool.sum()
        is_digit = symbol.symbol < 10
        value = int(pool.argmax()) if is_digit else symbol.symbol
        doubt = float(pool[value]) if is_digit else 1.0
        confidence = symbol.confidence * doubt if value == symbol.symbol else min(symbol.confidence, 1 - doubt) * doubt
        result.append(
            Symbol(value, pool, confidence, (left + x, top + y, right + x, bottom + y), image if is_digit else _NOTHING)
        )
    return result


def _glyph(ink: npt.NDArray[np.float32], box: Box) -> npt.NDArray[np.float32]:
    left, top, right, bottom = box
    room = 0.06 * (bottom - top)
    rows = slice(max(0, int(top - room)), max(1, int(np.ceil(bottom + room))))
    columns = slice(max(0, int(left - room)), max(1, int(np.ceil(right + room))))
    part = ink[rows, columns]
    return part if part.size else np.zeros((1, 1), np.float32)


def _on_page(digit: PlacedDigit, to_page: npt.NDArray[np.float64]) -> Box:
    """Return the box on the page about a digit's box in a band."""
    left, top, right, bottom = digit.box
    corners = np.array([[left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]]) @ to_page.T
    (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return x0, y0, x1, y1


_NOTHING = np.zeros((28, 28), np.uint8)
