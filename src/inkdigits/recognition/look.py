"""A row of ink read as a line of digits, at several sizes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.bands import MARKS, SYMBOLS, normalise_band
from inkdigits.imaging.layout import Row, cut_band
from inkdigits.line_model import LineModel, PlacedDigit, decode_columns, string_probabilities
from inkdigits.recognition.finding import Box

__all__ = ["BESIDE_A_SIGN", "ReadLine", "read_row"]

BESIDE_A_SIGN = 0.5  # what a digit's confidence is worth where something beside it was left out

_DATE_OR_FRACTION = re.compile(r"\d{1,2}/\d{1,2}(/(\d{2}|\d{4}))?|\d{4}/\d{1,2}/\d{1,2}|\d{1,3}/\d{1,3}")
_SLASH = 10 + MARKS.index("/")  # which may be a 1: where it is left out, there is doubt
_ZOOMS = 1.0, 0.85, 1.18
_LONG = 40.0  # heights: a longer row is print, more likely than digits, and is looked at once
_MAJORITY = 1.0  # digits to each sign: a line with fewer may hold words
_LIKE_A_DIGIT = 0.03  # probability of being one
_TALL = 0.6  # of the digits' height: a lower sign is punctuation
_RESIZED = 0.4, 1.6  # by how much the first look may change a row's height
_TALLEST = 0.8  # of the tallest digit's height: beside it others may be small
_STIFFNESS = 2.0  # how unwilling it is to let the row slope, in squared heights
_NEAR = 0.5  # of a digit's width: how far from it another look may place the same digit

_Grey = npt.NDArray[np.uint8]
_Columns = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ReadLine:
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


def read_row(grey: _Grey, row: Row, lines: LineModel, *, patient: bool) -> ReadLine:
    """Read a row at three sizes, once it is known better where its digits stand; a very long one at one size.

    The string that the looks make most probable together counts (CTC's forward probability, averaged).

    Args:
        grey: uint8 (H,W), the page, dark ink on light paper.
        row: where to read.
        lines: reads the bands.
        patient: look again also where a first look sees no digit.

    """
    better = _refined(grey, row, lines)
    if better is None and not patient:
        return ReadLine((), (), (), 0.0)
    row = better or row
    cuts = [cut_band(grey, row, zoom=zoom) for zoom in (_ZOOMS if row.heights <= _LONG else _ZOOMS[:1])]
    columns = lines.columns([normalise_band(band) for band, _ in cuts])
    looks = [_with_ones(decode_columns(one)) for one in columns]
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
        left_out = looks[chosen][place]
        if place not in kept and kept and (left_out.symbol == _SLASH or not left_out.is_mark):
            nearest = min(kept, key=lambda other: abs(other - place))
            confidences[nearest] *= BESIDE_A_SIGN
    return ReadLine(
        [looks[chosen][place] for place in kept],
        [boxes[chosen][place] for place in kept],
        [confidences[place] for place in kept],
        together[best],
    )


def _with_ones(look: list[PlacedDigit]) -> list[PlacedDigit]:
    """Return what a look says, with a 1 for each slash that parts no date and no fraction.

    A slash and a slanting 1 are one stroke; what is written about it tells them apart. The 1 is as unsure as the slash
    is sure.
    """
    text = "".join(SYMBOLS[found.symbol] for found in look)
    if "/" not in text or _DATE_OR_FRACTION.fullmatch(text):
        return look
    return [
        replace(found, symbol=1, value=1, confidence=1 - found.confidence) if found.symbol == _SLASH else found
        for found in look
    ]


def _digits_among(look: Sequence[PlacedDigit]) -> list[int]:
    """Return the places of what should be read as digits.

    A sign among digits that looks like one of them is a digit of a strange shape, more likely than a letter: it is read
    as the digit that it is most like, which nobody is sure of, rather than silently left out.
    """
    digits = [digit for digit in look if not (digit.is_sign or digit.is_mark)]
    if len(digits) <= _MAJORITY * sum(digit.is_sign for digit in look):
        return [place for place, digit in enumerate(look) if not (digit.is_sign or digit.is_mark)]
    tall = _TALL * float(np.median([digit.box[3] - digit.box[1] for digit in digits])) if digits else 0.0
    return [
        place
        for place, digit in enumerate(look)
        if not digit.is_mark
        and (not digit.is_sign or (digit.confidence >= _LIKE_A_DIGIT and digit.box[3] - digit.box[1] >= tall))
    ]


def _refined(grey: _Grey, row: Row, lines: LineModel) -> Row | None:
    """Return a row as high, and as steep, as the digits that a first look finds in it; None if it finds none."""
    band, to_page = cut_band(grey, row)
    (columns,) = lines.columns([normalise_band(band)])
    digits = [digit for digit in decode_columns(columns) if not (digit.is_sign or digit.is_mark)]
    if not digits:
        return None
    left, top, right, bottom = np.array([digit.box for digit in digits]).T
    height = max(float(np.median(bottom - top)), _TALLEST * float((bottom - top).max()))
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
