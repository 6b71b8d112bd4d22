"""Whole pictures of digits with known truth: single digits, strings, rows of boxes, pages, at levels of trouble."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.synthesis.clutter import random_sign, separator
from inkdigits.synthesis.levels import Level
from inkdigits.synthesis.papers import expose, random_paper
from inkdigits.synthesis.pens import Hand, Ink, random_hand, rewrite

__all__ = ["KINDS", "Kind", "WrittenPicture", "write_picture"]

Kind = Literal["single", "string", "boxes", "page", "nothing"]
# Of the ink's contrast: more of a pattern, or of noise, and a person would not find the digits either.
_STRONGEST, _NOISIEST = 0.45, 0.12
_SLANT, _DRIEST = 0.45, 0.2  # shear, and share of a stroke that is missing, at most

KINDS: tuple[Kind, ...] = ("single", "string", "boxes", "page", "nothing")


@dataclass(frozen=True)
class WrittenPicture:
    """A picture with its truth.

    Attributes:
        grey: uint8 (H,W), 0 black to 255 white.
        lines: the digits of each line, from the top; none in a picture of nothing.
        kind: what is on it.

    """

    grey: npt.NDArray[np.uint8]
    lines: tuple[str, ...]
    kind: Kind


@dataclass
class _Sheet:
    """Ink and print before they are on paper."""

    ink: Ink
    printed: Ink


def write_picture(
    kind: Kind,
    level: Level,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> WrittenPicture:
    """Write a picture with digits of a data set.

    Args:
        kind: what to write.
        level: how much trouble to add.
        images: uint8 (N,28,28), 0 paper to 255 ink, as MNIST.
        labels: int64 (N,).
        rng: the source of chance.

    """
    hand = _legible(random_hand(rng, foreign=level.foreign), level)
    digits = _Digits(images, labels, hand, rng)
    most = level.largest if kind in ("single", "nothing") else 0.5 * level.largest
    height = float(np.exp(rng.uniform(np.log(level.smallest), np.log(most))))
    write = {"single": _single, "string": _string, "boxes": _boxes, "page": _page, "nothing": _nothing}[kind]
    sheet, lines = write(digits, height, level, rng)
    if kind != "boxes" and rng.random() < level.ruled:
        _rule(sheet.printed, height, rng)
    contrast = float(rng.uniform(14, 40) if rng.random() < level.faint else rng.uniform(60, 220))
    grey = _develop(sheet, height, contrast, level, rng)
    if kind == "page" and level.perspective:
        grey = _turn(grey, level.perspective, rng)
    if rng.random() < 0.12:
        grey = 255 - grey
    exposed = expose(grey.astype(np.float32), rng, noisiest=min(9.0, _NOISIEST * contrast))
    return WrittenPicture(exposed, tuple(lines), kind)


@dataclass
class _Digits:
    """Digits of a data set, written by one hand."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    hand: Hand
    rng: np.random.Generator

    def write(self, height: float) -> tuple[str, Ink]:
        """Return some digit and its ink."""
        which = int(self.rng.integers(len(self.images)))
        size = height * float(np.exp(self.rng.normal(0, 0.06)))
        label = int(self.labels[which])
        size *= self.hand.small_zeros if label == 0 else 1.0
        return str(label), rewrite(self.images[which], label, size, self.hand, self.rng)


def _legible(hand: Hand, level: Level) -> Hand:
    """Return a hand whose digits a person can tell: the trouble of pictures is in paper, light and print."""
    return replace(
        hand,
        slant=float(np.clip(hand.slant, -_SLANT, _SLANT)),
        bend=0.5 * hand.bend,
        mirrored_nines=0.0,
        ligatures=0.0,
        gaps=min(hand.gaps, _DRIEST) if level.paper > 1 else 0.0,
    )


def _blank(height: int, width: int) -> _Sheet:
    return _Sheet(np.zeros((height, width), np.float32), np.zeros((height, width), np.float32))


def _single(digits: _Digits, height: float, level: Level, rng: np.random.Generator) -> tuple[_Sheet, list[str]]:
    label, ink = digits.write(height)
    room = height * float(rng.choice([rng.uniform(1.3, 1.8), rng.uniform(1.8, 4)]))
    boxed = rng.random() < level.boxed
    side = round(max(room, 1.25 * max(ink.shape)) if not boxed else max(room, 1.9 * max(ink.shape)))
    sheet = _blank(side, round(side * float(rng.uniform(0.9, 1.4))))
    loose = np.array(sheet.ink.shape) - ink.shape
    top, left = (loose * (0.5 + rng.uniform(-0.25, 0.25, 2) * (0.4 if boxed else 1))).astype(int)
    _lay(sheet.ink, ink, int(left), int(top))
    if boxed:
        margin = height * rng.uniform(0.12, 0.4)
        box = (left - margin, top - margin, left + ink.shape[1] + margin, top + ink.shape[0] + margin)
        _frame(sheet.printed, box, height, rng)
    elif rng.random() < level.neighbours:
        _, other = digits.write(height)
        shown = max(1, round(other.shape[1] * rng.uniform(0.1, 0.4)))
        if left - shown > 0.12 * height:
            _lay(sheet.ink, other, shown - other.shape[1], int(top))
    return sheet, [label]


def _string(digits: _Digits, height: float, level: Level, rng: np.random.Generator) -> tuple[_Sheet, list[str]]:
    label, parts = _line(digits, int(rng.integers(2, 11)), height, level, rng)
    width = max(left + ink.shape[1] for left, _, ink in parts)
    tall = max(top + ink.shape[0] for _, top, ink in parts) - min(top for _, top, _ in parts)
    margin = height * rng.uniform(0.15, 1.2, 2)
    sheet = _blank(round(tall + 2 * margin[0]), round(width + 2 * margin[1]))
    above = margin[0] - min(top for _, top, _ in parts)
    for left, top, ink in parts:
        _lay(sheet.ink, ink, round(left + margin[1]), round(top + above))
    return sheet, [label]


def _line(
    digits: _Digits, count: int, height: float, level: Level, rng: np.random.Generator
) -> tuple[str, list[tuple[float, float, Ink]]]:
    """Return the text of a line and its parts with their places, the baseline at 0 on the left."""
    spacing = float(rng.choice([rng.normal(0.05, 0.05), rng.uniform(0.1, 0.45)]))
    slope, signs = float(rng.normal(0, level.tilt)), rng.random() < level.signs
    text, parts, x = "", [], 0.0
    for place in range(count):
        label, ink = digits.write(height)
        text += label
        x += max(height * float(rng.normal(spacing, 0.06)), -0.1 * height) if place else 0.0
        parts.append((x, slope * x - ink.shape[0] + height * float(rng.normal(0, 0.03)), ink))
        x += ink.shape[1]
        if signs and place < count - 1 and (count - place - 1) % 3 == 0:
            sign = separator(height, digits.hand, rng)
            x += 0.08 * height
            parts.append((x, slope * x - 0.8 * sign.shape[0], sign))
            x += sign.shape[1] + 0.05 * height
    return text, parts


def _boxes(digits: _Digits, height: float, level: Level, rng: np.random.Generator) -> tuple[_Sheet, list[str]]:
    count = int(rng.integers(4, 13))
    cell = height * rng.uniform(1.35, 1.9)
    gap = cell * float(rng.choice([0.0, rng.uniform(0.1, 0.4)]))
    margin = height * rng.uniform(0.2, 1)
    sheet = _blank(round(cell + 2 * margin), round(count * (cell + gap) + 2 * margin))
    text = ""
    thick = _thickness(height, rng)
    for place in range(count):
        left = margin + place * (cell + gap)
        cv2.rectangle(
            sheet.printed, (round(left), round(margin)), (round(left + cell), round(margin + cell)), 1.0, thick
        )
        label, ink = digits.write(height)
        loose = cell - np.array(ink.shape)
        top, aside = loose * (0.5 + rng.normal(0, 0.2, 2))
        _lay(sheet.ink, ink, round(left + aside), round(margin + top))
        text += label
    return sheet, [text]


def _page(digits: _Digits, height: float, level: Level, rng: np.random.Generator) -> tuple[_Sheet, list[str]]:
    lines = [_line(digits, int(rng.integers(3, 11)), height, level, rng) for _ in range(int(rng.integers(2, 9)))]
    pitch = height * rng.uniform(1.7, 2.6)
    width = max(left + ink.shape[1] for _, parts in lines for left, _, ink in parts)
    margin = height * rng.uniform(0.8, 2)
    tilt = float(rng.normal(0, level.tilt))
    sheet = _blank(round(pitch * len(lines) + 2 * margin + abs(tilt) * width), round(width + 2 * margin))
    for number, (_, parts) in enumerate(lines):
        baseline = margin + pitch * (number + 0.7) + max(0.0, -tilt) * width
        own = float(rng.normal(0, 0.1 * level.tilt))
        level_line = parts[0][1] + parts[0][2].shape[0]
        for left, top, ink in parts:
            _lay(sheet.ink, ink, round(margin + left), round(baseline + top - level_line + (tilt + own) * left))
    return sheet, [text for text, _ in lines]


def _nothing(digits: _Digits, height: float, level: Level, rng: np.random.Generator) -> tuple[_Sheet, list[str]]:
    side = round(height * rng.uniform(1.4, 3))
    sheet = _blank(side, side)
    if rng.random() < 0.85:
        sign = random_sign(height, digits.hand, rng)
        _lay(sheet.ink, sign, (side - sign.shape[1]) // 2, (side - sign.shape[0]) // 2)
    return sheet, []


def _rule(printed: Ink, height: float, rng: np.random.Generator) -> None:
    """Draw rules across a sheet."""
    pitch = height * rng.uniform(1.1, 2.2)
    thick = max(1, round(height * rng.uniform(0.01, 0.05)))
    shade = float(rng.uniform(0.3, 0.9))
    for y in np.arange(rng.uniform(0, pitch), printed.shape[0], pitch):
        cv2.line(printed, (0, round(y)), (printed.shape[1], round(y)), shade, thick)


def _frame(printed: Ink, box: tuple[float, float, float, float], height: float, rng: np.random.Generator) -> None:
    """Draw a box, closed or broken."""
    left, top, right, bottom = (round(edge) for edge in box)
    cv2.rectangle(printed, (left, top), (right, bottom), float(rng.uniform(0.6, 1)), _thickness(height, rng))
    if rng.random() < 0.3:
        hole = round(height * rng.uniform(0.1, 0.5))
        x, y = int(rng.integers(left, right)), int(rng.choice([top, bottom]))
        cv2.rectangle(printed, (x, y - hole // 2), (x + hole, y + hole // 2), 0.0, -1)


def _thickness(height: float, rng: np.random.Generator) -> int:
    return max(1, round(height * float(rng.uniform(0.015, 0.09))))


def _develop(
    sheet: _Sheet, height: float, contrast: float, level: Level, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Return ink and print on paper, dark on light."""
    strongest = min(26.0, _STRONGEST * contrast)
    paper = random_paper(
        sheet.ink.shape[0], sheet.ink.shape[1], rng, scale=height / 26, trouble=level.paper, strongest=strongest
    )
    levels = paper - np.float32(contrast) * np.maximum(sheet.ink, sheet.printed * np.float32(rng.uniform(0.4, 1.1)))
    lightest = paper - contrast
    levels = np.maximum(levels, np.minimum(lightest, paper - 14))
    return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)


def _turn(grey: npt.NDArray[np.uint8], amount: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return a page as a camera sees it that is not held straight."""
    height, width = grey.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.uniform(-amount, amount, (4, 2)).astype(np.float32) * np.array([width, height], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return np.asarray(cv2.warpPerspective(grey, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _lay(canvas: Ink, ink: Ink, left: int, top: int) -> None:
    """Lay ink on a canvas, as far as it is on it."""
    rows = slice(max(top, 0), min(top + ink.shape[0], canvas.shape[0]))
    columns = slice(max(left, 0), min(left + ink.shape[1], canvas.shape[1]))
    if rows.start < rows.stop and columns.start < columns.stop:
        part = ink[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        np.maximum(canvas[rows, columns], part, out=canvas[rows, columns])
