"""What a line says: digits and marks, as amounts, dates, times and numbers have them, and what comes with them.

How often each occurs was chosen by eye, beside scanned cheque amounts and forms, and by what the line model then reads
of them (experiments/LOG.md); what real lines have and made-up ones lack is misread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import cv2
import numpy as np

from inkdigits.imaging.line_crop import MARKS, NON_DIGIT, SYMBOLS
from inkdigits.synthesis.marks import write_mark
from inkdigits.synthesis.pens import Ink, draw_strokes
from inkdigits.synthesis.writers import Writer

_LENGTHS = (0.17, 0.13, 0.08, 0.11, 0.13, 0.13, 0.11, 0.07, 0.04, 0.03)  # shares of lines with 0, 1, … digits
Spacings = tuple[float, float, float]  # shares of lines whose digits touch, have usual gaps, and wide ones
USUAL_SPACINGS: Spacings = (0.45, 0.42, 0.13)


@dataclass(frozen=True)
class Part:
    """Something written: a digit, a mark, or what is neither."""

    ink: Ink
    label: int | None  # a digit, 10 and more for a mark, NON_DIGIT; None for what ends a line and is not read
    gap: float  # pixels before it
    lift: float  # pixels that its bottom stands above the baseline


def compose_line(writer: Writer, height: float, rng: np.random.Generator) -> list[Part]:
    """Return what a line says, from the left; its digits are about so many pixels tall."""
    count = int(rng.choice(len(_LENGTHS), p=_LENGTHS))
    if rng.random() < 0.3:
        writer = writer.with_tall_ones(rng)
    parts = _signs(count, writer, height, rng)
    text = random_text(count, rng)
    if count > 1 and rng.random() < 0.4:
        text = _begun_as_amounts(text, rng)
    if count:
        parts += write_text(text, writer, height, rng, USUAL_SPACINGS)
    if count and rng.random() < 0.3:
        parts += write_ending(writer, height, rng)
    return parts


def random_text(count: int, rng: np.random.Generator, marked: float = 0.5) -> str:
    """Return so many random digits; a share of texts has the marks that amounts, dates, times and numbers have."""
    digits = [str(digit) for digit in rng.integers(0, 10, count)]
    if rng.random() < 0.15:  # a digit is often written again
        for place in range(1, count):
            digits[place] = digits[place - 1] if rng.random() < 0.7 else digits[place]
    if rng.random() < 0.3:  # a round amount
        zeros = int(rng.integers(1, 4))
        digits[max(1, count - zeros) :] = "0" * min(zeros, max(0, count - 1))
    if count == 0 or rng.random() >= marked:
        return "".join(digits)
    before = str(rng.choice(["-", "+"])) if rng.random() < 0.08 else ""
    return before + "".join(mark + digit for mark, digit in zip(_marks_before(count, rng), digits, strict=True))


def _begun_as_amounts(text: str, rng: np.random.Generator) -> str:
    """Return a text whose first digit is a 1 three times in ten (F. Benford, "The law of anomalous numbers", 1938)."""
    first = rng.choice(9, p=np.diff(np.log10(np.arange(1, 11)))) + 1
    return re.sub(r"\d", str(first), text, count=1)


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


def write_text(text: str, writer: Writer, height: float, rng: np.random.Generator, spacings: Spacings) -> list[Part]:
    """Return a text as parts."""
    spacing = float(rng.choice([rng.normal(-0.01, 0.07), rng.normal(0.18, 0.12), rng.uniform(0.3, 1.3)], p=spacings))
    unrest, raised = abs(float(rng.normal(0, 0.05))), float(rng.uniform(0, 0.9))
    growth = float(rng.normal(0, 0.35)) if rng.random() < 0.2 else 0.0  # from the first digit to the last
    first = float(rng.uniform(1.3, 2.0)) if rng.random() < 0.07 else 1.0  # how tall the first digit is
    joined = rng.random() < 0.35  # zeros that follow each other are one stroke
    parts: list[Part] = []
    for place, character in enumerate(text):
        label = SYMBOLS.index(character)
        if character in MARKS:
            mark, lift = write_mark(character, height, writer.hand, rng)
            gap = height * (float(rng.uniform(-0.02, 0.22)) + max(0.0, 0.3 * spacing))
            parts.append(Part(mark, label, gap, lift + height * rng.normal(0, 0.03)))
            continue
        size = height * float(np.exp(rng.normal(0, 0.1) + growth * (place / max(1, len(text) - 1) - 0.5)))
        size *= first if place == 0 else 1.0
        small = label == 0 and writer.hand.small_zeros < 1
        size *= writer.hand.small_zeros if small else 1.0
        gap = height * (spacing + float(rng.normal(0, 0.09)) + (0.05 if label == 1 else 0.0))
        to_next = joined and text[place:].startswith("00")
        ink = _joined_zero(size, writer, rng) if to_next else writer.digit(label, size, rng)
        if joined and text[: place + 1].endswith("00"):
            gap = -float(rng.uniform(0.0, 0.12)) * height
        if label == 0 and writer.hand.wide_zeros > 1:
            wide = round(ink.shape[1] * writer.hand.wide_zeros)
            ink = np.asarray(cv2.resize(ink, (wide, ink.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
        lift = height * float(rng.normal(0, unrest)) + (raised * (height - size) if small else 0.0)
        if label == 1 and writer.hand.tall_ones:
            lift -= writer.hand.tall_ones.below * max(0.0, ink.shape[0] - height)
        parts.append(Part(ink, label, gap, lift))
    return parts


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


def _signs(count: int, writer: Writer, height: float, rng: np.random.Generator) -> list[Part]:
    """Return letters and signs: all that is in a line without digits, and at the beginning of some with."""
    chance = rng.random()
    if (chance >= 0.08) if count else (chance < 0.1):
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
        sign, lift = write_mark(character, height, writer.hand, rng)
        label = SYMBOLS.index(character) if character in MARKS else None
        parts.append(Part(sign, label, height * float(rng.uniform(0, 0.4)), lift + height * rng.normal(0, 0.05)))
    return parts
