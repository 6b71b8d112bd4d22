"""Digits of MNIST written again: with another pen, another slant, another size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.synthesis.allographs import Forms, Points, draw_form, random_forms
from inkdigits.synthesis.flourishes import CORE, flourishes

__all__ = ["SIDE", "Hand", "Ink", "crop", "draw_strokes", "random_hand", "random_height", "rewrite", "write_shape"]

Ink = npt.NDArray[np.float32]  # (h,w), 0 paper to 1 ink
Shape = npt.NDArray[np.uint8]  # (64,64), 0 paper to 255 ink, about 45 pixels tall

SIDE = 64  # digits are bent and redrawn at this size
_ZOOM = 2.25  # from MNIST's 28 pixels; a digit is 45 pixels tall there
_COLUMNS, _ROWS = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))


@dataclass(frozen=True)
class Hand:
    """How somebody writes a line.

    Attributes:
        pen: width of the strokes as a share of a digit's height; None keeps the width that each digit has.
        softness: pixels over which a stroke fades into the paper.
        slant: shear, positive leans to the right.
        narrowness: width of digits against their height; 1 keeps it.
        bend: pixels of 64 by which strokes are bent at random.
        crosses: how often a 7 is crossed and a 0 slashed.
        upstrokes: how often a 1 begins with a long upstroke.
        mirrored_nines: how often a 9 is written like a mirrored one, with its stem to the left.
        small_zeros: height of a 0 against that of other digits.
        wide_zeros: width of a 0 against what it would be, as those of round amounts are often written.
        ligatures: how often a digit is joined to the next.
        gaps: share of a stroke that is missing, where the pen runs dry or draws dashes.
        forms: of the digits, where they are not as in MNIST.

    """

    pen: float | None
    softness: float
    slant: float
    narrowness: float
    bend: float
    crosses: float
    upstrokes: float
    mirrored_nines: float
    small_zeros: float
    ligatures: float
    gaps: float = 0.0
    wide_zeros: float = 1.0
    forms: Forms = (None,) * 10


def random_hand(rng: np.random.Generator, *, foreign: float = 0.0) -> Hand:
    """Return some hand, from hair-thin pens to markers.

    Args:
        rng: the source of chance.
        foreign: how often it writes digits in forms that MNIST does not have, 0 to 1.

    """
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
    return float(np.exp(rng.uniform(np.log(9.0), np.log(60.0))))  # pixels


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
    extra = flourishes(shape, label, hand.crosses, hand.upstrokes, thick, rng)
    return write_shape(shape, height, hand, rng, extra)


def write_shape(
    shape: Shape,
    height: float,
    hand: Hand,
    rng: np.random.Generator,
    extra: Shape | None = None,
) -> Ink:
    """Write any shape, as `rewrite` writes digits.

    Args:
        shape: uint8 (64,64), 0 paper to 255 ink, about 45 pixels tall.
        height: pixels that 45 come to.
        hand: who writes.
        rng: the source of chance.
        extra: uint8 (64,64), strokes to add, one pixel wide.

    """
    extra = np.zeros_like(shape) if extra is None else extra
    if hand.pen is None:
        ink = np.asarray(np.maximum(shape, extra) / np.float32(255), np.float32)
    else:
        from skimage.morphology import skeletonize  # takes half a second, and few need it

        skeleton = np.asarray(skeletonize(shape > CORE), np.uint8) | (extra > 0)
        ink = _stroke(skeleton, hand.pen * 20 * _ZOOM, hand.softness)
    return crop(_place(ink, height, hand, rng))


def draw_strokes(strokes: list[Points], height: float, hand: Hand, rng: np.random.Generator) -> Ink:
    """Write strokes, as `rewrite` writes digits of MNIST.

    Args:
        strokes: each the points of one, x and y from 0 to 1.
        height: pixels that 1 comes to.
        hand: who writes.
        rng: the source of chance.

    """
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    for points in strokes:
        places = np.rint(10 + points * 20 * _ZOOM).astype(np.int32)
        cv2.polylines(canvas, [places], isClosed=False, color=1)
    if not canvas.any():
        canvas[SIDE // 2, SIDE // 2] = 1
    pen = hand.pen if hand.pen is not None else float(rng.uniform(0.08, 0.2))
    return crop(_place(_stroke(canvas, pen * 20 * _ZOOM, hand.softness), height, hand, rng))


def crop(ink: Ink) -> Ink:
    """Return ink without the paper about it; at least one pixel."""
    x, y, width, height = cv2.boundingRect((ink > 0.1).astype(np.uint8))
    return ink[y : y + max(1, height), x : x + max(1, width)]


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
