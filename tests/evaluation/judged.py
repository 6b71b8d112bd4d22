"""Readings made by hand, beside their labels."""

from pathlib import Path

import numpy as np

from inkdigits.errors import PictureError
from inkdigits.evaluation.judgement import Judgement
from inkdigits.evaluation.labels import LabelledPicture
from inkdigits.results.reading import Digit, Line, Reading

IMAGE = np.zeros((28, 28), np.uint8)


def judged(label: str, text: str | None, confidence: float = 0.99, **columns: str) -> Judgement:
    """Return what was read beside its label; accepted from 0.9 on, and unreadable where the text is None."""
    path = columns.pop("path", "a.png")
    picture = LabelledPicture(Path(path), label, {"path": path, "label": label, **columns})
    if text is None:
        return Judgement(picture, Reading(path, error=PictureError(f"cannot read {path}")))
    lines = tuple(
        Line(
            tuple(
                Digit(int(value), confidence, (0.1,) * 10, (0, 0, 9, 9), confidence >= 0.9, row, IMAGE)
                for value in line
            )
        )
        for row, line in enumerate(text.split("\n") if text else [])
    )
    return Judgement(picture, Reading(path, lines, digit_score=confidence))
