"""What a page is made with: who writes, how large, on what area, and how lines are laid on a sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from PIL import ImageFont

from inkdigits.imaging.line_crop import NON_DIGIT
from inkdigits.synthesis.allographs import MIRRORED_NINES
from inkdigits.synthesis.composition import Part, Spacings, random_text, write_ending, write_text
from inkdigits.synthesis.difficulty import Level
from inkdigits.synthesis.pages.sheet import Sheet
from inkdigits.synthesis.pages.typesetting import Typeface, random_typeface, random_word, set_number
from inkdigits.synthesis.pages.view import View
from inkdigits.synthesis.pens import Hand, Ink, crop, overlap
from inkdigits.synthesis.writers import Hands, Writer

_CLOSE_SPACINGS = (0.45, 0.55, 0.0)


@dataclass(frozen=True)
class Strip:
    """A number that is written and not yet laid on a sheet; all in pixels."""

    parts: list[Part]
    lefts: list[float]  # where each part begins, from the first
    width: float
    rise: float  # how far it stands above its baseline
    fall: float  # how far it hangs below it
    printed: bool


@dataclass
class Draft:
    """What a page is made with."""

    hands: Hands
    level: Level
    rng: np.random.Generator
    view: View
    width: int  # of a whole page's area in pixels
    height: int
    mirrored: bool = False  # nines may have their stem to the left, which only some of those who write cheques do

    @cached_property
    def writer(self) -> Writer:
        """The one who writes."""
        writer = self.hands.writer(self.rng)
        return replace(writer, hand=_legible(writer.hand, self.level, mirrored=self.mirrored))

    def writer_at(self, height: float) -> Writer:
        """Return the writer with a pen that is seen where digits are so tall."""
        hand = self.writer.hand
        pen = hand.pen if hand.pen is None else max(hand.pen, 1.2 / height)  # thinner strokes are not seen
        small_zeros = max(hand.small_zeros, min(1.0, 8.0 / height))  # a smaller zero is at least 8 pixels tall
        return replace(self.writer, hand=replace(hand, pen=pen, small_zeros=small_zeros))

    @cached_property
    def typeface(self) -> Typeface:
        """What the page is printed with."""
        return random_typeface(self.rng)

    def chance(self, share: float) -> bool:
        """Return true so often."""
        return bool(self.rng.random() < share)

    def between(self, least: float, most: float) -> float:
        """Return a number between two."""
        return float(self.rng.uniform(least, most))

    def many(self, least: int, most: int) -> int:
        """Return a whole number from one to the other, both included."""
        return int(self.rng.integers(least, most + 1))

    def digit_height(self, most: float) -> float:
        """Return how tall digits are, in pixels: from the level's smallest, all scales alike."""
        least = self.level.smallest
        return float(np.exp(self.rng.uniform(np.log(least), np.log(max(most, least + 1)))))

    def sheet(self, width: float, height: float) -> Sheet:
        """Return a blank sheet."""
        return Sheet(round(width), round(height), self.view.bleed(width, height))

    def digit(self, label: int, height: float) -> Ink:
        """Return a digit as the writer writes it."""
        return self.writer_at(height).digit(label, height, self.rng)

    def sign(self, height: float) -> Ink:
        """Return something of a digit's size that is not a digit."""
        return self.writer_at(height).sign(height, self.rng)

    def text(self, count: int, marked: float) -> str:
        """Return so many digits, so often with marks."""
        return random_text(count, self.rng, marked)

    def digits(self, count: int) -> str:
        """Return so many digits without marks."""
        return "".join(str(digit) for digit in self.rng.integers(0, 10, count))

    def strip(
        self,
        text: str,
        height: float,
        spacings: Spacings = _CLOSE_SPACINGS,
        *,
        closed: bool = False,
        face: Typeface | None = None,
    ) -> Strip:
        """Return digits and marks as the writer writes them, or in print if there is a face.

        The height is that of a digit in pixels; for the spacings see `write_text`; a dash, `.-` or `=` may close it.
        """
        if face is not None:
            parts = set_number(text, height, face)
        else:
            parts = write_text(text, self.writer_at(height), height, self.rng, spacings)
            parts += write_ending(self.writer_at(height), height, self.rng) if closed else []
        lefts, x = [], 0.0
        for place, part in enumerate(parts):
            # at most: the digits are of one number
            x += float(np.clip(part.gap, -0.2 * height, 0.45 * height)) if place else 0.0
            lefts.append(x)
            x += part.ink.shape[1]
        rise = max((part.lift + part.ink.shape[0] for part in parts), default=0.0)
        fall = max((-part.lift for part in parts), default=0.0)
        return Strip(parts, lefts, x, rise, fall, face is not None)

    def lay(
        self,
        sheet: Sheet,
        number: Strip,
        x: float,
        baseline: float,
        line: int,
        *,
        slope: float = 0.0,
        strength: float = 1.0,
    ) -> float:
        """Lay a number on a sheet from an x on, on a baseline that may slope; return where it ends."""
        for part, left in zip(number.parts, number.lefts, strict=True):
            bottom = baseline - part.lift + slope * left
            label = NON_DIGIT if part.label is None else part.label
            own = line if label < NON_DIGIT else -1
            top = bottom - part.ink.shape[0]
            sheet.put(part.ink, x + left, top, label, own, printed=number.printed, strength=strength)
        return x + number.width

    def word(self, height: float) -> Ink:
        """Return a word by hand, whose letters come to about a height."""
        if self.hands.fonts and self.chance(0.75):
            font = self.hands.fonts[int(self.rng.integers(len(self.hands.fonts)))]
            text = random_word(self.rng)
            if set(text) <= font.characters:
                return _by_font(str(font.path), text, height, self.between(-0.2, 0.2))
        letters = [self.sign(height * self.between(0.6, 1.0)) for _ in range(self.many(2, 6))]
        return _beside(letters, height * self.between(-0.05, 0.25))


def _legible(hand: Hand, level: Level, *, mirrored: bool) -> Hand:
    """Return a hand whose digits a person can tell: the trouble of pages is in paper, light and print."""
    nine = hand.forms[9] if mirrored or hand.forms[9] not in MIRRORED_NINES else None
    steepest = 0.45  # a person can still read it
    return replace(
        hand,
        forms=(*hand.forms[:9], nine),
        slant=float(np.clip(hand.slant, -steepest, steepest)),
        bend=0.5 * hand.bend,
        mirrored_nines=hand.mirrored_nines if mirrored else 0.0,
        ligatures=0.0,
        gaps=min(hand.gaps, 0.2) if level.paper > 1 else 0.0,
    )


def _by_font(path: str, text: str, height: float, slant: float) -> Ink:
    """Return a word in a handwriting font."""
    mask = ImageFont.truetype(path, max(6, round(1.3 * height))).getmask(text, mode="L")
    ink = np.asarray(mask, np.float32).reshape(mask.size[::-1]) / np.float32(255)
    if not ink.any():
        return np.ones((1, 1), np.float32)
    shift = abs(slant) * ink.shape[0]
    matrix = np.array([[1, -slant, shift if slant > 0 else 0.0], [0, 1, 0]])
    size = ink.shape[1] + round(shift), ink.shape[0]
    return crop(np.asarray(cv2.warpAffine(ink, matrix, size, flags=cv2.INTER_LINEAR), np.float32))


def _beside(letters: list[Ink], gap: float) -> Ink:
    """Return letters beside each other, on one baseline."""
    width = sum(letter.shape[1] for letter in letters) + round(abs(gap)) * len(letters) + 2
    word = np.zeros((max(letter.shape[0] for letter in letters), width), np.float32)
    x = 0
    for letter in letters:
        below, part = overlap(word, letter, x, word.shape[0] - letter.shape[0])
        np.maximum(below, part, out=below)
        x = max(0, x + letter.shape[1] + round(gap))
    return crop(word)
