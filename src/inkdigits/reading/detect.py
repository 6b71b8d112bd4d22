"""Where on a page there is a digit, a mark, or other writing: the detector over a pyramid of views."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.errors import PictureError, argument
from inkdigits.imaging.views import CELL, NATIVE, OTHER, SMALL, normalise_view
from inkdigits.reading.detector import Detector
from inkdigits.reading.symbols import Box

_Grey = npt.NDArray[np.uint8]
_Cells = npt.NDArray[np.float32]


class Pyramid:
    """The scales at which a page is looked at, and what counts as found there."""

    # From one scale to the next finer one. The detector answers for heights of 11 to 36 pixels, so that with a factor
    # of 2 every digit is within its range once, and most are twice.
    step: float = 2.0
    margin: int = 12  # pixels about a view
    most_pixels: int = 1_500_000  # of the finest view: the bound on what finding takes
    # Digits and marks of a page: the bound on what reading them takes, some 3 ms each. The fullest of 407 real pages
    # has 201.
    most: int = 1_000
    largest: float = 0.95  # height of the tallest digit as a share of the page's
    enlarged: float = 1.6  # how much larger than the page the finest view may be, for digits of 9 pixels
    least_score: float = 0.3  # of a symbol
    heights: tuple[float, float] = (9.0, 40.0)  # pixels of a view between which a digit is believed
    lower: float = 0.4  # of the smaller of these: down to this it is believed less
    # Pixels of a view: lower digits count less, of which the detector takes an 8 for a 0 (lines exact 37 to 44 %;
    # experiments/LOG.md).
    plainly: float = 15.0
    overlap: float = 0.5  # of the smaller of two boxes: more than this, and the better one counts
    plain: float = 0.4  # score of a symbol that explains the ink in its box
    ink: int = 40  # levels of a view by which writing differs from paper: over a standard deviation
    edge: float = 0.15  # of a symbol's height, about its box
    unexplained: float = 0.03  # share of the ink that no symbol explains, at which the next finer scale is looked at


@dataclass(frozen=True)
class Detections:
    """What was found on a page, in no order."""

    scores: npt.NDArray[np.float32]  # (N,16), the probability of each symbol having its middle there: digits, marks
    boxes: npt.NDArray[np.float32]  # (N,4): left, top, right and bottom in pixels of the page
    other: npt.NDArray[np.float32]  # (h,w), the probability of other writing or print, in cells of the finest view
    scale: float = 1.0  # of the finest view
    margin: int = 0  # pixels about it

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """int64 (N,): the most probable symbol, 0 to 9 a digit, 10 to 15 a mark."""
        return np.asarray(self.scores.argmax(axis=1), np.int64)

    @property
    def confidence(self) -> npt.NDArray[np.float32]:
        """float32 (N,): the probability of that symbol."""
        return np.asarray(self.scores.max(axis=1, initial=0), np.float32)

    def __len__(self) -> int:
        return len(self.boxes)

    def print_about(self, box: Box, reach: float) -> float:
        """Return the mean of `other` within a box that is wider, to both sides, by `reach` of its heights."""
        left, top, right, bottom = box
        wider = reach * (bottom - top)
        sides = np.array([left - wider, top, right + wider, bottom]) * self.scale + self.margin
        x0, y0, x1, y1 = np.maximum(sides / CELL, 0).astype(int).tolist()
        part = self.other[y0 : y1 + 1, x0 : x1 + 1]
        return float(part.mean()) if part.size else 0.0


def detect(grey: _Grey, detector: Detector, most_pixels: int = Pyramid.most_pixels) -> Detections:
    """Return what is written on a page, uint8 (H,W): dark on light, light on dark, or both.

    The coarsest view shows the largest digits that there could be; each finer one is looked at while there is reason
    to: the last shows digits that are too small for it, or nothing has been found yet.

    Raises:
        PictureError: it holds more digits and marks than are read ("too_costly").

    """
    scores = np.empty((0, OTHER), np.float32)
    boxes = np.empty((0, 4), np.float32)
    for scale in _scales(grey.shape, most_pixels):
        view = _view(grey, scale, Pyramid.margin)
        cells = detector.cells(view)
        own_scores, own_boxes = _peaks(cells)
        if len(own_boxes) > Pyramid.most:
            raise PictureError(
                f"the page holds more than {Pyramid.most:,} digits and marks",
                f"read it part by part, with {argument('region')}",
                code="too_costly",
            )
        scores = np.concatenate([scores, own_scores])
        boxes = np.concatenate([boxes, (own_boxes - Pyramid.margin) / np.float32(scale)])
        plain = boxes[scores.max(axis=1, initial=0) >= Pyramid.plain] * np.float32(scale) + Pyramid.margin
        if _is_explained(view, plain):
            break
    kept: list[int] = []  # the best of those that overlap, at whatever scales (greedy suppression)
    for place in np.argsort(-scores.max(axis=1, initial=0), kind="stable").tolist():
        if not overlapping(boxes[place], boxes[kept], Pyramid.overlap).any():
            kept.append(place)
    return Detections(scores[kept], boxes[kept], cells[OTHER], scale, Pyramid.margin)


def overlapping(box: npt.NDArray[np.floating], others: npt.NDArray[np.floating], least: float) -> npt.NDArray[np.bool_]:
    """Return which of some boxes, (N,4), share more than so much of the smaller one with a box, (4,)."""
    shared = np.clip(np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2]), 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1)
    return np.asarray(shared > least * np.minimum((box[2:] - box[:2]).prod(), areas))


def _is_explained(view: _Grey, boxes: npt.NDArray[np.float32]) -> bool:
    """Say whether the boxes of what was found cover nearly all that is written, so that nobody need look closer."""
    written = (np.abs(view.astype(np.int16) - 128) > Pyramid.ink).astype(np.uint8)
    every = int(np.count_nonzero(written))
    for left, top, right, bottom in boxes:
        room = Pyramid.edge * (bottom - top)
        rows = slice(max(int(top - room), 0), int(bottom + room) + 1)
        written[rows, max(int(left - room), 0) : int(right + room) + 1] = 0
    return int(np.count_nonzero(written)) < Pyramid.unexplained * every


def _scales(shape: tuple[int, ...], most_pixels: int) -> list[float]:
    """Return the scales of the views, the coarsest first."""
    coarsest = Pyramid.heights[1] / (Pyramid.largest * shape[0]) * 0.8
    # A picture of a few pixels' height has more margin than picture.
    finest = min(
        Pyramid.enlarged,
        float(np.sqrt(most_pixels / (shape[0] * shape[1]))),
        most_pixels / (2 * Pyramid.margin * max(shape)),
    )
    steps = int(np.ceil(np.log(max(finest / coarsest, 1.0)) / np.log(Pyramid.step)))
    return np.geomspace(coarsest, finest, steps + 1).tolist() if steps else [min(coarsest, finest)]


def _view(grey: _Grey, scale: float, margin: int) -> _Grey:
    """Return a page at a scale; about it its border goes on, so that a digit at the border is not beside nothing."""
    size = max(CELL, round(grey.shape[1] * scale)), max(CELL, round(grey.shape[0] * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    roomy = cv2.copyMakeBorder(small, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    return normalise_view(np.asarray(roomy, np.uint8))


def _peaks(cells: _Cells) -> tuple[_Cells, npt.NDArray[np.float32]]:
    """Return the scores, (N,16), and boxes, (N,4) in pixels of the view, of cells that say more than those beside."""
    # Digits within words, running text and scribbles are none.
    cells[:OTHER] *= 1 - cells[OTHER]
    best = cells[:OTHER].max(axis=0)
    beside = cv2.dilate(best, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((best >= Pyramid.least_score) & (best >= beside))
    edges = cells[SMALL + 1 :, rows, columns].T * np.float32(NATIVE)
    middles = np.stack([columns, rows], axis=1).astype(np.float32) * CELL + CELL / 2
    boxes = edges + np.tile(middles, 2)
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
    height = boxes[:, 3] - boxes[:, 1]
    is_digit = cells[:OTHER, rows, columns].argmax(axis=0) < 10 if len(rows) else np.zeros(0, bool)
    low, high = Pyramid.heights
    believed = ~is_digit | ((height >= Pyramid.lower * low) & (height <= high))
    # At the lower end of what the detector was taught it finds half, and takes an 8 for a 0.
    trust = np.where(is_digit, np.clip((height - low) / (Pyramid.plainly - low), 0.3, 1), 1)
    return (cells[:OTHER, rows, columns].T * trust[:, None].astype(np.float32))[believed], boxes[believed]
