"""A picture that is said to be one digit, or that is as large as those of MNIST: its ink is taken for that digit."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.ink import find_dark_ink, with_dark_ink
from inkdigits.imaging.line_crop import NON_DIGIT, Row, cut_line_crop, normalise_line_crop
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.segment import single_glyph
from inkdigits.reading.detect import Detections
from inkdigits.reading.ensemble import Ensemble
from inkdigits.reading.line_model import decode_frames, string_probabilities
from inkdigits.reading.symbols import ReadLine, Symbol

_NARROWEST = 0.55  # of its height: a wider glyph is not as tall as a digit would be
_LEAST = 0.1  # the line model may be wrong that there is no digit: it is about one of eighty in MNIST


class _Pen:
    """When a glyph is drawn again with a wider pen for the line model, at whose size a thin one leaves no ink.

    Lengths are shares of the glyph's longer side; MNIST's pens are 0.1.
    """

    thin: float = 0.05  # experiments/LOG.md, 30 November
    drawn: float = 0.07
    full: float = 0.3  # how dark a stroke is, at least
    pixels: int = 120  # that the longer side has when its pen is looked at


def read_lone(
    grey: npt.NDArray[np.uint8], models: Ensemble, trust: float, least_share: float = 0.0, *, in_one_piece: bool = False
) -> tuple[ReadLine, ...]:
    """Return the heaviest piece of ink on a page as its only digit; none if there is no ink, or too much beside it.

    The digit model looks at it as MNIST would hold it, the line model at a band about it; what they come to is the
    geometric mean, where a doubt of either one counts.

    Args:
        grey: uint8 (H,W), the page.
        models: what reads it.
        trust: probability that it is a digit at all, 0 to 1.
        least_share: of the page's ink that it must hold, 0 to 1.
        in_one_piece: one piece of it must hold so much, which does not go across the page.

    """
    dark = with_dark_ink(grey)
    ink = find_dark_ink(dark)
    glyph = single_glyph(ink)
    if glyph is None or (glyph.in_one_piece if in_one_piece else glyph.ink.sum()) < least_share * ink.sum():
        return ()
    left, top, width, height = glyph.box
    image = normalise(glyph.ink)
    probabilities = models.classifier.predict_proba(image[None])[0].astype(np.float64)
    if not models.own:
        page, row = _drawn_with_a_wider_pen(glyph.ink) or (dark, _row_of(glyph.box))
        frames, _ = _look(page, row, models)
        read = string_probabilities(frames, [[digit] for digit in range(10)])
        probabilities = np.sqrt(probabilities * (read / max(float(read.sum()), 1e-9) + 1e-6))
        probabilities /= probabilities.sum()
        trust *= float(np.sqrt(max(float(read.sum()), _LEAST)))
    value = int(probabilities.argmax())
    box = left, top, left + width, top + height
    digit = Symbol(value, probabilities, trust * float(probabilities[value]), box, image, trust)
    return (ReadLine((digit,)),)


def _drawn_with_a_wider_pen(ink: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.uint8], Row] | None:
    """Return a glyph alone on paper, and where it stands there, drawn with a wider pen; None if its own is wide enough.

    A stroke's pen is twice its area by its outline.
    """
    scale = min(1.0, _Pen.pixels / max(ink.shape))
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    longer = max(small.shape)
    inked = (small > _Pen.full).view(np.uint8)
    inner = cv2.erode(inked, np.ones((3, 3), np.uint8), borderValue=0)
    pen = 2 * int(inked.sum()) / max(int((inked - inner).sum()), 1)
    if pen >= _Pen.thin * longer:
        return None
    room = longer // 2
    roomy = cv2.copyMakeBorder(small, room, room, room, room, cv2.BORDER_CONSTANT, value=0)
    side = 1 + round(_Pen.drawn * longer - pen)
    wider = cv2.dilate(roomy, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.asarray(255 * (1 - wider), np.uint8), _row_of((room, room, small.shape[1], small.shape[0]))


def _row_of(box: tuple[int, int, int, int]) -> Row:
    left, top, width, height = box
    return Row(left, left + width, top + height / 2, 0.0, max(height, _NARROWEST * width, 4.0))


def detect_by_line(grey: npt.NDArray[np.uint8], models: Ensemble) -> Detections | None:
    """Return what the line model sees in all the ink of a page, uint8 (H,W), as if detected; None if there is no ink.

    In a picture as small as those of MNIST, digits that touch its border are more often seen so.
    """
    dark = with_dark_ink(grey)
    left, top, width, height = cv2.boundingRect((find_dark_ink(dark) > 0).view(np.uint8))
    if not width:
        return None
    frames, to_page = _look(dark, Row(left, left + width, top + height / 2, 0.0, max(height, 4.0)), models)
    symbols = [symbol for symbol in decode_frames(frames) if symbol.symbol < NON_DIGIT]
    scores = np.zeros((len(symbols), NON_DIGIT), np.float32)
    boxes = np.zeros((len(symbols), 4), np.float32)
    for place, symbol in enumerate(symbols):
        scores[place, symbol.symbol] = symbol.confidence
        boxes[place] = (to_page @ np.r_[symbol.box[:2], 1]).tolist() + (to_page @ np.r_[symbol.box[2:], 1]).tolist()
    return Detections(scores, boxes, np.zeros((1, 1), np.float32))


def _look(
    dark: npt.NDArray[np.uint8], row: Row, models: Ensemble
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    """Return what the line model says of a row of dark ink, and what takes a point of its band to the page."""
    band, to_page = cut_line_crop(dark, row)
    return models.lines.frames(normalise_line_crop(band)), to_page
