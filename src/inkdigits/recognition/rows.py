"""A page taken as lines of digits."""

from __future__ import annotations

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
_FILLED = 0.72  # of the page's height: how tall the digits of such a line are
_ALONE = 0.2  # weight of the digit model, which sees one digit cut out, beside that of the line model

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
    if height <= _TIGHT * max((row.height for row in rows), default=height) and whole.heights <= LONGEST:
        line = read_row(grey, whole, lines, patient=True)
        if line.digits and line.probability > min((line.probability for line in placed), default=0.0):
            placed = [line]
    placed = [completed(line, grey, written, lines) for line in placed]
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


def _findings(line: ReadLine, ink: _Ink, classifier: Classifier) -> list[Finding]:
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
