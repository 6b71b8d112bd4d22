"""Writers: all digits and marks of a line or a page come from one hand.

A writer takes its digits from one source (MNIST with forms drawn as strokes, one person's scans, one person's pen
trajectories, one handwriting font), and moves the pen as one `Hand` does: width, slant, size, jitter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from inkdigits.data import Dataset
from inkdigits.data.hands import (
    Font,
    Letters,
    Scans,
    Strokes,
    available,
    load_fonts,
    load_letters,
    load_scans,
    load_strokes,
)
from inkdigits.synthesis.clutter import random_sign
from inkdigits.synthesis.marks import OTHER_SIGNS, write_mark
from inkdigits.synthesis.pens import SIDE, Hand, Ink, Shape, TallOnes, draw_strokes, random_hand, rewrite, write_shape

WRITING = ("swiss", "pendigits", "uji", "fonts", "omniglot")  # of the known hands all that are not for judging alone

_Item = TypeVar("_Item")
_Source: TypeAlias = Callable[[int, float, Hand, np.random.Generator], Ink]  # writes a digit as `Writer.digit` says


@dataclass(frozen=True)
class SourceMix:
    """Which share of the lines each source writes; where one is missing, the others take its lines.

    MNIST stays the largest, since it has the most writers. The others hold forms that it lacks: what each brought
    stands in experiments/LOG.md.
    """

    mnist: float = 0.4
    scans: float = 0.2  # scanned digits, by person
    strokes: float = 0.2  # pen trajectories, by person
    fonts: float = 0.2  # handwriting fonts, each a person
    foreign: float = 0.6  # of MNIST's lines, so many have digits in forms that MNIST lacks
    kept: float = 0.5  # of the lines of scans and fonts, so many keep their own strokes; the rest has another pen
    letters: float = 0.3  # of what is not a digit, so many are scanned letters


@dataclass(frozen=True)
class Writer:
    """One hand."""

    hand: Hand  # how the pen moves
    source: _Source  # where the digits come from
    letters: npt.NDArray[np.uint8]  # their shapes, (N,64,64), 0 paper to 255 ink; may be none
    share_of_letters: float  # among what is no digit

    def digit(self, label: int, height: float, rng: np.random.Generator) -> Ink:
        """Return a digit's ink, cropped; `height` is the pixels that a digit of full height comes to."""
        hand, tall = self.hand, self.hand.tall_ones
        if tall and label == 1:
            steepest = 1.1  # a person can still read it
            hand, height = replace(hand, slant=min(hand.slant + tall.slant, steepest)), height * tall.height
        return self.source(label, height, hand, rng)

    def with_tall_ones(self, rng: np.random.Generator) -> Writer:
        """Return somebody whose 1s are taller, and lean the more for it."""
        height = float(rng.uniform(1.0, 1.8))
        below = float(rng.uniform(0, 0.7)) if rng.random() < 0.6 else 0.0
        tall = TallOnes(height, float(rng.uniform(0, 0.8)) * (height - 0.6), below)
        return replace(self, hand=replace(self.hand, tall_ones=tall))

    def sign(self, height: float, rng: np.random.Generator) -> Ink:
        """Return something of a digit's size that is not a digit and no mark; see `digit`."""
        chance = rng.random()
        if len(self.letters) and chance < self.share_of_letters:
            shape = self.letters[int(rng.integers(len(self.letters)))]
            own = self.hand if self.hand.pen is not None else replace(self.hand, pen=float(rng.uniform(0.05, 0.16)))
            return write_shape(shape, height * float(rng.uniform(0.8, 1.2)), own, rng)
        if chance > 1 - 0.06:
            sign, _ = write_mark(OTHER_SIGNS[int(rng.integers(len(OTHER_SIGNS)))], height, self.hand, rng)
            return sign
        return random_sign(height, self.hand, rng)


@dataclass(frozen=True)
class Hands:
    """All that lines and pages can be written with."""

    digits: Dataset  # MNIST's, or others of its form
    scans: tuple[Scans, ...] = ()
    strokes: tuple[Strokes, ...] = ()
    fonts: tuple[Font, ...] = ()
    letters: Letters | None = None  # scanned; they are not digits
    shares: SourceMix = SourceMix()

    @classmethod
    def load(cls, digits: Dataset, split: Literal["train", "validation"], data_dir: str | Path | None = None) -> Hands:
        """Return some digits with all other hands of a split that are on disk.

        Args:
            digits: MNIST's, or others of its form.
            split: of the other hands; by writer.
            data_dir: where to look first; see `settings.data_dirs`.

        Raises:
            DataError: a data set that is there is damaged.

        """
        there = available(data_dir)
        return cls(
            digits,
            scans=tuple(load_scans(name, split, data_dir) for name in ("swiss",) if name in there),
            strokes=tuple(load_strokes(name, split, data_dir) for name in ("pendigits", "uji") if name in there),
            fonts=load_fonts(split, data_dir) if "fonts" in there else (),
            letters=load_letters(data_dir) if "omniglot" in there else None,
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the data sets that write, or are written beside digits."""
        people = [own.name for own in self.scans] + [own.name for own in self.strokes]
        others = ["fonts"] * bool(self.fonts) + ["omniglot"] * (self.letters is not None)
        return (self.digits.name, *people, *others)

    @property
    def absent(self) -> str:
        """A line that names the data sets that could write, but are not on disk, and how to get them; may be empty."""
        names = ", ".join(name for name in WRITING if name not in self.sources)
        return f"hands not on disk write nothing: {names}; 'inkdigits data fetch NAME' gets each" if names else ""

    def writer(self, rng: np.random.Generator) -> Writer:
        """Return some writer."""
        choose = {
            self._mnist_writer: self.shares.mnist,
            self._person: self.shares.scans * bool(self.scans),
            self._pen: self.shares.strokes * bool(self.strokes),
            self._font: self.shares.fonts * bool(self.fonts),
        }
        weights = np.array(list(choose.values()))
        hand, source = list(choose)[int(rng.choice(len(weights), p=weights / weights.sum()))](rng)
        return Writer(hand, source, self._letters, self.shares.letters)

    def _mnist_writer(self, rng: np.random.Generator) -> tuple[Hand, _Source]:
        return random_hand(rng, foreign=self.shares.foreign), self._mnist

    def _person(self, rng: np.random.Generator) -> tuple[Hand, _Source]:
        return self._own_hand(rng), self._people[int(rng.integers(len(self._people)))]

    def _pen(self, rng: np.random.Generator) -> tuple[Hand, _Source]:
        hand = self._own_hand(rng)
        pen = hand.pen if hand.pen is not None else float(rng.uniform(0.05, 0.14))
        return replace(hand, pen=pen), self._pens[int(rng.integers(len(self._pens)))]

    def _font(self, rng: np.random.Generator) -> tuple[Hand, _Source]:
        hand = self._own_hand(rng)
        font = self.fonts[int(rng.integers(len(self.fonts)))]
        return hand, partial(_from_digits, _shapes_of_font(font.path), write_shape, self._mnist)

    def _own_hand(self, rng: np.random.Generator) -> Hand:
        """Return a hand that leaves slant and forms mostly to the source, which has its own."""
        hand = random_hand(rng)
        slant, bend = 0.4 * (hand.slant - 0.08), 0.6 * hand.bend
        return replace(hand, slant=slant, bend=bend, pen=None if rng.random() < self.shares.kept else hand.pen)

    @cached_property
    def _mnist(self) -> _Source:
        places = tuple(np.flatnonzero(self.digits.labels == label) for label in range(10))
        return partial(_from_pictures, self.digits.images, places)

    @cached_property
    def _people(self) -> tuple[_Source, ...]:
        return tuple(
            partial(_from_digits, digits, write_shape, self._mnist)
            for own in self.scans
            for digits in _by_writer(own.labels, own.writers, _to_shapes(255 - own.images))
        )

    @cached_property
    def _pens(self) -> tuple[_Source, ...]:
        labels = np.concatenate([own.labels for own in self.strokes])
        writers = np.concatenate([1000 * number + own.writers for number, own in enumerate(self.strokes)])
        strokes = [digit for own in self.strokes for digit in own.strokes]
        return tuple(
            partial(_from_digits, digits, draw_strokes, self._mnist) for digits in _by_writer(labels, writers, strokes)
        )

    @cached_property
    def _letters(self) -> npt.NDArray[np.uint8]:
        if self.letters is None:
            return np.zeros((0, SIDE, SIDE), np.uint8)
        return np.stack(_to_shapes(self.letters.images.astype(np.uint8) * 255))


def _from_pictures(
    images: npt.NDArray[np.uint8],
    places: tuple[npt.NDArray[np.int64], ...],
    label: int,
    height: float,
    hand: Hand,
    rng: np.random.Generator,
) -> Ink:
    """Write one of MNIST's digits, which stand at these places by label; a hand may have forms of its own instead."""
    which = places[label][int(rng.integers(len(places[label])))]
    return rewrite(images[which], label, height, hand, rng)


def _from_digits(
    digits: tuple[list[_Item], ...],
    write: Callable[[_Item, float, Hand, np.random.Generator], Ink],
    otherwise: _Source,
    label: int,
    height: float,
    hand: Hand,
    rng: np.random.Generator,
) -> Ink:
    """Write one of a person's or a font's digits, shapes or pen strokes by label; `otherwise` what nobody wrote."""
    own = digits[label]
    if not own:
        return otherwise(label, height, hand, rng)
    return write(own[int(rng.integers(len(own)))], height, hand, rng)


@cache
def _shapes_of_font(path: Path) -> tuple[list[Shape], ...]:
    """Return a font's digits as shapes by label, 45 pixels tall."""
    font, shapes = ImageFont.truetype(path, 140), []
    for label in range(10):
        image = Image.new("L", (6 * SIDE, 6 * SIDE))
        ImageDraw.Draw(image).text((3 * SIDE, 3 * SIDE), str(label), 255, font, anchor="mm")
        shapes.append([_fit(np.asarray(image))])
    return tuple(shapes)


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


def _to_shapes(images: npt.NDArray[np.uint8]) -> list[Shape]:
    """Return scans, uint8 (N,H,W), 0 paper to 255 ink, as shapes whose darkest ink is full."""
    shapes = []
    for image in images:
        ink = np.clip(image.astype(np.float32) - 25, 0, None)  # grain of the paper
        full = max(float(np.percentile(ink[ink > 0], 90)) if (ink > 0).any() else 1.0, 1.0)
        shapes.append(_fit(np.asarray(np.minimum(ink * (255 / full), 255), np.uint8)))
    return shapes


def _by_writer(
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
