"""A page taken as lines of digits."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.classifier import Classifier
from inkdigits.imaging.layout import LONGEST, Row, find_rows
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.printed import without_boxes, without_rules
from inkdigits.line_model import LineModel
from inkdigits.recognition.finding import Box, Finding, agreed
from inkdigits.recognition.look import ReadLine, read_row
from inkdigits.recognition.overlooked import completed

__all__ = ["find_lines"]

_MOST_HEIGHTS = 800.0  # that all rows together are long: more digits than a page has
_FEW_ROWS = 4
_TIGHT = 2.2  # row heights: a page that is no taller may be one line, cut out
_SURE = 0.9  # probability of all its digits together at which nobody looks again
_LIKELY = 0.3  # the same, at which two lines where there is room for one are read as one
_FILLED = 0.72  # of the page's height: how tall the digits of such a line are
_APART, _CUT = 0.5, 0.2  # weight of the digit model beside the line model, for a digit that stands apart or is cut out
_ROOM = 0.35  # of a digit's height, about its box
_FAINT = 0.1  # of full ink
_MOSTLY = 0.8  # of a piece is in a digit's box
_PURE = 0.9  # of the ink in the box

_Grey = npt.NDArray[np.uint8]
_Ink = npt.NDArray[np.float32]


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
    written = without_boxes(without_rules(without_boxes(ink)))
    rows = _worth_reading(find_rows(written))
    height, width = grey.shape
    found = [read_row(grey, row, lines, patient=len(rows) <= _FEW_ROWS) for row in rows]
    placed = [line for line in found if line.digits]
    whole = Row(0, width, height / 2, 0.0, _FILLED * height)
    least = min((line.probability for line in placed), default=0.0)
    tight = height <= _TIGHT * max((row.height for row in rows), default=height) and whole.heights <= LONGEST
    if tight and (least < _SURE or len(placed) > 1):
        line = read_row(grey, whole, lines, patient=True)
        if line.digits and line.probability > (least if len(placed) == 1 else _LIKELY):
            placed = [line]
    placed = [completed(line, grey, written, lines) for line in placed]
    return [_findings(line, written, classifier) for line in placed]


def _worth_reading(rows: list[Row]) -> list[Row]:
    """Return the rows, from the top, that are no longer than lines are; of a page of print, the largest only."""
    order = sorted(range(len(rows)), key=lambda place: -rows[place].height * (rows[place].right - rows[place].left))
    kept, heights = [], 0.0
    for place in order:
        if rows[place].heights <= LONGEST and heights <= _MOST_HEIGHTS:
            kept.append(place)
            heights += rows[place].heights
    return [rows[place] for place in sorted(kept)]


def _findings(line: ReadLine, ink: _Ink, classifier: Classifier) -> list[Finding]:
    """Return the digits of a line with the digit model's opinion of each."""
    glyphs = [_glyph(ink, box) for box in line.boxes]
    images = np.stack([normalise(glyph) for glyph, _ in glyphs])
    alone = classifier.predict_proba(images)
    return [
        Finding(agreed(digit.probabilities, own, _APART if whole else _CUT), confidence, box, image)
        for digit, own, confidence, box, image, (_, whole) in zip(
            line.digits, alone, line.confidences, line.boxes, images, glyphs, strict=True
        )
    ]


def _glyph(ink: _Ink, box: Box) -> tuple[_Ink, bool]:
    """Return a digit's ink, and whether it stands apart: whole pieces that reach little beyond its box."""
    left, top, right, bottom = (round(edge) for edge in box)
    room = round(_ROOM * max(bottom - top, 1))
    height, width = ink.shape
    rows = slice(min(max(top - room, 0), height - 1), max(bottom + room, 1))
    columns = slice(min(max(left - room, 0), width - 1), max(right + room, 1))
    near = ink[rows, columns]
    _, names, stats, _ = cv2.connectedComponentsWithStats((near > _FAINT).astype(np.uint8), connectivity=8)
    inside = names[max(0, top - rows.start) : bottom - rows.start, max(0, left - columns.start) : right - columns.start]
    within = np.bincount(inside.ravel(), minlength=len(stats))
    own = within > _MOSTLY * stats[:, cv2.CC_STAT_AREA]
    own[0] = False
    strangers = within[1:][~own[1:]].sum()
    if within[own].sum() > _PURE * (within[own].sum() + strangers) and own.any():
        return np.where(own[names], near, np.float32(0)), True
    return ink[max(top, 0) : max(bottom, top + 1, 1), max(left, 0) : max(right, left + 1, 1)], False
