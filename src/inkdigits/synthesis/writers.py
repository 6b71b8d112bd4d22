"""Writers: all digits, marks and letters of a line or a page come from one hand.

A writer takes its digits from one source (MNIST with forms drawn as strokes, one person's scans, one person's pen
trajectories, one handwriting font), and moves the pen as one `Hand` does: width, slant, size, jitter.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

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
from inkdigits.synthesis.hand_sources import Drawn, HandSource, Pictures, Scanned, WrittenFont, by_writer, to_shapes
from inkdigits.synthesis.marks import OTHER_SIGNS, Written, write_mark
from inkdigits.synthesis.pens import SIDE, Hand, Ink, random_hand, write_shape

__all__ = ["Hands", "SourceMix", "Writer"]


@dataclass(frozen=True)
class SourceMix:
    """Which share of the lines each source writes; where one is missing, the others take its lines.

    MNIST stays the largest, since it has the most writers. The others hold forms that it lacks: what each brought
    stands in experiments/LOG.md.

    Attributes:
        mnist: MNIST's digits.
        scans: scanned digits, by person.
        strokes: pen trajectories, by person.
        fonts: handwriting fonts, each a person.
        foreign: of MNIST's lines, so many have digits in forms that MNIST lacks.
        kept: of the lines of scans and fonts, so many keep their own strokes; the rest is drawn with another pen.
        letters: of what is not a digit, so many are scanned letters.

    """

    mnist: float = 0.4
    scans: float = 0.2
    strokes: float = 0.2
    fonts: float = 0.2
    foreign: float = 0.6
    kept: float = 0.5
    letters: float = 0.3


@dataclass(frozen=True)
class Writer:
    """One hand.

    Attributes:
        hand: how the pen moves.
        source: where the digits come from.
        letters: shapes of letters, uint8 (N,64,64), 0 paper to 255 ink; may be none.

    """

    hand: Hand
    source: HandSource
    letters: npt.NDArray[np.uint8]
    share_of_letters: float = 0.0

    def digit(self, label: int, height: float, rng: np.random.Generator) -> Ink:
        """Return a digit's ink.

        Args:
            label: 0 to 9.
            height: pixels that a digit of full height comes to.
            rng: the source of chance.

        Returns:
            float32 (h,w), 0 paper to 1 ink, cropped to the ink.

        """
        return self.source.draw(label, height, self.hand, rng)

    def mark(self, sign: str, height: float, rng: np.random.Generator) -> Written:
        """Return a mark, or another sign among digits, with its place above the baseline; see `write_mark`."""
        return write_mark(sign, height, self.hand, rng)

    def sign(self, height: float, rng: np.random.Generator) -> Ink:
        """Return something of a digit's size that is not a digit and no mark; see `digit`."""
        chance = rng.random()
        if len(self.letters) and chance < self.share_of_letters:
            shape = self.letters[int(rng.integers(len(self.letters)))]
            own = self.hand if self.hand.pen is not None else replace(self.hand, pen=float(rng.uniform(0.05, 0.16)))
            return write_shape(shape, height * float(rng.uniform(0.8, 1.2)), own, rng)
        if chance > 1 - 0.06:
            return self.mark(OTHER_SIGNS[int(rng.integers(len(OTHER_SIGNS)))], height, rng).ink
        return random_sign(height, self.hand, rng)


@dataclass(frozen=True)
class Hands:
    """All that lines and pages can be written with.

    Attributes:
        digits: MNIST's, or others of its form.
        scans: people's scanned digits.
        strokes: people's pen trajectories.
        fonts: handwriting fonts.
        letters: scanned letters, which are not digits.
        shares: how often each writes.

    """

    digits: Dataset
    scans: tuple[Scans, ...] = ()
    strokes: tuple[Strokes, ...] = ()
    fonts: tuple[Font, ...] = ()
    letters: Letters | None = None
    shares: SourceMix = field(default_factory=SourceMix)

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
            scans=tuple(load_scans("swiss", split, data_dir) for _ in {"swiss"} & set(there)),
            strokes=tuple(load_strokes(name, split, data_dir) for name in ("pendigits", "uji") if name in there),
            fonts=load_fonts(split, data_dir) if "fonts" in there else (),
            letters=load_letters(data_dir) if "omniglot" in there else None,
        )

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the data sets that write, or are written beside digits."""
        there = {"fonts": bool(self.fonts), "omniglot": self.letters is not None}
        people = (*(own.name for own in self.scans), *(own.name for own in self.strokes))
        return (self.digits.name, *people, *(name for name, is_there in there.items() if is_there))

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

    def _mnist_writer(self, rng: np.random.Generator) -> tuple[Hand, HandSource]:
        return random_hand(rng, foreign=self.shares.foreign), self._mnist

    def _person(self, rng: np.random.Generator) -> tuple[Hand, HandSource]:
        return self._own_hand(rng), self._people[int(rng.integers(len(self._people)))]

    def _pen(self, rng: np.random.Generator) -> tuple[Hand, HandSource]:
        hand = self._own_hand(rng)
        pen = hand.pen if hand.pen is not None else float(rng.uniform(0.05, 0.14))
        return replace(hand, pen=pen), self._pens[int(rng.integers(len(self._pens)))]

    def _font(self, rng: np.random.Generator) -> tuple[Hand, HandSource]:
        return self._own_hand(rng), WrittenFont(self.fonts[int(rng.integers(len(self.fonts)))].path)

    def _own_hand(self, rng: np.random.Generator) -> Hand:
        """Return a hand that leaves slant and forms mostly to the source, which has its own."""
        hand = random_hand(rng)
        slant, bend = 0.4 * (hand.slant - 0.08), 0.6 * hand.bend
        return replace(hand, slant=slant, bend=bend, pen=None if rng.random() < self.shares.kept else hand.pen)

    @cached_property
    def _mnist(self) -> HandSource:
        places = tuple(np.flatnonzero(self.digits.labels == label) for label in range(10))
        return Pictures(self.digits.images, places)

    @cached_property
    def _people(self) -> tuple[HandSource, ...]:
        return tuple(
            Scanned(digits)
            for own in self.scans
            for digits in by_writer(own.labels, own.writers, to_shapes(255 - own.images))
        )

    @cached_property
    def _pens(self) -> tuple[HandSource, ...]:
        labels = np.concatenate([own.labels for own in self.strokes])
        writers = np.concatenate([1000 * number + own.writers for number, own in enumerate(self.strokes)])
        strokes = [digit for own in self.strokes for digit in own.strokes]
        return tuple(Drawn(digits) for digits in by_writer(labels, writers, strokes))

    @cached_property
    def _letters(self) -> npt.NDArray[np.uint8]:
        if self.letters is None:
            return np.zeros((0, SIDE, SIDE), np.uint8)
        return np.stack(to_shapes(self.letters.images.astype(np.uint8) * 255))
