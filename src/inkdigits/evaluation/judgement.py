"""A reading put beside its label: whether it is right, and if not, in which way it is wrong."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from inkdigits.evaluation.labels import LabelledPicture
from inkdigits.results.reading import Reading

# the ways in which a reading is wrong, in the order in which failures are shown
CAUSES = {
    "no_digit_found": "no digit found",
    "digit_missing": "digit missing",
    "extra_digit": "extra digit",
    "substituted": "digit taken for another",
    "lines_mixed_up": "digits right, lines wrong",
    "marks_mixed_up": "digits right, marks or gaps wrong",
    "falsely_accepted": "no digit there, yet accepted",
    "not_rejected": "no digit there, marked uncertain",
    "unreadable": "picture unreadable",
}


@dataclass(frozen=True)
class Judgement:
    """What was read in a picture, and what is written there."""

    picture: LabelledPicture
    reading: Reading

    @property
    def has_digits(self) -> bool:
        """Whether digits are written there, by the label."""
        return bool(self.picture.label)

    @property
    def text(self) -> str:
        """What was read, or its digits alone if the label has no marks and spaces."""
        return self.picture.as_labelled(self.reading.text)

    @property
    def exact(self) -> bool:
        """Whether the text is exactly the label."""
        return self.reading.status != "error" and self.text == self.picture.label

    @property
    def exact_lines(self) -> int:
        """How many lines of the label were read exactly."""
        return count_exact_lines(self.text, self.picture.label)

    @property
    def accepted(self) -> bool:
        """Whether the reading is to be used without a further look."""
        return self.reading.status == "ok"

    @property
    def confidence(self) -> float:
        """Confidence of the least sure digit or mark, 0 to 1; 0 where none was read."""
        return min((read.confidence for read in self.reading.characters), default=0.0)

    @property
    def edits(self) -> int:
        """How many characters of the label were read wrong, were left out, or were put in; a line break is one."""
        return edit_distance(self.text, self.picture.label)

    @property
    def cause(self) -> str | None:
        """In which way the reading is wrong, a key of `CAUSES`; None if it is right."""
        label, text = self.picture.label, self.text
        if self.reading.status == "error":
            return "unreadable"
        if text == label:
            return None
        if not label:
            return "falsely_accepted" if self.accepted else "not_rejected"
        if not text:
            return "no_digit_found"
        written, read = (re.sub("[^0-9\n]", "", lines) for lines in (label, text))
        if written == read:
            return "marks_mixed_up"
        written, read = (lines.replace("\n", "") for lines in (written, read))
        if written == read:
            return "lines_mixed_up"
        if len(written) == len(read):
            return "substituted"
        return "digit_missing" if len(read) < len(written) else "extra_digit"


def count_exact_lines(text: str, label: str) -> int:
    """Return how many lines of a label are among those of a text, in whatever order."""
    return (Counter(text.split("\n")) & Counter(label.split("\n"))).total()


def edit_distance(text: str, other: str) -> int:
    """Return how many insertions, deletions and substitutions turn one text into the other (Levenshtein 1966)."""
    distances = list(range(len(other) + 1))
    for row, character in enumerate(text, 1):
        diagonal, distances[0] = distances[0], row
        for column, other_character in enumerate(other, 1):
            substituted = diagonal + (character != other_character)
            diagonal = distances[column]
            distances[column] = min(substituted, distances[column] + 1, distances[column - 1] + 1)
    return distances[-1]
