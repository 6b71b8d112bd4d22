"""One picture's way: detect, group, recognise; on its side or head, after it was turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.ink import border_ink, with_margin
from inkdigits.imaging.normalise import SIDE
from inkdigits.reading.confidence import in_context
from inkdigits.reading.detect import Detections, Pyramid, detect
from inkdigits.reading.detector import Detector
from inkdigits.reading.ensemble import Ensemble
from inkdigits.reading.group import group
from inkdigits.reading.lone import detect_by_line, read_lone
from inkdigits.reading.recognise import Recognition, recognise
from inkdigits.reading.symbols import Box, ReadLine, Symbol

_Grey = npt.NDArray[np.uint8]
_OTHER = 0.5  # probability of other writing at which a cell is taken for that


class _Turning:
    """When a page is turned. A lone digit is not: a 6 upside down is a 9."""

    plain: float = 0.7  # mean score of what was found, at which nobody looks whether the page lies on its side
    # Area of other writing, as a share of that of what was found, below which nobody looks either where few digits were
    # found: those on their side were taught as other writing. Of 63 cheque amounts 85 % have less.
    unread: float = 0.025
    better: float = 1.2  # how many times more a turned page must say than the page as it came
    fewest: int = 4  # digits that must be found on the turned page
    many: int = 8  # the same on its head: 0, 1, 6, 8 and 9 look like digits there, too
    pixels: int = 400_000  # of the views that are compared


class _Lone:
    """How much it is believed that a picture is one digit, as one of MNIST's size, 28×28, is taken to be."""

    mnist: float = 0.98  # probability that it is a digit
    asked: float = 0.5  # the same, where one digit was asked for and none was found
    # Pixels: what is lower than any digit that the detector would believe is grain of the paper, where one digit was
    # asked for and none was found. Of 436 real digits none is lost.
    lowest: float = Pyramid.lower * Pyramid.heights[0] / Pyramid.enlarged
    # Confidence of the only digit at which nobody looks for others: 482 real and made-up ones were all right.
    plain: float = 0.9
    whole: float = 0.97  # share of the page's ink that such a digit holds
    few: int = 3  # digits that are found on a page that is one glyph, at most: specks of its paper
    alike: float = 0.5  # of the glyph's height: what is lower counts nothing beside it
    # Of a page that is asked whether it is one glyph; with 1.5 million a page takes a tenth longer.
    pixels: int = 250_000
    # Of the height of a glyph in one piece that is a digit with the probability below: where all that was found is
    # lower, it is texture, however much and sure. Of 216 made-up pages with more than a digit two are taken for one.
    speck: float = 0.15
    surely: float = 0.7


class _Again:
    """When a page is looked at once more, with a margin about it: its writing was cut out tightly.

    Other made-up pictures are read as before; where one digit is asked for, fewer would be (experiments/LOG.md).
    """

    sure: float = 0.9  # confidence of the least sure symbol at which one look is enough
    least: float = 0.4  # the same of the second look, below which it does not count, nor if the first is as sure
    touched: float = 0.05  # share of the page's border that is ink
    pixels: int = 1_000_000  # of a page, at most: a larger one takes too long


@dataclass(frozen=True)
class ReadPage:
    """What was read on a page."""

    lines: tuple[ReadLine, ...]  # from the top of the page as it is read; boxes are those of the page as it came
    quarter_turns: int = 0  # how many clockwise quarter turns made it upright, 0 to 3
    other: float = 0.0  # share of the page that is other writing or print, 0 to 1

    @property
    def sureness(self) -> float:
        """How sure its least sure symbol is; -1 where nothing was read."""
        return min((line.least for line in self.lines), default=-1.0)

    def without(self, margin: int) -> ReadPage:
        """Return it with boxes on the page without a margin."""

        def moved(box: Box) -> Box:
            left, top, right, bottom = box
            return left - margin, top - margin, right - margin, bottom - margin

        return replace(self, lines=tuple(line.moved(moved) for line in self.lines))


def read_page(grey: _Grey, models: Ensemble, *, single: bool = False) -> ReadPage:
    """Return the lines of a page, uint8 (H,W), 0 black to 255 white; `single` says that there is one digit on it."""
    is_small = grey.shape == (SIDE, SIDE)
    first = _read(grey, 0, models, is_small=is_small, single=single)
    if single or first.sureness >= _Again.sure or grey.size > _Again.pixels:
        return first
    roomy, margin = with_margin(grey)
    if border_ink(roomy, margin) < _Again.touched:
        return first
    second = _read(roomy, margin, models, is_small=is_small, single=single)
    return second.without(margin) if second.sureness > max(first.sureness, _Again.least) else first


def _read(grey: _Grey, margin: int, models: Ensemble, *, is_small: bool, single: bool) -> ReadPage:
    """Return the lines of a page that has a margin; `is_small` says that without it is as large as those of MNIST."""
    if single and (is_small or not models.own):
        lone = read_lone(grey, models, _Lone.mnist, 0.0 if is_small else _Lone.whole)
        if is_small or (lone and lone[0].confidence >= _Lone.plain):
            return ReadPage(lone)
    detections = detect(grey, models.detector)
    if is_small and _digits(detections) < 2:
        detections = detect_by_line(grey, models) or detections
        if _digits(detections) < 2:
            return ReadPage(read_lone(grey, models, _Lone.mnist))
    turns = 0 if single else _turns(grey, detections, models.detector)
    upright = grey
    if turns:
        upright = np.ascontiguousarray(np.rot90(grey, -turns))
        detections = detect(upright, models.detector)
    read = [recognise(upright, detections, line, models) for line in group(detections)]
    if not models.own:  # a model of one's own does not say whether a glyph is a digit at all
        read = _or_lone(read, upright, detections, models, single=single)
    known = in_context(read, upright, margin)
    lines = tuple(_turned_back(line, upright.shape, turns) for line in known if line.digits)
    if single and not lines:
        lines = tuple(line for line in read_lone(grey, models, _Lone.asked) if line.height >= _Lone.lowest)
    return ReadPage(lines, turns, float((detections.other > _OTHER).mean()))


def _or_lone(
    read: list[ReadLine], grey: _Grey, detections: Detections, models: Ensemble, *, single: bool
) -> list[ReadLine]:
    """Return what was read, or the one glyph that a page consists of, if that is surer than all that is as tall.

    A digit that fills a photograph, or has a thin line, may be missed by the detector, and specks be found instead.
    """
    found = [digit for line in read for digit in line.digits]
    surest = max((digit.confidence for digit in found), default=0.0)
    tallest = max((digit.height for digit in found), default=0.0)
    unless_specks = single or len(found) > _Lone.few or surest >= _Lone.plain
    if unless_specks and tallest >= _Lone.speck * grey.shape[0]:
        return read
    small = _smaller(grey, _Lone.pixels)
    lone = read_lone(small, models, _Lone.mnist, _Lone.whole, in_one_piece=unless_specks)
    if not lone:
        return read
    scale = np.tile(grey.shape[::-1], 2) / np.tile(small.shape[::-1], 2)
    left, top, right, bottom = np.multiply(lone[0].symbols[0].box, scale).tolist()
    box = left, top, right, bottom
    about = detections.print_about(box, Recognition.about)
    sure = lone[0].symbols[0].confidence
    digit = replace(lone[0].symbols[0], box=box, seen=sure, near_print=about, is_lone=True)
    if unless_specks:
        counts = tallest < _Lone.speck * digit.height and sure >= _Lone.surely
    else:
        counts = _outweighs(digit, [one for one in found if one.height > _Lone.alike * digit.height])
    return [ReadLine((digit,))] if counts else read


def _outweighs(lone: Symbol, rivals: Sequence[Symbol]) -> bool:
    """Say whether a page's one glyph is surer than what was found; than the same digit, if it surely is that one."""
    if any(rival.confidence >= lone.confidence for rival in rivals):
        return False
    return lone.confidence >= _Lone.surely or all(rival.symbol != lone.symbol for rival in rivals)


def _digits(detections: Detections) -> int:
    return int((detections.labels < 10).sum())


def _turns(grey: _Grey, detections: Detections, detector: Detector) -> int:
    """Return by how many clockwise quarter turns a page says much more than as it came; 0 if by none."""
    if _is_plainly_upright(detections, grey.size):
        return 0
    small = _smaller(grey, _Turning.pixels)
    turned = (np.ascontiguousarray(np.rot90(small, -turns)) for turns in range(4))
    said = [_said(detect(page, detector, _Turning.pixels)) for page in turned]
    best = int(np.argmax([total for total, _ in said]))
    total, count = said[best]
    enough = count >= (_Turning.many if best == 2 else _Turning.fewest)
    return best if best and enough and total > _Turning.better * said[0][0] else 0


def _is_plainly_upright(detections: Detections, pixels: int) -> bool:
    is_digit = detections.labels < 10
    if not is_digit.any():
        return False
    sure, boxes = detections.confidence[is_digit], detections.boxes[is_digit]
    read = float((sure * np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)).sum())
    other = pixels * float((detections.other > _OTHER).mean())
    return float(sure.mean()) >= _Turning.plain or (len(sure) < _Turning.many and other < _Turning.unread * read)


def _said(detections: Detections) -> tuple[float, int]:
    """Return how much a page says: the squared scores of its digits, added up; and how many digits."""
    sure = detections.confidence[detections.labels < 10].astype(np.float64)
    return float((sure**2).sum()), int((sure > 0.4).sum())


def _smaller(grey: _Grey, pixels: int) -> _Grey:
    scale = min(1.0, float(np.sqrt(pixels / grey.size)))
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    return grey if scale == 1.0 else np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _turned_back(line: ReadLine, shape: tuple[int, ...], turns: int) -> ReadLine:
    """Return a line of a turned page with its boxes on the page as it came."""

    def back(box: Box) -> Box:
        height, width = shape
        for _ in range(turns):  # counter-clockwise, one quarter after the other
            left, top, right, bottom = box
            box = top, width - right, bottom, width - left
            height, width = width, height
        return box

    return line.moved(back)
