"""Ink to the glyph of the one digit on a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Glyph", "single_glyph"]

_Ink: TypeAlias = npt.NDArray[np.float32]
_Boxes: TypeAlias = npt.NDArray[np.int64]  # (N,4): left, top, right, bottom; right and bottom exclusive


@dataclass(frozen=True)
class _Digit:
    """How one digit differs from what else is on its page, as shares of the digit itself.

    Attributes:
        core: how dark a piece of ink is somewhere; a smudge is not.
        fair: its ink, against that of a frame or a neighbour that the border cuts.
        part: the ink of its smallest part that stands apart.
        reach: of its longer side: how far such a part may stand.
        most: pieces; more are a texture, of which the heaviest are looked at.

    """

    core: float = 0.5
    fair: float = 0.3
    part: float = 0.03
    reach: float = 0.5
    most: int = 1000


_DIGIT = _Digit()


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
    mask = (ink > 0).view(np.uint8)
    x, y, across, down = cv2.boundingRect(mask)
    # Most of a page is paper: only the part with ink is looked at.
    part = slice(y, y + down), slice(x, x + across)
    inked = ink[part]
    if not across or inked.max() < _DIGIT.core:
        return None
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask[part], connectivity=8)
    if count == 2:  # the paper and one piece, as in most drawings
        return Glyph((x, y, across, down), inked)
    pieces = _weigh(inked, labels, stats, (x, y))
    height, width = ink.shape
    left, top, right, bottom = pieces.boxes.T
    cut = (left == 0) | (top == 0) | (right == width) | (bottom == height)
    whole = np.where(cut, 0, pieces.mass)
    mass = whole if whole.max() >= _DIGIT.fair * pieces.mass.max() else pieces.mass
    return _glyph(ink, pieces, _gather(pieces.boxes, mass))


def _weigh(inked: _Ink, labels: npt.NDArray[Any], stats: npt.NDArray[Any], origin: tuple[int, int]) -> _Pieces:
    """Return the connected components of the inked part that have a core and are no specks."""
    count = len(stats)
    mass = np.bincount(labels.ravel(), inked.ravel(), count)
    mass[np.bincount(labels[inked >= _DIGIT.core], minlength=count) == 0] = 0
    mass[0] = 0  # the paper
    heaviest = np.sort(np.argsort(mass)[-_DIGIT.most :])
    names = heaviest[mass[heaviest] > _DIGIT.part**2 * mass.max()]
    left, top, width, height = stats[names, :4].astype(np.int64).T + np.array([[origin[0]], [origin[1]], [0], [0]])
    return _Pieces(
        np.asarray(labels, np.int32),
        origin,
        count,
        names,
        np.stack([left, top, left + width, top + height], axis=1),
        mass[names],
    )


def _gather(boxes: _Boxes, mass: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the heaviest piece and what stands near it, or near what was gathered so far, as indices."""
    members = np.arange(len(mass)) == mass.argmax()
    if len(mass) == 1:
        return np.flatnonzero(members)
    candidates = mass >= _DIGIT.part * mass.max()
    while True:
        left, top, right, bottom = _around(boxes[members])
        across = np.maximum(boxes[:, 0] - right, left - boxes[:, 2])
        down = np.maximum(boxes[:, 1] - bottom, top - boxes[:, 3])
        reach = _DIGIT.reach * max(right - left, bottom - top)
        grown = members | (candidates & (np.maximum(across, down) <= reach))
        if (grown == members).all():
            return np.flatnonzero(members)
        members = grown


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
