"""A page taken as lines of digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inkdigits.classifier import Classifier
from inkdigits.imaging.bands import normalise_band
from inkdigits.imaging.layout import LONGEST, Row, cut_band, find_rows
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.printed import without_boxes, without_rules
from inkdigits.line_model import LineModel, PlacedDigit, decode_columns, string_probabilities
from inkdigits.recognition.finding import Box, Finding, agreed

__all__ = ["find_lines"]

_ZOOMS = 1.0, 0.85, 1.18
_MOST_HEIGHTS = 800.0  # that all rows together are long: more digits than a page has
_FEW_ROWS = 4
_TIGHT = 2.2  # row heights: a page that is no taller may be one line, cut out
_FILLED = 0.72  # of the page's height: how tall the digits of such a line are
_MAJORITY = 1.0  # digits to each sign: a line with fewer may hold words
_LIKE_A_DIGIT = 0.03  # probability of being one
_BESIDE_A_SIGN = 0.5  # what a digit's confidence is worth where something beside it was left out
_TALL = 0.6  # of the digits' height: a lower sign is punctuation
_ALONE = 0.2  # weight of the digit model, which sees one digit cut out, beside that of the line model
_RESIZED = 0.4, 1.6  # by how much the first look may change a row's height
_STIFFNESS = 2.0  # how unwilling it is to let the row slope, in squared heights
_NEAR = 0.5  # of a digit's width: how far from it another look may place the same digit

_Grey = npt.NDArray[np.uint8]
_Ink = npt.NDArray[np.float32]
_Columns = npt.NDArray[np.float32]


def find_lines(grey: _Grey, ink: _Ink, classifier: Classifier, lines: LineModel) -> list[list[Finding]]:
    """Return the digits of a page, line by line from the top, each from the left.

    Each row of ink is cut out as a level band at three sizes. The line model reads all three; the string that they
    make most probable together counts (CTC's forward probability, averaged).

    Args:
        grey: uint8 (H,W), dark ink on light paper.
        ink: float32 (H,W), 0 paper to 1 ink, of the same picture.
        classifier: looks at each digit alone, as a second opinion.
        lines: reads the bands.

    """
    rows = _worth_reading(find_rows(without_boxes(without_rules(without_boxes(ink)))))
    height, width = grey.shape
    found = [_read(grey, row, lines, patient=len(rows) <= _FEW_ROWS) for row in rows]
    placed = [line for line in found if line.digits]
    whole = Row(0, width, height / 2, 0.0, _FILLED * height)
    if height <= _TIGHT * max((row.height for row in rows), default=height) and whole.heights <= LONGEST:
        line = _read(grey, whole, lines, patient=True)
        if line.digits and line.probability > min((line.probability for line in placed), default=0.0):
            placed = [line]
    return [_findings(line, ink, classifier) for line in placed]


def _worth_reading(rows: list[Row]) -> list[Row]:
    """Return the rows, from the top, that are no longer than lines are; of a page of print, the largest only."""
    order = sorted(range(len(rows)), key=lambda place: -rows[place].height * (rows[place].right - rows[place].left))
    kept, heights = [], 0.0
    for place in order:
        if rows[place].heights <= LONGEST and heights <= _MOST_HEIGHTS:
            kept.append(place)
            heights += rows[place].heights
    return [rows[place] for place in sorted(kept)]


@dataclass(frozen=True)
class _Line:
    """What the line model reads in one row.

    Attributes:
        digits: from the left.
        boxes: where each stands on the page.
        confidences: of each, 0 to 1.
        probability: of them all together.

    """

    digits: Sequence[PlacedDigit]
    boxes: Sequence[Box]
    confidences: Sequence[float]
    probability: float


def _read(grey: _Grey, row: Row, lines: LineModel, *, patient: bool) -> _Line:
    """Read a row at all sizes, once it is known better where its digits stand; one without any only if patient."""
    better = _refined(grey, row, lines)
    if better is None and not patient:
        return _Line((), (), (), 0.0)
    row = better or row
    cuts = [cut_band(grey, row, zoom=zoom) for zoom in _ZOOMS]
    columns = lines.columns([normalise_band(band) for band, _ in cuts])
    looks = [decode_columns(one) for one in columns]
    strings = [tuple(digit.symbol for digit in look) for look in looks]
    together = {string: _together(columns, string) for string in dict.fromkeys(strings)}
    best = max(together, key=lambda string: together[string])
    boxes = [[_on_page(digit, to_page) for digit in look] for look, (_, to_page) in zip(looks, cuts, strict=True)]
    chosen = strings.index(best)
    confidences = [
        float(np.mean([_supported(digit, box, look, places) for look, places in zip(looks, boxes, strict=True)]))
        for digit, box in zip(looks[chosen], boxes[chosen], strict=True)
    ]
    kept = _digits_among(looks[chosen])
    for place in range(len(confidences)):
        if place not in kept and kept:
            nearest = min(kept, key=lambda other: abs(other - place))
            confidences[nearest] *= _BESIDE_A_SIGN
    return _Line(
        [looks[chosen][place] for place in kept],
        [boxes[chosen][place] for place in kept],
        [confidences[place] for place in kept],
        together[best],
    )


def _digits_among(look: Sequence[PlacedDigit]) -> list[int]:
    """Return the places of what should be read as digits.

    A sign among digits that looks like one of them is a digit of a strange shape, more likely than a letter: it is read
    as the digit that it is most like, which nobody is sure of, rather than silently left out.
    """
    digits = [digit for digit in look if not digit.is_sign]
    if len(digits) <= _MAJORITY * (len(look) - len(digits)):
        return [place for place, digit in enumerate(look) if not digit.is_sign]
    tall = _TALL * float(np.median([digit.box[3] - digit.box[1] for digit in digits])) if digits else 0.0
    return [
        place
        for place, digit in enumerate(look)
        if not digit.is_sign or (digit.confidence >= _LIKE_A_DIGIT and digit.box[3] - digit.box[1] >= tall)
    ]


def _refined(grey: _Grey, row: Row, lines: LineModel) -> Row | None:
    """Return a row as high, and as steep, as the digits that a first look finds in it; None if it finds none."""
    band, to_page = cut_band(grey, row)
    (columns,) = lines.columns([normalise_band(band)])
    digits = [digit for digit in decode_columns(columns) if not digit.is_sign]
    if not digits:
        return None
    left, top, right, bottom = np.array([digit.box for digit in digits]).T
    height = float(np.median(bottom - top))
    across, middles = (left + right) / 2, (top + bottom) / 2
    away = across - across.mean()
    slope = float((away * (middles - middles.mean())).sum()) / (float((away**2).sum()) + _STIFFNESS * height**2)
    start = middles.mean() + slope * (0 - across.mean())
    ends = np.array([[0, start], [band.shape[1], start + slope * band.shape[1]]]) @ to_page[:, :2].T + to_page[:, 2]
    run, rise = (ends[1] - ends[0]).tolist()
    scale = float(np.hypot(*to_page[:, 0]))
    tall = float(np.clip(height * scale / row.height, *_RESIZED)) * row.height
    steep = rise / run
    return Row(row.left, row.right, float(ends[0, 1] + steep * (row.left - ends[0, 0])), steep, tall)


def _together(columns: Sequence[_Columns], string: tuple[int, ...]) -> float:
    """Return the mean probability of a string over all looks."""
    return float(np.mean([string_probabilities(one, [string])[0] for one in columns]))


def _supported(digit: PlacedDigit, box: Box, look: Sequence[PlacedDigit], places: Sequence[Box]) -> float:
    """Return how sure a look is of a digit, or of the digit that a sign may be, that another look placed."""
    middle, near = (box[0] + box[2]) / 2, _NEAR * max(box[2] - box[0], 0.3 * (box[3] - box[1]))
    return max(
        (
            other.confidence
            for other, place in zip(look, places, strict=True)
            if other.symbol == digit.symbol and abs((place[0] + place[2]) / 2 - middle) <= near
        ),
        default=0.0,
    )


def _on_page(digit: PlacedDigit, to_page: npt.NDArray[np.float64]) -> Box:
    """Return the box on the page about a digit's box in a band."""
    left, top, right, bottom = digit.box
    corners = np.array([[left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]]) @ to_page.T
    (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return x0, y0, x1, y1


def _findings(line: _Line, ink: _Ink, classifier: Classifier) -> list[Finding]:
    """Return the digits of a line with the digit model's opinion of each."""
    images = np.stack([normalise(_cut(ink, box)) for box in line.boxes])
    alone = classifier.predict_proba(images)
    return [
        Finding(agreed(digit.probabilities, own, _ALONE), confidence, box, image)
        for digit, own, confidence, box, image in zip(
            line.digits, alone, line.confidences, line.boxes, images, strict=True
        )
    ]


def _cut(ink: _Ink, box: Box) -> _Ink:
    left, top, right, bottom = (round(edge) for edge in box)
    height, width = ink.shape
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    return ink[top : max(bottom, top + 1), left : max(right, left + 1)]
