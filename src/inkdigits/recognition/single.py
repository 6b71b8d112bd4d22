"""A picture taken as exactly one digit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inkdigits.classifier import Classifier
from inkdigits.imaging.bands import BAND_HEIGHT, DIGIT_HEIGHT, normalise_band
from inkdigits.imaging.layout import Row, cut_band, find_rows
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.printed import without_boxes, without_rules
from inkdigits.imaging.segment import single_glyph
from inkdigits.line_model import LineModel, decode_columns, string_probabilities
from inkdigits.recognition.finding import Box, Finding, agreed

__all__ = ["find_single"]

_SURE = 0.9  # confidence at which nobody looks elsewhere
_ZOOMS = 1.0, 0.8, 1.25  # a second look stands nearer and further away
_SIZES = 0.85, 0.6, 0.42, 0.28  # of the picture's height: digits of these heights are looked for everywhere
_OVERLAP = 0.5  # of a band with the next
_NARROWEST = 0.55  # of its height: a wider glyph is not as tall as a digit would be
_ROOM = 0.12  # of its height: about a digit that the line model has placed

_Grey = npt.NDArray[np.uint8]
_Ink = npt.NDArray[np.float32]
_ALL_DIGITS = [[digit] for digit in range(10)]


def find_single(grey: _Grey, ink: _Ink, classifier: Classifier, lines: LineModel) -> Finding | None:
    """Return the one digit in a picture; None if there is no ink.

    The heaviest piece of ink is shown to both models. If they are not sure of the same digit, printed rules and boxes
    are taken away, and the line model looks for a digit of any size all over the picture; the best finding counts.

    Args:
        grey: uint8 (H,W), dark ink on light paper.
        ink: float32 (H,W), 0 paper to 1 ink, of the same picture.
        classifier: looks at a glyph that is cut out.
        lines: looks at the picture about it.

    """
    finding = _of_glyph(grey, ink, classifier, lines)
    if finding is not None and finding.confidence >= _SURE:
        return finding
    clean = without_boxes(without_rules(without_boxes(ink)))
    findings = [finding] if finding else []
    if clean is not ink:
        again = _of_glyph(grey, clean, classifier, lines)
        findings += [again] if again else []
    for box in _places(grey, clean, lines):
        findings.append(_opinion(grey, _cut(clean, box), box, classifier, lines))
    return max(findings, key=lambda found: found.confidence, default=None)


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
    bands = [normalise_band(cut_band(grey, _row_about(box), zoom=zoom)[0]) for zoom in _ZOOMS]
    within = np.mean([string_probabilities(columns, _ALL_DIGITS) for columns in lines.columns(bands)], axis=0)
    return Finding(agreed(alone, within / max(float(within.sum()), 1e-9)), float(within.sum()), box, image)


def _row_about(box: Box) -> Row:
    left, top, right, bottom = box
    return Row(left, right, (top + bottom) / 2, 0.0, max(bottom - top, _NARROWEST * (right - left), 1.0))


def _places(grey: _Grey, ink: _Ink, lines: LineModel) -> list[Box]:
    """Return the boxes of what the line model takes for digits: in each row of ink, and in bands all over the picture."""
    rows = find_rows(ink)
    height, width = grey.shape
    for size in _SIZES:
        digit = size * height
        band = digit * BAND_HEIGHT / DIGIT_HEIGHT
        steps = max(1, int(np.ceil((height - band) / (_OVERLAP * band))) + 1)
        rows += [Row(0, width, middle, 0.0, digit) for middle in np.linspace(min(band, height) / 2, height - min(band, height) / 2, steps)]
    best: list[tuple[float, Box]] = []
    for row in rows:
        band_grey, to_page = cut_band(grey, row)
        (columns,) = lines.columns([normalise_band(band_grey)])
        digits = decode_columns(columns)
        if len(digits) != 1:
            continue
        one = float(string_probabilities(columns, [[digits[0].value]])[0])
        left, top, right, bottom = digits[0].box
        corners = to_page[:, :2] @ np.array([[left, right], [top, bottom]]) + to_page[:, 2:]
        best.append((one, (*corners[:, 0].tolist(), *corners[:, 1].tolist())))  # type: ignore[arg-type]
    best.sort(key=lambda place: -place[0])
    return [box for _, box in best[:2]]


def _cut(ink: _Ink, box: Box) -> _Ink:
    """Return the ink in a box, with a little room about it."""
    left, top, right, bottom = box
    room = _ROOM * (bottom - top)
    rows = slice(max(0, int(top - room)), max(1, int(np.ceil(bottom + room))))
    columns = slice(max(0, int(left - room)), max(1, int(np.ceil(right + room))))
    return ink[rows, columns]
