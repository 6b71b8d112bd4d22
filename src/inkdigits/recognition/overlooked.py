"""Ink in a line that no digit of it explains: read again at its own size, or a reason to doubt."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.layout import LONGEST, find_rows
from inkdigits.line_model import LineModel
from inkdigits.recognition.finding import Box
from inkdigits.recognition.look import BESIDE_A_SIGN, ReadLine, read_row

__all__ = ["completed"]

_CORE = 0.35  # of full ink: what a piece is made of
_REACH = 1.5  # digit heights beside the line in which its first and last digits may have been overlooked
_SLACK = 0.3  # the same, above and below
_EXPLAINED = 0.4  # of a piece's ink is in digits' boxes: it is part of one
_LOWEST = 0.28  # of the digits' height: a lower piece is punctuation
_FLAT = 0.35  # of its width: a lower piece is a dash
_SOLID = 0.6  # of its box is ink: a dot
_SLENDER = 0.4  # of its height: a comma, or an end stroke
_TALL = 0.55  # of the digits' height: so tall a piece is no punctuation
_SURE = 0.9  # confidence with which an overlooked zero is taken in
_SMALL = 0.75  # of the tallest digit's height: a taller one was seen before, and taken for no digit
_MOST = 3  # rows that are read again

_Grey = npt.NDArray[np.uint8]
_Ink = npt.NDArray[np.float32]


def completed(line: ReadLine, grey: _Grey, ink: _Ink, lines: LineModel) -> ReadLine:
    """Return a line with the zeros that were overlooked in it, doubtful where something is still unexplained.

    Small zeros beside tall digits are specks at the size at which the tall ones are read.

    Args:
        line: what was read, at least one digit.
        grey: uint8 (H,W), the page, dark ink on light paper.
        ink: float32 (H,W), 0 paper to 1 ink, of the same page, without rules and boxes.
        lines: reads the bands.

    """
    rest, left, top = _unexplained(line, ink)
    if rest is None:
        return line
    for row in find_rows(rest)[:_MOST]:
        row = replace(row, left=row.left + left, right=row.right + left, middle=row.middle + top)
        if row.heights <= LONGEST:
            line = _taken_in(line, read_row(grey, row, lines, patient=False))
    rest, left, _ = _unexplained(line, ink)
    return line if rest is None else _doubted(line, rest, left)


def _unexplained(line: ReadLine, ink: _Ink) -> tuple[_Ink | None, int, int]:
    """Return the ink about a line that could be digits and is in none of its boxes, and where it begins."""
    boxes = np.array(line.boxes)
    tall = float(np.median(boxes[:, 3] - boxes[:, 1]))
    room = np.array([_REACH, _SLACK]) * tall
    left, top = (max(0, int(edge)) for edge in boxes[:, :2].min(axis=0) - room)
    right, bottom = (int(edge) + 1 for edge in boxes[:, 2:].max(axis=0) + room)
    part = ink[top : max(bottom, top + 1), left : max(right, left + 1)]
    _, names, stats, _ = cv2.connectedComponentsWithStats((part > _CORE).astype(np.uint8), connectivity=8)
    inside = np.zeros(part.shape, bool)
    for x0, y0, x1, y1 in boxes - (left, top, left, top):
        inside[max(0, round(y0)) : max(0, round(y1)), max(0, round(x0)) : max(0, round(x1))] = True
    explained = np.bincount(names[inside], minlength=len(stats))
    kept = [name for name in range(1, len(stats)) if _may_be_digit(stats[name], explained[name], tall, part.shape)]
    if not kept:
        return None, left, top
    return np.where(np.isin(names, kept), part, np.float32(0)), left, top


def _may_be_digit(stats: npt.NDArray[np.int32], explained: int, tall: float, shape: tuple[int, ...]) -> bool:
    """Say whether a piece is unexplained, and neither punctuation nor a neighbour that the page's border cuts."""
    _, _, width, height, area = (int(value) for value in stats)
    if explained > _EXPLAINED * area or height < max(_LOWEST * tall, 5) or height < _FLAT * width:
        return False
    return height >= _TALL * tall or (area < _SOLID * width * height and width > _SLENDER * height)


def _taken_in(line: ReadLine, other: ReadLine) -> ReadLine:
    """Return a line with the sure zeros of another that stand where it has none: nobody writes other digits small."""
    digits, boxes, confidences = list(line.digits), list(line.boxes), list(line.confidences)
    small = _SMALL * max(box[3] - box[1] for box in boxes)
    for digit, box, confidence in zip(other.digits, other.boxes, other.confidences, strict=True):
        fits = box[3] - box[1] <= small and not any(_overlap(box, taken) for taken in line.boxes)
        if fits and confidence >= _SURE and digit.value == 0:
            digits.append(digit)
            boxes.append(box)
            confidences.append(confidence)
    order = sorted(range(len(digits)), key=lambda place: boxes[place][0] + boxes[place][2])
    return ReadLine(
        [digits[place] for place in order],
        [boxes[place] for place in order],
        [confidences[place] for place in order],
        line.probability * (other.probability if len(digits) > len(line.digits) else 1.0),
    )


def _overlap(one: Box, other: Box) -> bool:
    """Say whether the middle of a box is inside another, or the other way round."""
    return any(
        a[0] <= (b[0] + b[2]) / 2 <= a[2] and a[1] <= (b[1] + b[3]) / 2 <= a[3] for a, b in ((one, other), (other, one))
    )


def _doubted(line: ReadLine, rest: _Ink, left: int) -> ReadLine:
    """Return a line in which the digits beside what is unexplained are doubted."""
    boxes = np.array(line.boxes)
    tall = float(np.median(boxes[:, 3] - boxes[:, 1]))
    _, _, stats, middles = cv2.connectedComponentsWithStats((rest > _CORE).astype(np.uint8), connectivity=8)
    confidences = list(line.confidences)
    for name in range(1, len(stats)):
        if stats[name, cv2.CC_STAT_HEIGHT] >= _TALL * tall:
            nearest = int(np.abs((boxes[:, 0] + boxes[:, 2]) / 2 - middles[name][0] - left).argmin())
            confidences[nearest] = min(confidences[nearest], BESIDE_A_SIGN)
    return replace(line, confidences=confidences)
