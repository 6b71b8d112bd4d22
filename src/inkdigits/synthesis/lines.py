"""Lines of digits with known truth, as people write them and cameras see them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.bands import BAND_HEIGHT, DIGIT_HEIGHT, SIGN
from inkdigits.synthesis.clutter import random_sign, separator
from inkdigits.synthesis.papers import expose, random_paper
from inkdigits.synthesis.pens import Hand, Ink, draw_strokes, random_hand, rewrite

__all__ = ["WrittenLine", "write_line"]

_LONGEST = 9
_LENGTHS = np.array([0.18, 0.16, 0.07, 0.11, 0.12, 0.12, 0.11, 0.07, 0.04, 0.02])  # of lines with 0 to 9 digits
_SPACINGS = [0.4, 0.45, 0.15]  # touching, usual, wide
_REPEATING, _SEPARATED, _GROWING, _ENDING = 0.2, 0.35, 0.2, 0.3  # shares of lines
_FOREIGN = 0.5  # of the hands
_WITH_STRANGERS = 0.08  # of lines with digits
_EMPTY = 0.1  # of lines without


@dataclass(frozen=True)
class WrittenLine:
    """A line with its truth.

    Attributes:
        grey: uint8 (40,W), dark ink on light paper.
        labels: int64 (N,): its digits from the left, and `SIGN` for each letter or scribble.
        boxes: float32 (N,4): left, top, right and bottom of each, in pixels of `grey`.

    """

    grey: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]


@dataclass
class _Part:
    """Something written: a digit, or what is none."""

    ink: Ink
    label: int | None  # a digit, SIGN, or nothing that is read
    gap: float  # pixels before it
    lift: float  # pixels that its bottom stands above the baseline


def write_line(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], rng: np.random.Generator) -> WrittenLine:
    """Write a line with some digits of a data set, and what comes with digits on real paper.

    Args:
        images: uint8 (N,28,28), 0 paper to 255 ink, as MNIST.
        labels: int64 (N,).
        rng: the source of chance.

    """
    hand = random_hand(rng, foreign=_FOREIGN)
    height = DIGIT_HEIGHT * float(np.exp(rng.normal(0, 0.18)))
    parts = _compose(images, labels, height, hand, rng)
    places, width = _lay_out(parts, height, rng)
    ink = np.zeros((BAND_HEIGHT, width), np.float32)
    strength = float(rng.uniform(0.75, 1.0)) if rng.random() < 0.5 else 1.0
    boxes = []
    for part, (left, top) in zip(parts, places, strict=True):
        darkness = 1.0 if strength == 1.0 else float(rng.uniform(strength - 0.2, strength))
        visible = _lay(ink, part.ink * darkness, left, top)
        if part.label is not None:
            boxes.append((part.label, left, top, left + part.ink.shape[1], top + part.ink.shape[0], visible))
    _join(ink, parts, places, height, hand, rng)
    _add_neighbours(ink, images, labels, height, hand, rng)
    grey = _on_paper(ink, [box[1:5] for box in boxes], height, rng)
    kept = [box for box in boxes if box[5] > 0.6]
    kept.sort(key=lambda box: box[1] + box[3])
    truth = np.array([box[1:5] for box in kept], np.float32).reshape(-1, 4)
    truth[:, 0::2] = truth[:, 0::2].clip(0, width)
    truth[:, 1::2] = truth[:, 1::2].clip(0, BAND_HEIGHT)
    return WrittenLine(expose(grey, rng), np.array([box[0] for box in kept], np.int64), truth)


def _compose(
    images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64], height: float, hand: Hand, rng: np.random.Generator
) -> list[_Part]:
    """Return what the line says, from the left."""
    count = int(rng.choice(_LONGEST + 1, p=_LENGTHS))
    spacings = rng.normal(0.02, 0.08), rng.normal(0.18, 0.12), rng.uniform(0.3, 1.3)
    spacing = float(rng.choice(spacings, p=_SPACINGS))
    unrest = abs(float(rng.normal(0, 0.05)))
    repeat = rng.random() < _REPEATING
    parts = _strangers(count, height, hand, rng)
    separated = rng.random() < _SEPARATED
    raised = float(rng.uniform(0, 0.9))
    growth = float(rng.normal(0, 0.35)) if rng.random() < _GROWING else 0.0
    which = -1
    for place in range(count):
        if repeat and place and rng.random() < 0.7:
            label = labels[which]
            which = int(rng.choice(np.flatnonzero(labels[:2000] == label)))
        else:
            which = int(rng.integers(len(images)))
        size = height * float(np.exp(rng.normal(0, 0.1) + growth * (place / max(1, count - 1) - 0.5)))
        size *= hand.small_zeros if labels[which] == 0 else 1.0
        ink = rewrite(images[which], int(labels[which]), size, hand, rng)
        gap = height * (spacing + float(rng.normal(0, 0.09)) + (0.05 if labels[which] == 1 else 0.0))
        lift = height * float(rng.normal(0, unrest))
        if labels[which] == 0 and hand.small_zeros < 1:
            lift += raised * (height - size)
        parts.append(_Part(ink, int(labels[which]), gap, lift))
        if separated and place < count - 1 and ((count - place - 1) % 3 == 0 or rng.random() < 0.05):
            sign = separator(height, hand, rng)
            parts.append(_Part(sign, None, height * rng.uniform(-0.02, 0.25), height * rng.normal(-0.03, 0.06)))
    if count and rng.random() < _ENDING:
        parts.extend(_ending(height, hand, rng))
    return parts


def _strangers(count: int, height: float, hand: Hand, rng: np.random.Generator) -> list[_Part]:
    """Return letters and signs: all that is in a line without digits, and at the beginning of some with."""
    parts: list[_Part] = []
    if count == 0 or rng.random() < _WITH_STRANGERS:
        for _ in range(_signs(rng) if count == 0 else int(rng.integers(1, 3))):
            sign = random_sign(height, hand, rng)
            parts.append(_Part(sign, SIGN, height * abs(rng.normal(0.2, 0.2)), height * rng.normal(0, 0.03)))
        if rng.random() < _EMPTY and count == 0:
            return []
    return parts


def _signs(rng: np.random.Generator) -> int:
    """Return how many signs stand in a line without digits: often one, where a digit could be."""
    return 1 if rng.random() < 0.5 else int(rng.integers(2, 7))


def _ending(height: float, hand: Hand, rng: np.random.Generator) -> list[_Part]:
    """Return what closes an amount: a stroke, ".-", "=", a full stop."""
    parts = []
    if rng.random() < 0.5:
        sign = separator(height, hand, rng)
        parts.append(_Part(sign, None, height * rng.uniform(0, 0.3), height * rng.normal(0, 0.05)))
    if rng.random() < 0.75:
        length, rise = rng.uniform(0.2, 1.6), rng.normal(0, 0.06)
        strokes = [np.array([[0.0, 0.5], [length / 2, 0.5 + rng.normal(0, 0.06)], [length, 0.5 + rise]])]
        if rng.random() < 0.3:
            strokes.append(strokes[0] + (0.0, rng.uniform(0.15, 0.3)))
        dash = draw_strokes(strokes, height, hand, rng)
        parts.append(_Part(dash, None, height * rng.uniform(0.05, 0.5), height * rng.uniform(0.1, 0.55)))
    return parts


def _lay_out(parts: list[_Part], height: float, rng: np.random.Generator) -> tuple[list[tuple[int, int]], int]:
    """Return the left and top of each part, and the width of the band."""
    middle = BAND_HEIGHT / 2 + float(rng.normal(0, 2.0))
    slope = float(rng.normal(0, 0.035))
    x = float(rng.choice([rng.uniform(0, 4), rng.uniform(4, 30)]))
    lefts = []
    for part in parts:
        x += part.gap
        lefts.append(x)
        x += part.ink.shape[1]
    width = round(x + float(rng.choice([rng.uniform(0, 4), rng.uniform(4, 30)])))
    width = max(width, int(rng.integers(16, 48)))
    places = []
    for part, left in zip(parts, lefts, strict=True):
        baseline = middle + height / 2 + slope * (left - width / 2) - part.lift
        places.append((round(left), round(baseline - part.ink.shape[0])))
    return places, width


def _join(
    ink: Ink, parts: list[_Part], places: list[tuple[int, int]], height: float, hand: Hand, rng: np.random.Generator
) -> None:
    """Draw the strokes by which some hands join a digit to the next."""
    thick = max(1, round((hand.pen or 0.1) * height))
    for place in range(len(parts) - 1):
        one, other = parts[place], parts[place + 1]
        if one.label is None or other.label is None or rng.random() >= hand.ligatures:
            continue
        (left, top), (next_left, next_top) = places[place], places[place + 1]
        start = left + round(0.85 * one.ink.shape[1]), top + round(rng.uniform(0.05, 0.5) * one.ink.shape[0])
        end = (
            next_left + round(0.15 * other.ink.shape[1]),
            next_top + round(rng.uniform(0.05, 0.5) * other.ink.shape[0]),
        )
        if abs(end[0] - start[0]) < 0.8 * height:
            cv2.line(ink, start, end, 1.0, thick, cv2.LINE_AA)


def _lay(canvas: Ink, ink: Ink, left: int, top: int) -> float:
    """Lay ink on a canvas where it belongs; return which share of it is on the canvas."""
    height, width = ink.shape
    rows = slice(max(top, 0), min(top + height, canvas.shape[0]))
    columns = slice(max(left, 0), min(left + width, canvas.shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return 0.0
    part = ink[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    np.maximum(canvas[rows, columns], part, out=canvas[rows, columns])
    return float(part.sum() / max(float(ink.sum()), 1e-6))


def _add_neighbours(
    ink: Ink,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    height: float,
    hand: Hand,
    rng: np.random.Generator,
) -> None:
    """Let digits of the lines above, below and beside be cut by the border of the band."""
    if rng.random() > 0.22:
        return
    side = rng.random()
    for _ in range(int(rng.integers(1, 5)) if side < 0.7 else 1):
        which = int(rng.integers(len(images)))
        other = rewrite(images[which], int(labels[which]), height, hand, rng)
        if side < 0.7:
            shown = int(rng.integers(1, 7))
            top = shown - other.shape[0] if side < 0.35 else ink.shape[0] - shown
            _lay(ink, other, int(rng.integers(-5, ink.shape[1])), top)
        else:
            shown = max(1, round(other.shape[1] * rng.uniform(0.1, 0.35)))
            left = shown - other.shape[1] if side < 0.85 else ink.shape[1] - shown
            if not ink[:, : shown + 2].any() if side < 0.85 else not ink[:, -shown - 2 :].any():
                _lay(ink, other, left, round((ink.shape[0] - other.shape[0]) / 2))


def _on_paper(
    ink: Ink, boxes: list[tuple[float, float, float, float]], height: float, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Return ink on paper, with what is printed there."""
    paper = random_paper(ink.shape[0], ink.shape[1], rng)
    faint = rng.random() < 0.15
    contrast = np.float32(rng.uniform(14, 45) if faint else rng.uniform(45, 230))
    printed = np.zeros(ink.shape, np.float32)
    _print_rules(printed, boxes, height, rng)
    other = np.float32(contrast * rng.uniform(0.25, 1.2))
    dark = np.float32(rng.uniform(0, 60))
    levels = paper - np.maximum(ink * contrast, printed * other)
    return np.asarray(np.maximum(levels, np.minimum(dark, paper - 14)), np.float32)


def _print_rules(
    printed: Ink, boxes: list[tuple[float, float, float, float]], height: float, rng: np.random.Generator
) -> None:
    """Draw a rule below, above or through, or boxes about the digits."""
    band, width = printed.shape
    kind = rng.random()
    thick = int(rng.choice([1, 1, 2, 3]))
    if kind < 0.28:
        for _ in range(int(rng.integers(1, 3))):
            y = int(rng.choice([rng.normal(33, 3), rng.normal(5, 3), rng.uniform(0, band)], p=[0.6, 0.25, 0.15]))
            tilt = int(rng.normal(0, 2))
            cv2.line(printed, (0, y), (width, y + tilt), float(rng.uniform(0.4, 1)), thick, cv2.LINE_AA)
    elif kind < 0.42 and boxes:
        _print_boxes(printed, boxes, height, thick, rng)
    elif kind < 0.46:
        for _ in range(int(rng.integers(1, 4))):
            x = int(rng.uniform(0, width))
            cv2.line(printed, (x, 0), (x + int(rng.normal(0, 2)), band), float(rng.uniform(0.4, 1)), thick, cv2.LINE_AA)


def _print_boxes(
    printed: Ink, boxes: list[tuple[float, float, float, float]], height: float, thick: int, rng: np.random.Generator
) -> None:
    """Draw a box about each digit, or one about all, whole or broken."""
    top = int(min(box[1] for box in boxes) - rng.uniform(-3, 6))
    bottom = int(max(box[3] for box in boxes) + rng.uniform(-3, 6))
    shade = float(rng.uniform(0.4, 1))
    edges = [boxes[0][0] - rng.uniform(1, 7)]
    if rng.random() < 0.7:
        edges += [(one[2] + other[0]) / 2 + rng.normal(0, 1) for one, other in pairwise(boxes)]
    edges.append(boxes[-1][2] + rng.uniform(1, 7))
    for edge in edges:
        if rng.random() < 0.93:
            cv2.line(printed, (int(edge), top), (int(edge), bottom), shade, thick)
    for y in (top, bottom):
        if rng.random() < 0.93:
            cv2.line(printed, (int(edges[0]), y), (int(edges[-1]), y), shade, thick)
    if rng.random() < 0.3:
        printed *= (cv2.resize(rng.random((5, 12)).astype(np.float32), printed.shape[::-1]) > 0.3).astype(np.float32)
