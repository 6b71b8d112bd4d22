"""Lines of digits with known truth, as people write them and cameras see them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.line_crop import CROP_HEIGHT, DIGIT_HEIGHT
from inkdigits.synthesis.composition import Part, compose_line
from inkdigits.synthesis.papers import expose, random_paper
from inkdigits.synthesis.pens import Ink, overlap
from inkdigits.synthesis.writers import Hands, Writer

Box = tuple[float, float, float, float]  # left, top, right, bottom
_FAR = 1e4  # pixels


@dataclass(frozen=True)
class WrittenLine:
    """A line with its truth."""

    grey: npt.NDArray[np.uint8]  # (40,W), dark ink on light paper
    labels: npt.NDArray[np.int64]  # (N,): its digits and marks from the left, `NON_DIGIT` for each letter or scribble
    boxes: npt.NDArray[np.float32]  # (N,4): left, top, right and bottom of each, in pixels of `grey`


def write_line(hands: Hands, rng: np.random.Generator) -> WrittenLine:
    """Write a line by one of the hands, and what comes with digits on real paper."""
    writer = hands.writer(rng)
    height = DIGIT_HEIGHT * float(np.exp(rng.normal(0, 0.18)))
    parts = compose_line(writer, height, rng)
    places, width = _lay_out(parts, height, rng)
    ink = np.zeros((CROP_HEIGHT, width), np.float32)
    strength = float(rng.uniform(0.75, 1.0)) if rng.random() < 0.5 else 1.0
    boxes = []
    for part, (left, top) in zip(parts, places, strict=True):
        darkness = 1.0 if strength == 1.0 else float(rng.uniform(strength - 0.2, strength))
        visible = _lay(ink, part.ink * darkness, left, top)
        if part.label is not None:
            boxes.append((part.label, left, top, left + part.ink.shape[1], top + part.ink.shape[0], visible))
    _join(ink, parts, places, height, writer, rng)
    _add_neighbours(ink, writer, height, rng)
    grey = _on_paper(ink, [box[1:5] for box in boxes if box[0] < 10], rng)
    kept = sorted((box for box in boxes if box[5] > 0.6), key=lambda box: box[1] + box[3])
    corner = np.array([width, CROP_HEIGHT, width, CROP_HEIGHT], np.float32)
    truth = np.array([box[1:5] for box in kept], np.float32).reshape(-1, 4).clip(0, corner)
    return WrittenLine(expose(grey, rng), np.array([box[0] for box in kept], np.int64), truth)


def _lay_out(parts: list[Part], height: float, rng: np.random.Generator) -> tuple[list[tuple[int, int]], int]:
    """Return the left and top of each part, and the width of the band."""
    middle = CROP_HEIGHT / 2 + float(rng.normal(0, 2.0))
    slope = float(rng.normal(0, 0.035))
    x = float(rng.choice([rng.uniform(0, 4), rng.uniform(4, 30)]))
    lefts = _lefts(parts, x, kerned=rng.random() < 0.6)
    end = max((left + part.ink.shape[1] for part, left in zip(parts, lefts, strict=True)), default=x)
    width = round(end + float(rng.choice([rng.uniform(0, 4), rng.uniform(4, 30)])))
    width = max(width, int(rng.integers(16, 48)))
    places = []
    for part, left in zip(parts, lefts, strict=True):
        baseline = middle + height / 2 + slope * (left - width / 2) - part.lift
        places.append((round(left), round(baseline - part.ink.shape[0])))
    return places, width


def _lefts(parts: list[Part], x: float, *, kerned: bool) -> list[float]:
    """Return where each part begins; kerned, gaps are between ink and ink, and a 0 may stand under the bar of a 7."""
    lefts: list[float] = []
    edges = [_edges(part) for part in parts] if kerned else []
    for place, part in enumerate(parts):
        left = x + part.gap
        if kerned and place:
            reach = float((edges[place - 1][1] - edges[place][0]).max())
            advance = max(reach, 0.35 * parts[place - 1].ink.shape[1])  # of its width: the next does not begin before
            left = lefts[-1] + advance + part.gap if reach > -_FAR / 2 else left
        lefts.append(left)
        x = left + part.ink.shape[1]
    return lefts


def _edges(part: Part) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return where the ink of a part begins and ends, at each height above the baseline and a little beside it.

    It begins far to the right, and ends far to the left, where there is none.
    """
    begins = np.full((2 * CROP_HEIGHT, 1), _FAR, np.float32)
    ends = np.full_like(begins, -_FAR)
    inked = part.ink > 0.3  # of full ink
    for row in np.flatnonzero(inked.any(axis=1)):
        columns = np.flatnonzero(inked[row])
        height = int(np.clip(row - inked.shape[0] - round(part.lift) + 1.5 * CROP_HEIGHT, 0, len(begins) - 1))
        begins[height], ends[height] = columns[0], columns[-1] + 1
    near = 5  # pixels up and down in which ink is beside other ink
    beside = np.ones((near, 1), np.uint8)
    nearest = cv2.erode(begins, beside, borderType=cv2.BORDER_REPLICATE)
    furthest = cv2.dilate(ends, beside, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(nearest[:, 0], np.float32), np.asarray(furthest[:, 0], np.float32)


def _join(
    ink: Ink, parts: list[Part], places: list[tuple[int, int]], height: float, writer: Writer, rng: np.random.Generator
) -> None:
    """Draw the strokes by which some hands join a digit to the next."""
    thick = max(1, round((writer.hand.pen or 0.1) * height))
    for (one, (left, top)), (other, (next_left, next_top)) in pairwise(zip(parts, places, strict=True)):
        if not (_is_digit(one) and _is_digit(other)) or rng.random() >= writer.hand.ligatures:
            continue
        start = left + round(0.85 * one.ink.shape[1]), top + round(rng.uniform(0.05, 1) * one.ink.shape[0])
        end_y = next_top + round(rng.uniform(0.05, 0.9) * other.ink.shape[0])
        end = next_left + round(0.15 * other.ink.shape[1]), end_y
        if abs(end[0] - start[0]) < 0.8 * height:
            cv2.line(ink, start, end, 1.0, thick, cv2.LINE_AA)


def _is_digit(part: Part) -> bool:
    return part.label is not None and part.label < 10


def _lay(canvas: Ink, ink: Ink, left: int, top: int) -> float:
    """Lay ink on a canvas where it belongs; return which share of it is on the canvas."""
    below, part = overlap(canvas, ink, left, top)
    np.maximum(below, part, out=below)
    return float(part.sum() / max(float(ink.sum()), 1e-6))


def _add_neighbours(ink: Ink, writer: Writer, height: float, rng: np.random.Generator) -> None:
    """Let digits of the lines above, below and beside be cut by the border of the band."""
    if rng.random() > 0.22:
        return
    side = rng.random()
    for _ in range(int(rng.integers(1, 5)) if side < 0.7 else 1):
        other = writer.digit(int(rng.integers(10)), height, rng)
        if side < 0.7:
            shown = int(rng.integers(1, 7))
            top = shown - other.shape[0] if side < 0.35 else ink.shape[0] - shown
            _lay(ink, other, int(rng.integers(-5, ink.shape[1])), top)
        else:
            shown = max(1, round(other.shape[1] * rng.uniform(0.1, 0.35)))
            left = shown - other.shape[1] if side < 0.85 else ink.shape[1] - shown
            if not ink[:, : shown + 2].any() if side < 0.85 else not ink[:, -shown - 2 :].any():
                _lay(ink, other, left, round((ink.shape[0] - other.shape[0]) / 2))


def _on_paper(ink: Ink, boxes: list[Box], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return ink on paper, with what is printed there."""
    paper = random_paper(ink.shape[0], ink.shape[1], rng)
    faint = rng.random() < 0.15
    contrast = np.float32(rng.uniform(14, 45) if faint else rng.uniform(45, 230))
    printed = np.zeros(ink.shape, np.float32)
    _print_rules(printed, boxes, rng)
    other = np.float32(contrast * rng.uniform(0.25, 1.2))
    dark = np.float32(rng.uniform(0, 60))
    levels = paper - np.maximum(ink * contrast, printed * other)
    return np.asarray(np.maximum(levels, np.minimum(dark, paper - 14)), np.float32)


def _print_rules(printed: Ink, boxes: list[Box], rng: np.random.Generator) -> None:
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
        _print_boxes(printed, boxes, thick, rng)
    elif kind < 0.46:
        for _ in range(int(rng.integers(1, 4))):
            x = int(rng.uniform(0, width))
            cv2.line(printed, (x, 0), (x + int(rng.normal(0, 2)), band), float(rng.uniform(0.4, 1)), thick, cv2.LINE_AA)


def _print_boxes(printed: Ink, boxes: list[Box], thick: int, rng: np.random.Generator) -> None:
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
