"""Where a writer's digits come from: pictures of MNIST, one person's scans or pen strokes, a font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from inkdigits.synthesis.pens import SIDE, Hand, Ink, Shape, draw_strokes, rewrite, write_shape

__all__ = ["Drawn", "HandSource", "Pictures", "Scanned", "WrittenFont", "by_writer", "to_shapes"]

_Item = TypeVar("_Item")


class HandSource(Protocol):
    """Where a writer's digits come from."""

    def draw(self, label: int, height: float, hand: Hand, rng: np.random.Generator) -> Ink:
        """Return a digit's ink, float32 (h,w), 0 paper to 1 ink, cropped; `height` is that of a full digit."""


@dataclass(frozen=True)
class Pictures:
    """Digits of MNIST; a hand may have forms of its own in their place."""

    images: npt.NDArray[np.uint8]
    places: tuple[npt.NDArray[np.int64], ...]

    def draw(self, label: int, height: float, hand: Hand, rng: np.random.Generator) -> Ink:
        """Return a digit's ink; see `HandSource.draw`."""
        which = self.places[label][int(rng.integers(len(self.places[label])))]
        return rewrite(self.images[which], label, height, hand, rng)


@dataclass(frozen=True)
class Scanned:
    """One person's digits as shapes of 64 pixels, by label."""

    shapes: tuple[list[Shape], ...]

    def draw(self, label: int, height: float, hand: Hand, rng: np.random.Generator) -> Ink:
        """Return a digit's ink; see `HandSource.draw`."""
        own = self.shapes[label]
        return write_shape(own[int(rng.integers(len(own)))], height, hand, rng)


@dataclass(frozen=True)
class Drawn:
    """One person's digits as strokes, by label."""

    strokes: tuple[list[tuple[npt.NDArray[np.float32], ...]], ...]

    def draw(self, label: int, height: float, hand: Hand, rng: np.random.Generator) -> Ink:
        """Return a digit's ink; see `HandSource.draw`."""
        own = self.strokes[label]
        strokes = [stroke.astype(np.float64) for stroke in own[int(rng.integers(len(own)))]]
        return draw_strokes(strokes, height, hand, rng)


@dataclass(frozen=True)
class WrittenFont:
    """The digits of a font."""

    path: Path

    def draw(self, label: int, height: float, hand: Hand, rng: np.random.Generator) -> Ink:
        """Return a digit's ink; see `HandSource.draw`."""
        return write_shape(_glyph(self.path, str(label)), height, hand, rng)


@cache
def _glyph(path: Path, character: str) -> Shape:
    """Return a character of a font as uint8 (64,64), 0 paper to 255 ink, 45 pixels tall."""
    image = Image.new("L", (6 * SIDE, 6 * SIDE))
    ImageDraw.Draw(image).text((3 * SIDE, 3 * SIDE), character, 255, ImageFont.truetype(path, 140), anchor="mm")
    return _fit(np.asarray(image))


def _fit(image: npt.NDArray[np.uint8]) -> Shape:
    """Return ink on paper, 0 to 255, as a shape: 45 pixels tall, or as wide as a shape's 64 allow."""
    x, y, width, height = cv2.boundingRect((image > 60).astype(np.uint8))  # paper of a scan has grain that is fainter
    ink = image[y : y + max(height, 1), x : x + max(width, 1)]
    scale = min(45 / ink.shape[0], (SIDE - 4) / ink.shape[1])  # of 64 pixels, as MNIST's digits of 20 in 28
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    shape = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    shape[top : top + size[1], left : left + size[0]] = small
    return shape


def to_shapes(images: npt.NDArray[np.uint8]) -> list[Shape]:
    """Return scans, uint8 (N,H,W), 0 paper to 255 ink, as shapes whose darkest ink is full."""
    shapes = []
    for image in images:
        ink = np.clip(image.astype(np.float32) - 25, 0, None)  # grain of the paper
        full = max(float(np.percentile(ink[ink > 0], 90)) if (ink > 0).any() else 1.0, 1.0)
        shapes.append(_fit(np.asarray(np.minimum(ink * (255 / full), 255), np.uint8)))
    return shapes


def by_writer(
    labels: npt.NDArray[np.int64], writers: npt.NDArray[np.int64], digits: Sequence[_Item]
) -> list[tuple[list[_Item], ...]]:
    """Return each writer's digits by label; who never wrote one borrows it from all others."""
    everyone = _by_label(labels, digits)
    result = []
    for writer in np.unique(writers):
        rows = np.flatnonzero(writers == writer)
        own = _by_label(labels[rows], [digits[row] for row in rows.tolist()])
        result.append(tuple(mine or all_of_it for mine, all_of_it in zip(own, everyone, strict=True)))
    return result


def _by_label(labels: npt.NDArray[np.int64], digits: Sequence[_Item]) -> tuple[list[_Item], ...]:
    return tuple([digit for digit, own in zip(digits, labels, strict=True) if own == label] for label in range(10))
