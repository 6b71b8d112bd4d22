"""The whole reader judged: from pictures of digits, strings, pages or nothing, to what was read."""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inkdigits.errors import DataError, DataNotFoundError, printable
from inkdigits.reader import Reader
from inkdigits.reading import Reading

__all__ = ["ReaderEvaluation", "edit_distance", "evaluate_reader", "read_labels"]


@dataclass(frozen=True)
class ReaderEvaluation:
    """How well pictures are read from end to end. Shares are from 0 to 1, and None where there is nothing to share.

    Attributes:
        n: how many pictures, those without a digit and those that cannot be read among them.
        exact: share of the pictures with digits whose text is exactly the label.
        character_error_rate: insertions, deletions and substitutions, by the characters of the labels.
        by_length: for each length of label, how many pictures and the share read exactly.
        accepted: share of the pictures with digits whose status is "ok".
        exact_of_accepted: share of those that were read exactly.
        no_digit_rejected: share of the pictures without a digit whose status is "no_digit".
        errors: how many pictures could not be read at all.
        seconds: how long it took.

    """

    n: int
    exact: float | None
    character_error_rate: float | None
    by_length: dict[str, tuple[int, float]]
    accepted: float | None
    exact_of_accepted: float | None
    no_digit_rejected: float | None
    errors: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as `inkdigits evaluate --json` prints them."""
        return {
            "n": self.n,
            "exact": self.exact,
            "character_error_rate": self.character_error_rate,
            "by_length": {length: list(figures) for length, figures in self.by_length.items()},
            "accepted": self.accepted,
            "exact_of_accepted": self.exact_of_accepted,
            "no_digit_rejected": self.no_digit_rejected,
            "errors": self.errors,
            "seconds": round(self.seconds, 4),
        }


def evaluate_reader(
    reader: Reader,
    labels: str | Path,
    *,
    single: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ReaderEvaluation:
    """Judge a reader on labelled pictures.

    Args:
        reader: what reads.
        labels: a CSV with the columns `path` (relative to the CSV) and `label`: a digit, a digit string, several lines
            of them separated by "|", or empty for a picture that holds no digit.
        single: take each picture as exactly one digit.
        progress: told how many pictures are done, of how many.

    Raises:
        DataError: the CSV is missing or damaged.

    """
    entries = read_labels(labels)
    begin = time.perf_counter()
    readings = []
    for reading in reader.read_many([path for path, _ in entries], single=single):
        readings.append(reading)
        progress(len(readings), len(entries))
    seconds = time.perf_counter() - begin
    return _judge(readings, [label for _, label in entries], seconds)


def read_labels(labels: str | Path) -> list[tuple[Path, str]]:
    r"""Return the paths and labels of a CSV; the lines of a label are separated by "\n", as a reading's text is.

    Raises:
        DataNotFoundError: there is no such file.
        DataError: it is no CSV with the columns `path` and `label`, has no rows, or a label is not made of digits.

    """
    source = Path(labels)
    try:
        with source.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file, restval="")
            if not {"path", "label"} <= set(table.fieldnames or ()):
                raise DataError(
                    f"{printable(source)} lacks the columns path and label", "add a first line 'path,label'"
                )
            entries = [_entry(source, table.line_num, row) for row in table]
    except FileNotFoundError as error:
        raise DataNotFoundError(f"there is no file {printable(source)}", "check the name") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot read {printable(source)}: {error}", "save it as CSV in UTF-8") from error
    if not entries:
        raise DataError(f"{printable(source)} has no rows", "add a picture's path and label on each line")
    return entries


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


def _entry(source: Path, line: int, row: dict[str, str]) -> tuple[Path, str]:
    label = row["label"].strip()
    if not all(part.isascii() and part.isdigit() for part in label.split("|") if label):
        raise DataError(
            f"the label '{printable(label)}' in line {line} of {printable(source)} is no digit string",
            "write digits only, '|' between lines, or nothing for a picture without a digit",
        )
    return source.parent / row["path"], label.replace("|", "\n")


def _judge(readings: Sequence[Reading], labels: Sequence[str], seconds: float) -> ReaderEvaluation:
    with_digits = [(reading, label) for reading, label in zip(readings, labels, strict=True) if label]
    without = [reading for reading, label in zip(readings, labels, strict=True) if not label]
    exact = [reading.text == label for reading, label in with_digits]
    accepted = [right for right, (reading, _) in zip(exact, with_digits, strict=True) if reading.status == "ok"]
    lengths: defaultdict[int, list[bool]] = defaultdict(list)
    for right, (_, label) in zip(exact, with_digits, strict=True):
        lengths[len(label.replace("\n", ""))].append(right)
    characters = sum(len(label) for _, label in with_digits)
    edits = sum(edit_distance(reading.text, label) for reading, label in with_digits)
    return ReaderEvaluation(
        n=len(readings),
        exact=_share(sum(exact), len(exact)),
        character_error_rate=_share(edits, characters),
        by_length={str(length): (len(rights), sum(rights) / len(rights)) for length, rights in sorted(lengths.items())},
        accepted=_share(len(accepted), len(with_digits)),
        exact_of_accepted=_share(sum(accepted), len(accepted)),
        no_digit_rejected=_share(sum(reading.status == "no_digit" for reading in without), len(without)),
        errors=sum(reading.status == "error" for reading in readings),
        seconds=seconds,
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
