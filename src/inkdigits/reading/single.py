"""A picture taken as exactly one digit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.classifier import Classifier
from inkdigits.imaging.bands import BAND_HEIGHT, DIGIT_HEIGHT, normalise_band
from inkdigits.imaging.ink import find_dark_ink
from inkdigits.imaging.layout import LONGEST, Row, cut_band, find_rows
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.printed import without_boxes, without_rules
from inkdigits.imaging.segment import single_glyph
from inkdigits.line_model import LineModel, decode_columns, string_probabilities
from inkdigits.reading.finding import Box, Finding, agreed

__all__ = ["find_single"]

_SURE = 0.95  # confidence at which nobody looks again
_GLANCE, _LARGE = 90, 32  # pixels: the longer side of a small copy, half as much again at most; a digit's height in it
_ZOOMS = 1.0, 0.8, 1.25  # the second look and the third stand further away and nearer
_SIZES = 0.85, 0.6, 0.42, 0.28  # of the picture's height: digits of these heights are looked for everywhere
_MOST_ROWS = 8
_OVERLAP = 0.5  # of a band with the next
_NARROWEST = 0.55  # of its height: a wider glyph is not as tall as a digit would be
_CONSIDERABLE = 0.3  # of a digit's ink: the edge of a box that is as near is less
_MOST_PLACES = 2
_CORE = 0.35  # of full ink: what a piece is made of
_WHOLE = 0.9  # of its pieces' ink is in the box of a whole digit
_MOST = 0.5  # of a picture's ink: so much is one digit that stands alone
_DIRT = 0.3  # of a digit's height: a lower piece says nothing
_PARTLY = 0.3  # of a piece's ink is within a digit's box: it may be part of it
_ROOM = 0.12  # of its height: about a digit that the line model has placed

_Grey = npt.NDArray[np.uint8]
_Ink = npt.NDArray[np.float32]
_ALL_DIGITS = [[digit] for digit in range(10)]


def find_single(grey: _Grey, classifier: Classifier, lines: LineModel) -> Finding | None:
    """Return the one digit in a picture; None if there is no ink.

    The heaviest piece of ink is shown to both models, at first in a small copy of a large picture. If they are not sure
    of the same digit, printed rules and boxes are taken away, and the line model looks for a digit of any size all over
    the picture; the best finding counts.

    Args:
        grey: uint8 (H,W), dark ink on light paper.
        classifier: looks at a glyph that is cut out.
        lines: looks at the picture about it.

    """
    finding = _at_a_glance(grey, classifier, lines)
    if finding is not None:
        return finding
    ink = find_dark_ink(grey)
    finding = _of_glyph(grey, ink, classifier, lines)
    if finding is not None and _is_plain(finding, ink):
        return finding
    clean = without_boxes(without_rules(without_boxes(ink)))
    findings = [finding] if finding else []
    if clean is not ink:
        again = _of_glyph(grey, clean, classifier, lines)
        findings += [again] if again else []
    for place in _places(grey, clean, lines) if clean.any() else ():
        looks = [(clean, place.box), (place.band, place.in_band)]
        for near, within in looks if _uncut(place.band, place.in_band) else looks[:1]:
            seen = _opinion(grey, near[_slices(near, within)], place.box, classifier, lines)
            findings.append(replace(seen, presence=seen.presence * _wholeness(near, within)))
    best = max(findings, key=lambda found: found.confidence, default=None)
    return replace(best, presence=best.presence * _loneliness(clean, best.box)) if best else None


def _at_a_glance(grey: _Grey, classifier: Classifier, lines: LineModel) -> Finding | None:
    """Return the one digit in a picture, if a small copy of it shows it plainly, and large enough to lose nothing."""
    factor = max(grey.shape) // _GLANCE
    if factor < 2 or min(grey.shape) < factor * _LARGE:
        return None
    height, width = grey.shape[0] // factor, grey.shape[1] // factor
    # Whole squares of pixels are averaged many times faster; the last few rows and columns are paper.
    whole = grey[: height * factor, : width * factor]
    small = np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    ink = find_dark_ink(small)
    finding = _of_glyph(small, ink, classifier, lines)
    if finding is None or finding.box[3] - finding.box[1] < _LARGE or not _is_plain(finding, ink):
        return None
    left, top, right, bottom = finding.box
    return replace(finding, box=(left * factor, top * factor, right * factor, bottom * factor))


def _is_plain(finding: Finding, ink: _Ink) -> bool:
    """Say whether nobody need look again: the models are sure, and most of the ink is the digit's."""
    own = float(ink[_slices(ink, finding.box)].sum())
    return finding.confidence >= _SURE and own >= _MOST * float(ink.sum())


def _loneliness(ink: _Ink, box: Box) -> float:
    """Return 1 for a digit that stands alone, less where there is more other writing than that digit.

    What the border of the picture cuts is a neighbour's; what is much smaller than the digit is dirt.
    """
    _, names, stats, _ = cv2.connectedComponentsWithStats((ink > _CORE).astype(np.uint8), connectivity=8)
    left, top, width, height, area = stats.T
    inside = np.bincount(names[_slices(ink, box)].ravel(), minlength=len(stats))
    cut = (left == 0) | (top == 0) | (left + width == ink.shape[1]) | (top + height == ink.shape[0])
    other = (height >= _DIRT * (box[3] - box[1])) & (inside < _PARTLY * area) & ~cut
    own, others = float(inside[1:].sum()), float(area[1:][other[1:]].sum())
    return min(1.0, own / others) if others else 1.0


def _of_glyph(grey: _Grey, ink: _Ink, classifier: Classifier, lines: LineModel) -> Finding | None:
    glyph = single_glyph(ink)
    if glyph is None:
        return None
    left, top, width, height = glyph.box
    return _opinion(grey, glyph.ink, (left, top, left + width, top + height), classifier, lines)


def _opinion(grey: _Grey, glyph: _Ink, box: Box, classifier: Classifier, lines: LineModel) -> Finding:
    """Return what both models say of a glyph, one of it alone, the other of the picture about it."""
    image = normalise(glyph)
    alone = classifier.predict_proba(image[None])[0]
    looks: list[npt.NDArray[np.float64]] = []
    for zoom in _ZOOMS:
        band, _ = cut_band(grey, _row_about(box), zoom=zoom)
        looks.append(string_probabilities(lines.columns([normalise_band(band)])[0], _ALL_DIGITS))
        within = np.mean(looks, axis=0)
        finding = Finding(agreed(alone, within / max(float(within.sum()), 1e-9)), float(within.sum()), box, image)
        if finding.confidence >= _SURE:
            break
    return finding


def _row_about(box: Box) -> Row:
    left, top, right, bottom = box
    return Row(left, right, (top + bottom) / 2, 0.0, max(bottom - top, _NARROWEST * (right - left), 1.0))


@dataclass(frozen=True)
class _Place:
    """Where the line model sees a digit.

    Attributes:
        probability: that there is this digit, and nothing else, in the band.
        box: of the digit, on the page.
        in_band: the same, in the band.
        band: float32 (40,W), 0 paper to 1 ink, as dark as the paper beside it says: shadows are gone.

    """

    probability: float
    box: Box
    in_band: Box
    band: _Ink


def _places(grey: _Grey, ink: _Ink, lines: LineModel) -> list[_Place]:
    """Return what the line model takes for digits: in rows of ink, and in bands all over the picture."""
    height, width = grey.shape
    rows = find_rows(ink)[:_MOST_ROWS]
    for size in _SIZES:
        digit = size * height
        reach = min(digit * BAND_HEIGHT / DIGIT_HEIGHT, height) / 2
        steps = max(1, int(np.ceil((height - 2 * reach) / (_OVERLAP * 2 * reach))) + 1)
        rows += [Row(0, width, middle, 0.0, digit) for middle in np.linspace(reach, height - reach, steps)]
    places = [place for row in rows if row.heights <= LONGEST for place in _only_digit(grey, row, lines)]
    return sorted(places, key=lambda place: -place.probability)[:_MOST_PLACES]


def _only_digit(grey: _Grey, row: Row, lines: LineModel) -> list[_Place]:
    """Return the one digit that the line model reads in a row; none if it reads more, or a sign."""
    band_grey, to_page = cut_band(grey, row)
    band = normalise_band(band_grey)
    (columns,) = lines.columns([band])
    digits = decode_columns(columns)
    if len(digits) != 1 or digits[0].is_sign or digits[0].is_mark:
        return []
    probability = float(string_probabilities(columns, [[digits[0].value]])[0])
    left, top, right, bottom = digits[0].box
    corners = to_page[:, :2] @ np.array([[left, right], [top, bottom]]) + to_page[:, 2:]
    box = (*corners[:, 0].tolist(), *corners[:, 1].tolist())
    return [_Place(probability, box, digits[0].box, np.asarray(band / np.float32(255), np.float32))]


def _wholeness(ink: _Ink, box: Box) -> float:
    """Return how far a box holds whole pieces of ink, 0 to 1: a part of a larger drawing is no digit."""
    part = _slices(ink, box)
    _, labels = cv2.connectedComponents((ink > _CORE).astype(np.uint8), connectivity=8)
    names = np.unique(labels[part])
    within = float(ink[part][labels[part] > 0].sum())
    whole = float(ink[np.isin(labels, names[names > 0])].sum())
    return min(1.0, (within / whole / _WHOLE) ** 2) if whole else 0.0


def _uncut(band: _Ink, box: Box) -> bool:
    """Say whether a digit ends within a band, as far as the band shows."""
    part = _slices(band, box)
    _, labels = cv2.connectedComponents((band > _CORE).astype(np.uint8), connectivity=8)
    areas = np.bincount(labels[part].ravel(), minlength=int(labels.max()) + 1)
    areas[0] = 0
    own = np.flatnonzero(areas >= _CONSIDERABLE * max(1, int(areas.sum())))
    return not np.isin(np.concatenate([labels[0], labels[-1]]), own).any()


def _slices(ink: _Ink, box: Box) -> tuple[slice, slice]:
    left, top, right, bottom = box
    room = _ROOM * (bottom - top)
    height, width = ink.shape
    first_row, first_column = min(max(0, int(top - room)), height - 1), min(max(0, int(left - room)), width - 1)
    last_row, last_column = int(np.ceil(bottom + room)), int(np.ceil(right + room))
    return slice(first_row, max(first_row + 1, last_row)), slice(first_column, max(first_column + 1, last_column))
