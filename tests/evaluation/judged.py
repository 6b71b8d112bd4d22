"""Readings made by hand, beside their labels."""

import numpy as np

from inkdigits.errors import PictureError
from inkdigits.evaluation.judgement import Judgement
from inkdigits.evaluation.labels import LabelledPicture
from inkdigits.results.characters import MARKS, Digit, Mark
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import Line

IMAGE = np.zeros((28, 28), np.uint8)


def judged(label: str, text: str | None, confidence: float = 0.99, **columns: str) -> Judgement:
    """Return what was read beside its label; accepted from 0.9 on, and unreadable where the text is None."""
    path = columns.pop("path", "a.png")
    picture = LabelledPicture(path, label, {"path": path, "label": label, **columns})
    if text is None:
        return Judgement(picture, Reading(path, error=PictureError(f"cannot read {path}")))
    lines = tuple(_line(line, confidence, row) for row, line in enumerate(text.split("\n") if text else []))
    return Judgement(picture, Reading(path, lines, digit_score=confidence))


def _line(text: str, confidence: float, row: int) -> Line:
    digits: list[Digit] = []
    marks, gaps = [], []
    box, accepted = (0, 0, 9, 9), confidence >= 0.9
    for sign in text:
        if sign in MARKS:
            marks.append(Mark(sign, confidence, box, row, len(digits), accepted))
        elif sign == " ":
            gaps.append(len(digits))
        else:
            digits.append(Digit(int(sign), confidence, (0.1,) * 10, box, accepted, row, IMAGE))
    return Line(tuple(digits), tuple(marks), tuple(gaps))
