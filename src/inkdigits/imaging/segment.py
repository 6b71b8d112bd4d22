"""Ink to glyphs: what may be a digit, where it stands, and in which line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Glyph", "find_glyphs", "single_glyph"]

_Ink: TypeAlias = npt.NDArray[np.float32]
_Boxes: TypeAlias = npt.NDArray[np.int64]  # (N,4): left, top, right, bottom; right and bottom exclusive

_CORE = 0.5  # a piece of ink is at least this dark somewhere; a smudge is not
_MOST_PIECES = 1000  # more is a texture; the heaviest are looked at

# How one digit differs from what else is on its page, as shares of the digit itself.
_FAIR_SHARE = 0.3  # the ink of a digit, against that of a frame or a neighbour cut by the border
_PART = 0.03  # the ink of the smallest part of a digit that stands apart
_REACH = 0.5  # the longer side: how far such a part may stand

# How the glyphs of a page relate.
_OVERLAP = 0.5  # of the narrower piece: pieces above each other by as much are one digit
_SMALLEST = 0.4  # of the tallest in the line: what is lower is a comma or a dash
_LOWEST_LINE = 0.3  # of the tallest line: what is lower is dirt


@dataclass(frozen=True)
class Glyph:
    """What may be one digit.

    Attributes:
        box: left, top, width and height on the page of ink, in its pixels.
        ink: float32 (height,width), 0 paper to 1 ink, without the ink of its neighbours.

    """

    box: tuple[int, int, int, int]
    ink: _Ink


@dataclass(frozen=True)
class _Pieces:
    """The connected pieces of ink on a page.

    Attributes:
        labels: int32 (h,w): which of `count` components each pixel of the inked part belongs to, pieces or not.
        origin: left and top of that part on the page.
        names: int64 (N,): the label of each piece.
        boxes: int64 (N,4).
        mass: float64 (N,): its ink, added up.

    """

    labels: npt.NDArray[np.int32]
    origin: tuple[int, int]
    count: int
    names: npt.NDArray[np.int64]
    boxes: _Boxes
    mass: npt.NDArray[np.float64]


def single_glyph(ink: _Ink) -> Glyph | None:
    """Return what is most likely the one digit on a page; None if there is no ink.

    It is the heaviest piece of ink, before those that run off the page unless they are far heavier, together with
    the pieces near it, such as the flag of a 5; without specks and without strokes cut by the border.

    Args:
        ink: float32 (H,W), 0 paper to 1 ink.

    """
    pieces = _find_pieces(ink)
    if not len(pieces.names):
        return None
    height, width = ink.shape
    left, top, right, bottom = pieces.boxes.T
    cut = (left == 0) | (top == 0) | (right == width) | (bottom == height)
    whole = np.where(cut, 0, pieces.mass)
    mass = whole if whole.max() >= _FAIR_SHARE * pieces.mass.max() else pieces.mass
    return _glyph(ink, pieces, _gather(pieces.boxes, mass))


def find_glyphs(ink: _Ink) -> list[list[Glyph]]:
    """Return what may be digits, line by line from the top, each line from the left.

    Args:
        ink: float32 (H,W), 0 paper to 1 ink.

    """
    pieces = _find_pieces(ink)
    lines = [_merge(pieces.boxes, line) for line in _lines(pieces.boxes)]
    glyphs = [[_glyph(ink, pieces, members) for members in line] for line in lines]
    tallest = [max(glyph.box[3] for glyph in line) for line in glyphs]
    return [
        [glyph for glyph in line if glyph.box[3] >= _SMALLEST * height]
        for line, height in zip(glyphs, tallest, strict=True)
        if height >= _LOWEST_LINE * max(tallest)
    ]


def _find_pieces(ink: _Ink) -> _Pieces:
    """Return the connected pieces of ink that have a core and are no specks."""
    mask = (ink > 0).view(np.uint8)
    x, y, across, down = cv2.boundingRect(mask)
    # Most of a page is paper: only the part with ink is looked at, one pixel if there is none.
    part = slice(y, y + max(1, down)), slice(x, x + max(1, across))
    inked = ink[part]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask[part], connectivity=8)
    mass = np.bincount(labels.ravel(), inked.ravel(), count)
    mass[np.bincount(labels[inked >= _CORE], minlength=count) == 0] = 0
    mass[0] = 0  # the paper
    heaviest = np.sort(np.argsort(mass)[-_MOST_PIECES:])
    names = heaviest[mass[heaviest] > _PART**2 * mass.max()]
    left, top, width, height = stats[names, :4].astype(np.int64).T + np.array([[x], [y], [0], [0]])
    return _Pieces(
        np.asarray(labels, np.int32),
        (x, y),
        count,
        names,
        np.stack([left, top, left + width, top + height], axis=1),
        mass[names],
    )


def _gather(boxes: _Boxes, mass: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the heaviest piece and what stands near it, or near what was gathered so far, as indices."""
    members = np.arange(len(mass)) == mass.argmax()
    candidates = mass >= _PART * mass.max()
    while True:
        left, top, right, bottom = _around(boxes[members])
        across = np.maximum(boxes[:, 0] - right, left - boxes[:, 2])
        down = np.maximum(boxes[:, 1] - bottom, top - boxes[:, 3])
        reach = _REACH * max(right - left, bottom - top)
        grown = members | (candidates & (np.maximum(across, down) <= reach))
        if (grown == members).all():
            return np.flatnonzero(members)
        members = grown


def _lines(boxes: _Boxes) -> list[list[int]]:
    """Group pieces into lines from the top: the tall ones make the lines, the others join where their middle is."""
    lines: list[list[int]] = []
    bands: list[tuple[int, int]] = []
    for index in np.argsort(boxes[:, 1] - boxes[:, 3], kind="stable"):
        top, bottom = int(boxes[index, 1]), int(boxes[index, 3])
        middle = (top + bottom) / 2
        home = next((line for line, band in zip(lines, bands, strict=True) if band[0] <= middle < band[1]), None)
        if home is None:
            lines.append([int(index)])
            bands.append((top, bottom))
        else:
            home.append(int(index))
    return [line for _, line in sorted(zip(bands, lines, strict=True))]


def _merge(boxes: _Boxes, line: Iterable[int]) -> list[list[int]]:
    """Join the pieces of a line that stand above each other; return the groups from the left."""
    groups: list[list[int]] = []
    for index in sorted(line, key=lambda piece: (boxes[piece, 0], piece)):
        left, _, right, _ = boxes[index]
        if groups:
            start, _, end, _ = _around(boxes[groups[-1]])
            if min(right, end) - max(left, start) >= _OVERLAP * min(right - left, end - start):
                groups[-1].append(index)
                continue
        groups.append([index])
    return groups


def _around(boxes: _Boxes) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom of the box around boxes."""
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    return int(left), int(top), int(right), int(bottom)


def _glyph(ink: _Ink, pieces: _Pieces, members: Iterable[int]) -> Glyph:
    """Return some pieces as one glyph."""
    indices = np.fromiter(members, np.int64)
    left, top, right, bottom = _around(pieces.boxes[indices])
    mine = np.zeros(pieces.count, bool)
    mine[pieces.names[indices]] = True
    x, y = pieces.origin
    labels = pieces.labels[top - y : bottom - y, left - x : right - x]
    own = np.where(mine[labels], ink[top:bottom, left:right], np.float32(0))
    return Glyph((left, top, right - left, bottom - top), own)
