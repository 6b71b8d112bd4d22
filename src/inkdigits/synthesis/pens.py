"""Digits of MNIST written again: with another pen, another slant, another size, and what some writers add to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.synthesis.allographs import Forms, draw_form, random_forms

Ink = npt.NDArray[np.float32]  # (h,w), 0 paper to 1 ink
Shape = npt.NDArray[np.uint8]  # (64,64), 0 paper to 255 ink, about 45 pixels tall
_Level = TypeVar("_Level", bound=np.generic)
_Point = npt.NDArray[np.float64]  # (2,): x and y

SIDE = 64  # digits are bent and redrawn at this size
_ZOOM = 2.25  # from MNIST's 28 pixels; a digit is 45 pixels tall there
_CORE = 110  # of 255: what is at least so dark is part of a stroke
_COLUMNS, _ROWS = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))


@dataclass(frozen=True)
class TallOnes:
    """1s that are taller than a hand's other digits and lean more, as those are with which amounts often begin."""

    height: float  # against that of other digits
    slant: float  # shear beside that of other digits
    below: float  # share of what they are taller that hangs below the line


@dataclass(frozen=True)
class Hand:
    """How somebody writes a line."""

    pen: float | None  # width of strokes as a share of a digit's height; None keeps the width that each digit has
    softness: float  # pixels over which a stroke fades into the paper
    slant: float  # shear, positive leans to the right
    narrowness: float  # width of digits against their height; 1 keeps it
    bend: float  # pixels of 64 by which strokes are bent at random
    crosses: float  # how often a 7 is crossed and a 0 slashed
    upstrokes: float  # how often a 1 begins with a long upstroke
    mirrored_nines: float  # how often a 9 is written like a mirrored one, with its stem to the left
    small_zeros: float  # height of a 0 against that of other digits
    ligatures: float  # how often a digit is joined to the next
    gaps: float  # share of a stroke that is missing, where the pen runs dry or draws dashes
    wide_zeros: float  # width of a 0 against what it would be, as those of round amounts are often written
    forms: Forms  # of the digits, where they are not as in MNIST
    tall_ones: TallOnes | None = None


def random_hand(rng: np.random.Generator, *, foreign: float = 0.0) -> Hand:
    """Return some hand, from hair-thin pens to markers; `foreign` says how often it has forms that MNIST lacks."""
    # Six in ten draw the strokes anew, the rest keep those of MNIST; a quarter writes wide zeros.
    return Hand(
        pen=float(np.exp(rng.uniform(np.log(0.035), np.log(0.22)))) if rng.random() < 0.6 else None,
        softness=float(rng.uniform(0.8, 2.0)),
        slant=float(rng.normal(0.08, 0.3)),
        narrowness=float(np.exp(rng.normal(0, 0.13))),
        bend=float(abs(rng.normal(0, 1.1))),
        crosses=float(rng.choice([0.0, 1.0], p=[0.7, 0.3])),
        upstrokes=float(rng.choice([0.0, 1.0], p=[0.6, 0.4])),
        mirrored_nines=float(rng.choice([0.0, 1.0], p=[0.9, 0.1])),
        small_zeros=float(rng.uniform(0.32, 0.85)) if rng.random() < 0.3 else 1.0,
        ligatures=float(rng.uniform(0.2, 1.0)) if rng.random() < 0.18 else 0.0,
        gaps=float(rng.uniform(0.15, 0.4)) if rng.random() < 0.05 else 0.0,  # of hands: their strokes have gaps
        wide_zeros=float(rng.uniform(1.1, 2.2)) if rng.random() < 0.25 else 1.0,
        forms=random_forms(rng) if rng.random() < foreign else (None,) * 10,
    )


def random_height(rng: np.random.Generator) -> float:
    """Return how tall a digit is, in pixels, that is then brought to MNIST's form: 9 to 60, small ones as often."""
    return float(np.exp(rng.uniform(np.log(9.0), np.log(60.0))))


def rewrite(image: npt.NDArray[np.uint8], label: int, height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Write a digit of MNIST again, or one in the form that the hand prefers.

    Strokes are drawn anew about the digit's skeleton (T. Y. Zhang, C. Y. Suen, "A fast parallel algorithm for thinning
    digital patterns", CACM 27, 1984) where the hand has a pen of its own, bent by a smooth random field (P. Simard,
    D. Steinkraus, J. Platt, "Best practices for convolutional neural networks", ICDAR 2003), and sheared and scaled.

    Args:
        image: uint8 (28,28), 0 paper to 255 ink, as MNIST.
        label: which digit it is, 0 to 9.
        height: pixels that a digit of MNIST's full height, 20 pixels, comes to.
        hand: who writes.
        rng: the source of chance.

    Returns:
        float32 (h,w), 0 paper to 1 ink, cropped to the ink.

    """
    form = hand.forms[label]
    if form is not None:
        return draw_strokes(draw_form(label, form, rng), height, hand, rng)
    if label == 9 and rng.random() < hand.mirrored_nines:
        image = np.ascontiguousarray(image[:, ::-1])
    zoom = np.array([[_ZOOM, 0, 0], [0, _ZOOM, 0]])
    shape = np.asarray(cv2.warpAffine(image, zoom, (SIDE, SIDE), flags=cv2.INTER_CUBIC), np.uint8)
    thick = max(1, round(0.1 * 20 * _ZOOM)) if hand.pen is None else 1  # a tenth of the height, as in MNIST
    return write_shape(shape, height, hand, rng, _flourishes(shape, label, hand, thick, rng))


def write_shape(shape: Shape, height: float, hand: Hand, rng: np.random.Generator, extra: Shape | None = None) -> Ink:
    """Write any shape, as `rewrite` writes digits; 45 pixels of it come to `height`, and `extra` has strokes to add."""
    extra = np.zeros_like(shape) if extra is None else extra
    if hand.pen is None:
        ink = np.asarray(np.maximum(shape, extra) / np.float32(255), np.float32)
    else:
        from skimage.morphology import skeletonize  # takes half a second, and few need it

        skeleton = np.asarray(skeletonize(shape > _CORE), np.uint8) | (extra > 0)
        ink = _stroke(skeleton, hand.pen * 20 * _ZOOM, hand.softness)
    return crop(_place(ink, height, hand, rng))


def draw_strokes(
    strokes: Sequence[npt.NDArray[np.floating]], height: float, hand: Hand, rng: np.random.Generator
) -> Ink:
    """Write strokes, (N,2) from 0 to 1, as `rewrite` writes digits of MNIST; `height` is the pixels that 1 comes to."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    for points in strokes:
        places = np.rint(10 + points.astype(np.float64) * 20 * _ZOOM).astype(np.int32)
        cv2.polylines(canvas, [places], isClosed=False, color=1)
    if not canvas.any():
        canvas[SIDE // 2, SIDE // 2] = 1
    pen = hand.pen if hand.pen is not None else float(rng.uniform(0.08, 0.2))
    return crop(_place(_stroke(canvas, pen * 20 * _ZOOM, hand.softness), height, hand, rng))


def crop(ink: Ink) -> Ink:
    """Return ink without the paper about it; at least one pixel."""
    x, y, width, height = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    return ink[y : y + max(1, height), x : x + max(1, width)]


def overlap(canvas: npt.NDArray[_Level], ink: Ink, left: int, top: int) -> tuple[npt.NDArray[_Level], Ink]:
    """Return which part of a canvas ink covers that is laid there, and which part of the ink is on the canvas."""
    first, start = max(top, 0), max(left, 0)
    last = max(first, min(top + ink.shape[0], canvas.shape[0]))
    end = max(start, min(left + ink.shape[1], canvas.shape[1]))
    return canvas[first:last, start:end], ink[first - top : last - top, start - left : end - left]


def _flourishes(shape: Shape, label: int, hand: Hand, thick: int, rng: np.random.Generator) -> Shape:
    """Return strokes to add to a digit: the bar of a 7, the slash of a 0, the upstroke and the foot of a 1."""
    extra = np.zeros_like(shape)
    if label not in (0, 1, 7):
        return extra
    x, y, width, height = cv2.boundingRect((shape > _CORE).astype(np.uint8))
    middle = np.array([x + width / 2, y + height / 2])
    if label == 7 and rng.random() < hand.crosses:
        half = np.array([rng.uniform(6, 11), -rng.uniform(-3, 3)])
        middle += rng.uniform(-1, 3, 2)
        _draw(extra, middle - half, middle + half, thick)
    elif label == 0 and rng.random() < 0.4 * hand.crosses:  # so many of those that cross their 7 slash their 0
        reach = np.array([0.5 * width, -0.5 * height]) * rng.uniform(0.7, 1.1)
        _draw(extra, middle - reach, middle + reach, thick)
    elif label == 1 and width < 0.5 * height and rng.random() < hand.upstrokes:  # a wider 1 has an upstroke already
        _begin_and_end(extra, shape, height, thick, rng)
    return extra


def _begin_and_end(extra: Shape, shape: Shape, height: int, thick: int, rng: np.random.Generator) -> None:
    """Draw the upstroke of a 1, and sometimes its foot."""
    rows = np.flatnonzero(shape.max(axis=1) > _CORE)
    tip = _middle_of(shape, rows[0] + 1)
    length = rng.uniform(0.15, 0.85) * height
    angle = rng.uniform(0.5, 1.15)
    _draw(extra, tip, tip + length * np.array([-np.cos(angle), np.sin(angle)]), thick)
    if rng.random() < 0.3:  # of the ones with an upstroke
        foot, half = _middle_of(shape, rows[-1]), np.array([rng.uniform(4, 9), 0])
        _draw(extra, foot - half, foot + half, thick)


def _middle_of(shape: Shape, row: int) -> _Point:
    """Return the middle of the ink in a row."""
    inked = np.flatnonzero(shape[row] > 90)  # ends of strokes are fainter than their core
    return np.array([inked.mean() if len(inked) else shape.shape[1] / 2, row])


def _draw(canvas: Shape, start: _Point, end: _Point, thick: int) -> None:
    first, last = (tuple(round(float(value)) for value in point) for point in (start, end))
    cv2.line(canvas, first, last, 255, thick)


def _stroke(skeleton: npt.NDArray[np.uint8], width: float, softness: float) -> Ink:
    """Draw strokes of a width about a skeleton."""
    distance = cv2.distanceTransform(1 - skeleton, cv2.DIST_L2, 3)
    return np.asarray(np.clip(0.5 + (width / 2 - distance) / softness, 0, 1), np.float32)


def _place(ink: Ink, height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Bend, shear and scale ink of 64 pixels so that 45 of them become `height`."""
    if hand.gaps:
        wet = cv2.resize(rng.random((13, 13)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        ink = ink * np.clip(4 * (wet - hand.gaps) + 0.5, 0, 1)
    if hand.bend:
        field = rng.normal(0, hand.bend, (2, 5, 5)).astype(np.float32)
        aside, down = (cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for one in field)
        ink = np.asarray(cv2.remap(ink, _COLUMNS + aside, _ROWS + down, cv2.INTER_LINEAR), np.float32)
    scale = height / (20 * _ZOOM)
    slant = hand.slant + float(rng.normal(0, 0.06))
    turn = float(rng.normal(0, 0.07))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = np.array([[scale * hand.narrowness * float(np.exp(rng.normal(0, 0.06))), -slant * scale], [0, scale]])
    matrix = rotation @ shape
    side = int(np.ceil(SIDE * scale * 1.9)) + 4
    across = int(np.ceil(side * max(1.0, hand.narrowness)))
    shift = np.array([across, side]) / 2 - matrix @ np.array([SIDE / 2, SIDE / 2])
    if scale < 0.75:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.35 / scale), np.float32)
    placed = cv2.warpAffine(ink, np.column_stack([matrix, shift]), (across, side), flags=cv2.INTER_LINEAR)
    return np.asarray(np.clip(placed, 0, 1), np.float32)
