"""A sheet before it is photographed: ink and print on it, and what each piece is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.line_crop import SYMBOLS
from inkdigits.synthesis.pens import Ink, overlap

Layer = npt.NDArray[np.uint8]  # (H,W), 0 paper to 255 ink
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Item:
    """Something on a sheet."""

    label: int  # 0 to 9, 10 and more for marks, NON_DIGIT; -1 for what is ignored
    outline: npt.NDArray[np.float32]  # (K,2), corners about its ink, x and y in pixels of the sheet
    line: int  # which line it belongs to, -1 for none


@dataclass
class Sheet:
    """A sheet, with some bleed about the area that is written on, since a camera that is tilted sees beyond it."""

    width: int  # of the area in pixels
    height: int
    bleed: tuple[int, int]  # pixels about it, left and right, above and below
    ink: Layer = field(init=False)
    printed: Layer = field(init=False)
    items: list[Item] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # characters of each line, in reading order
    paper: npt.NDArray[np.float32] | None = None  # how bright it is, 0 to 1, if it is not to be drawn at random
    dark: bool = False  # whether chalk is on a board

    def __post_init__(self) -> None:
        """Lay out blank layers."""
        shape = self.height + 2 * self.bleed[1], self.width + 2 * self.bleed[0]
        self.ink, self.printed = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)

    def new_line(self) -> int:
        """Begin a line; return its number."""
        self.lines.append("")
        return len(self.lines) - 1

    def space(self, line: int) -> None:
        """Say that a wide gap follows what a line has so far."""
        self.lines[line] += " "

    def put(
        self,
        ink: Ink,
        left: float,
        top: float,
        label: int,
        line: int = -1,
        *,
        printed: bool = False,
        strength: float = 1.0,
    ) -> None:
        """Lay ink from these pixels of the area on, at a strength of 0 to 1, and note what it is; see `Item`."""
        x, y = round(left) + self.bleed[0], round(top) + self.bleed[1]
        below, part = overlap(self.printed if printed else self.ink, ink, x, y)
        if not part.size:
            return
        laid = (part * np.float32(255 * strength)).astype(np.uint8)
        if printed and int(below[0, 0]) > 110:  # on a dark bar, print is the paper that is left white
            np.minimum(below, 255 - laid, out=below)
        else:
            np.maximum(below, laid, out=below)
        self.items.append(Item(label, _outline(ink) + np.array([x, y], np.float32), line))
        if line >= 0:
            self.lines[line] += SYMBOLS[label]

    def draw(
        self, points: Sequence[Point], thick: float, shade: float, *, closed: bool = False, hand: bool = False
    ) -> None:
        """Draw a line through points of the area, which may lie beyond it; it is no item."""
        parts = 16  # that a pixel is divided into
        place = (np.array(points, np.float64) + self.bleed) * parts
        canvas, path = self.ink if hand else self.printed, np.rint(place).astype(np.int32)
        cv2.polylines(canvas, [path], closed, round(255 * shade), max(1, round(thick)), cv2.LINE_AA, shift=4)

    def fill(self, box: Box, shade: float) -> None:
        """Print over all that is in a box of the area."""
        left, top, right, bottom = (round(edge) + self.bleed[place % 2] for place, edge in enumerate(box))
        self.printed[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = round(255 * shade)

    def is_free(self, box: Box) -> bool:
        """Return whether no item is in a box of the area."""
        rows = [np.concatenate([item.outline.min(axis=0), item.outline.max(axis=0)]) for item in self.items]
        return is_free(np.array(rows, np.float32).reshape(-1, 4) - np.array([*self.bleed] * 2, np.float32), box)


def is_free(boxes: npt.NDArray[np.float32], box: Box) -> bool:
    """Return whether none of some boxes, (N,4), is in another."""
    apart = (boxes[:, 0] > box[2]) | (boxes[:, 2] < box[0]) | (boxes[:, 1] > box[3]) | (boxes[:, 3] < box[1])
    return bool(apart.all())


def _outline(ink: Ink) -> npt.NDArray[np.float32]:
    """Return the corners of a convex polygon about ink."""
    inked = ink > 0.3 * float(ink.max())  # what is fainter at the rim of a stroke is not counted to its box
    rows = np.flatnonzero(inked.any(axis=1))
    if not len(rows):
        return np.array([[0, 0], [ink.shape[1], ink.shape[0]]], np.float32)
    first = inked[rows].argmax(axis=1)
    last = ink.shape[1] - inked[rows, ::-1].argmax(axis=1)
    edges = np.concatenate([np.column_stack([first, rows]), np.column_stack([last, rows])])
    points = np.concatenate([edges, edges + np.array([0, 1])]).astype(np.float32)
    return np.asarray(cv2.convexHull(points)[:, 0], np.float32)
