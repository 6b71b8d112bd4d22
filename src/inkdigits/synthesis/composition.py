"""What a line says: digits and marks, as amounts, dates, times and numbers have them, and what comes with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from inkdigits.imaging.line_crop import MARKS, NON_DIGIT
from inkdigits.synthesis.pens import Ink, draw_strokes
from inkdigits.synthesis.writers import Writer

__all__ = ["USUAL", "Composition", "Part", "compose_line", "random_text", "write_ending", "write_text"]


@dataclass(frozen=True)
class Composition:
    """How lines are made up. Shares are of lines; sizes and gaps are in heights of a digit.

    Chosen by eye, beside scanned cheque amounts and forms, and by what the line model then reads of them
    (experiments/LOG.md); what real lines have and made-up ones lack is misread.

    Attributes:
        lengths: of lines with 0, 1, … digits.
        spacings: of lines that touch, have usual gaps, and wide ones.
        repeating: lines in which a digit is often written again.
        round_amounts: lines that end in zeros.
        joined_zeros: of those, the zeros are one stroke.
        marked: lines with marks among their digits.
        growing: lines whose digits grow or shrink.
        tall_first: lines whose first digit is half as tall again, or twice.
        ending: lines that a dash, `.-` or `=` closes.
        with_signs: lines with digits that letters or scribbles come before.
        empty: of the lines without digits, so many have nothing at all.

    """

    lengths: tuple[float, ...] = (0.17, 0.13, 0.08, 0.11, 0.13, 0.13, 0.11, 0.07, 0.04, 0.03)
    spacings: tuple[float, float, float] = (0.45, 0.42, 0.13)
    repeating: float = 0.15
    round_amounts: float = 0.3
    joined_zeros: float = 0.35
    marked: float = 0.5
    growing: float = 0.2
    tall_first: float = 0.07
    ending: float = 0.3
    with_signs: float = 0.08
    empty: float = 0.1


USUAL = Composition()


@dataclass
class Part:
    """Something written: a digit, a mark, or what is neither."""

    ink: Ink
    label: int | None  # a digit, 10 and more for a mark, SIGN; None for what ends a line and is not read
    gap: float  # pixels before it
    lift: float  # pixels that its bottom stands above the baseline


def compose_line(writer: Writer, height: float, rng: np.random.Generator, how: Composition = USUAL) -> list[Part]:
    """Return what a line says, from the left.

    Args:
        writer: whose hand.
        height: of its digits, in pixels.
        rng: the source of chance.
        how: what lines there are.

    """
    count = int(rng.choice(len(how.lengths), p=how.lengths))
    parts = _signs(count, writer, height, rng, how)
    text = random_text(count, rng, how)
    if count:
        parts += write_text(text, writer, height, rng, how)
    if count and rng.random() < how.ending:
        parts += write_ending(writer, height, rng)
    return parts


def random_text(count: int, rng: np.random.Generator, how: Composition = USUAL) -> str:
    """Return so many random digits with the marks that an amount, a date, a time or a number has."""
    digits = [str(digit) for digit in rng.integers(0, 10, count)]
    if rng.random() < how.repeating:
        for place in range(1, count):
            digits[place] = digits[place - 1] if rng.random() < 0.7 else digits[place]
    if rng.random() < how.round_amounts:
        zeros = int(rng.integers(1, 4))
        digits[max(1, count - zeros) :] = "0" * min(zeros, max(0, count - 1))
    if count == 0 or rng.random() >= how.marked:
        return "".join(digits)
    before = str(rng.choice(["-", "+"])) if rng.random() < 0.08 else ""
    return before + "".join(mark + digit for mark, digit in zip(_marks_before(count, rng), digits, strict=True))


def _marks_before(count: int, rng: np.random.Generator) -> list[str]:
    """Return the mark before each digit, or nothing."""
    kind = rng.random()
    marks = [""] * count
    if kind < 0.4:  # thousands
        mark = str(rng.choice([".", ","]))
        places = [place for place in range(1, count) if (count - place) % 3 == 0]
    elif kind < 0.55:  # decimals
        mark, places = str(rng.choice([".", ","])), [max(1, count - int(rng.integers(1, 3)))]
    elif kind < 0.75:  # dates
        mark = str(rng.choice(["/", ".", "-"], p=[0.5, 0.25, 0.25]))
        places = [int(rng.integers(1, 3)), int(rng.integers(3, 5))]
    elif kind < 0.83:  # times
        mark, places = ":", [int(rng.integers(1, 3))]
    elif kind < 0.88:  # fractions
        mark, places = "/", [int(rng.integers(1, 3))] if count <= 4 else []
    else:  # a slash elsewhere would be a 1
        mark = str(rng.choice(list(MARKS.replace("/", ""))))
        places = [place for place in range(1, count) if rng.random() < 0.25]
    for place in places:
        if 0 < place < count:
            marks[place] = mark
    return marks


def write_text(text: str, writer: Writer, height: float, rng: np.random.Generator, how: Composition) -> list[Part]:
    """Return a text as parts."""
    spacing = float(
        rng.choice([rng.normal(-0.01, 0.07), rng.normal(0.18, 0.12), rng.uniform(0.3, 1.3)], p=how.spacings)
    )
    unrest, raised = abs(float(rng.normal(0, 0.05))), float(rng.uniform(0, 0.9))
    growth = float(rng.normal(0, 0.35)) if rng.random() < how.growing else 0.0
    first = float(rng.uniform(1.3, 2.0)) if rng.random() < how.tall_first else 1.0
    joined = rng.random() < how.joined_zeros
    parts: list[Part] = []
    for place, character in enumerate(text):
        if character in MARKS:
            mark = writer.mark(character, height, rng)
            gap = height * (float(rng.uniform(-0.02, 0.22)) + max(0.0, 0.3 * spacing))
            parts.append(Part(mark.ink, 10 + MARKS.index(character), gap, mark.lift + height * rng.normal(0, 0.03)))
            continue
        label = int(character)
        size = height * float(np.exp(rng.normal(0, 0.1) + growth * (place / max(1, len(text) - 1) - 0.5)))
        size *= first if place == 0 else 1.0
        small = label == 0 and writer.hand.small_zeros < 1
        size *= writer.hand.small_zeros if small else 1.0
        gap = height * (spacing + float(rng.normal(0, 0.09)) + (0.05 if label == 1 else 0.0))
        if label == 0 and joined and text[place + 1 : place + 2] == "0":
            ink = _joined_zero(size, writer, rng)
            gap = gap if not _joins(text, place - 1) else -float(rng.uniform(0.0, 0.12)) * height
        else:
            ink = writer.digit(label, size, rng)
            gap = -float(rng.uniform(0.0, 0.12)) * height if joined and _joins(text, place - 1) and label == 0 else gap
        if label == 0 and writer.hand.wide_zeros > 1:
            wide = round(ink.shape[1] * writer.hand.wide_zeros)
            ink = np.asarray(cv2.resize(ink, (wide, ink.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
        lift = height * float(rng.normal(0, unrest)) + (raised * (height - size) if small else 0.0)
        parts.append(Part(ink, label, gap, lift))
    return parts


def _joins(text: str, place: int) -> bool:
    """Return whether a zero that is joined to the next zero stands at a place."""
    return place >= 0 and text[place : place + 2] == "00"


def _joined_zero(height: float, writer: Writer, rng: np.random.Generator) -> Ink:
    """Return a zero whose stroke goes on, in a loop or a bow at the top, to where the next begins."""
    around = np.linspace(-np.pi / 2, -5 * np.pi / 2 - rng.uniform(0, 0.5), 24)
    wide = rng.uniform(0.28, 0.45)
    ring = np.column_stack([wide + wide * np.cos(around), 0.5 + 0.5 * np.sin(around)])
    reach, sag = rng.uniform(0.12, 0.45), rng.normal(0.08, 0.08)
    bow = np.array([[2 * wide + 0.5 * reach, max(0.0, sag)], [2 * wide + reach, rng.normal(0.03, 0.04)]])
    path = np.concatenate([ring, bow]) + rng.normal(0, 0.015, (len(ring) + 2, 2))
    room = max(1.0, float(path[:, 0].max()))
    hand = replace(writer.hand, narrowness=writer.hand.narrowness * room)
    return draw_strokes([path / (room, 1.0)], height, hand, rng)


def _signs(count: int, writer: Writer, height: float, rng: np.random.Generator, how: Composition) -> list[Part]:
    """Return letters and signs: all that is in a line without digits, and at the beginning of some with."""
    if count and rng.random() >= how.with_signs:
        return []
    if count == 0 and rng.random() < how.empty:
        return []
    # Without digits there is often one, where a digit could be.
    many = int(rng.integers(1, 3)) if count else 1 if rng.random() < 0.5 else int(rng.integers(2, 7))
    return [
        Part(writer.sign(height, rng), NON_DIGIT, height * abs(rng.normal(0.2, 0.2)), height * rng.normal(0, 0.03))
        for _ in range(many)
    ]


def write_ending(writer: Writer, height: float, rng: np.random.Generator) -> list[Part]:
    """Return what closes an amount: a dash, `.-`, `,-`, `=`, a full stop."""
    parts = []
    for character in str(rng.choice(["-", ".-", "=", ".", ",-", ".="], p=[0.35, 0.2, 0.2, 0.15, 0.05, 0.05])):
        sign = writer.mark(character, height, rng)
        label = 10 + MARKS.index(character) if character in MARKS else None
        parts.append(
            Part(sign.ink, label, height * float(rng.uniform(0, 0.4)), sign.lift + height * rng.normal(0, 0.05))
        )
    return parts
