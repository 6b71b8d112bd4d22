"""Ink to the glyph of the one digit on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

_Ink: TypeAlias = npt.NDArray[np.float32]
_Boxes: TypeAlias = npt.NDArray[np.int64]  # (N,4): left, top, right, bottom; right and bottom exclusive

_CORE = 0.5  # how dark a piece of ink is somewhere; a smudge is not
_PART = 0.03  # of a digit's ink: its smallest part that stands apart


@dataclass(frozen=True)
class Glyph:
    """What may be one digit."""

    box: tuple[int, int, int, int]  # left, top, width and height on the page of ink, in its pixels
    ink: _Ink  # (height,width), 0 paper to 1 ink, without the ink of its neighbours
    # Sum of the ink of its heaviest piece; 0 if that goes from one border of the page to the opposite one, as a frame
    # does, or the edge of a sheet.
    in_one_piece: float


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
    if not across or inked.max() < _CORE:
        return None
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask[part], connectivity=8)
    if count == 2:  # the paper and one piece, as in most drawings
        return Glyph((x, y, across, down), inked, _unless_across(float(inked.sum()), across, down, ink.shape))
    mass = np.bincount(labels.ravel(), inked.ravel(), count).astype(np.float64, copy=False)
    mass[np.bincount(labels[inked >= _CORE], minlength=count) == 0] = 0
    mass[0] = 0  # the paper
    pieces = _heaviest(mass)
    left, top, width, height = stats[pieces, :4].astype(np.int64).T
    boxes = np.stack([left, top, left + width, top + height], axis=1)
    members = _gather(boxes, _of_digits(mass[pieces], boxes + np.array([x, y, x, y]), ink.shape))
    left, top, right, bottom = _around(boxes[members])
    mine = np.zeros(count, bool)
    mine[pieces[members]] = True
    own = np.where(mine[labels[top:bottom, left:right]], inked[top:bottom, left:right], np.float32(0))
    heaviest = pieces[members][mass[pieces[members]].argmax()]
    width, height = stats[heaviest, 2:4].tolist()
    box = x + left, y + top, right - left, bottom - top
    return Glyph(box, own, _unless_across(float(mass[heaviest]), width, height, ink.shape))


def _unless_across(mass: float, width: int, height: int, page: tuple[int, ...]) -> float:
    return 0.0 if width == page[1] or height == page[0] else mass


def _heaviest(mass: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return which pieces of ink are no specks; of more than so many, which are a texture, the heaviest."""
    heaviest = np.sort(np.argsort(mass)[-1000:])
    return np.asarray(heaviest[mass[heaviest] > _PART**2 * mass.max()], np.int64)


def _of_digits(mass: npt.NDArray[np.float64], boxes: _Boxes, page: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return the masses of pieces, 0 where the border of the page cuts one, unless the others have too little ink."""
    left, top, right, bottom = boxes.T
    cut = (left == 0) | (top == 0) | (right == page[1]) | (bottom == page[0])
    whole = np.where(cut, 0, mass)
    fair = 0.3  # of the ink of a frame or a neighbour that the border cuts
    return whole if whole.max() >= fair * mass.max() else mass


def _gather(boxes: _Boxes, mass: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which is the heaviest piece, or stands near it, or near what was gathered so far."""
    members = np.asarray(np.arange(len(mass)) == mass.argmax(), np.bool_)
    if len(mass) == 1:
        return members
    candidates = mass >= _PART * mass.max()
    while True:
        left, top, right, bottom = _around(boxes[members])
        across = np.maximum(boxes[:, 0] - right, left - boxes[:, 2])
        down = np.maximum(boxes[:, 1] - bottom, top - boxes[:, 3])
        reach = 0.5 * max(right - left, bottom - top)  # a part stands no further off than that
        grown = members | (candidates & (np.maximum(across, down) <= reach))
        if (grown == members).all():
            return members
        members = grown


def _around(boxes: _Boxes) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom of the box around boxes."""
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    return int(left), int(top), int(right), int(bottom)
