"""Labelled pictures: a CSV that says what is written in each, and which of its rows to judge."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inkdigits.data.table import Row, columns_of_pictures, listed_pictures, read_table
from inkdigits.errors import DataError, printable, unknown_name
from inkdigits.results.characters import MARKS

_LINE = re.compile(f"[{re.escape(MARKS)} ]*[0-9][0-9{re.escape(MARKS)} ]*")


class _Columns(Mapping[str, str]):
    """A row by the names of its columns, which all rows of a table share: a million rows are to fit into memory."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[str]) -> None:
        self._places, self._values = places, tuple(values)

    def __getitem__(self, name: str) -> str:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    r"""A row of the CSV.

    Attributes:
        path: of the picture; text, which takes a tenth of the memory of a `Path`.
        label: the text, lines separated by "\n" as in a reading's text; empty where there is no digit.
        columns: the row as it stands in the CSV, by the names of the columns.

    """

    path: str
    label: str
    columns: Mapping[str, str]

    @property
    def digits(self) -> str:
        """The digits of the label, without marks, spaces and line breaks."""
        return re.sub("[^0-9]", "", self.label)

    def as_labelled(self, text: str) -> str:
        """Return what is compared with the label: a text as it was read, or its digits if the label has no others."""
        return re.sub(r"[^0-9\n]", "", text) if re.fullmatch(r"[0-9\n]+", self.label) else text


def read_labels(labels: str | Path) -> list[LabelledPicture]:
    """Return the rows of a CSV that lists pictures, as `listed_pictures` takes it, with whatever other columns.

    Args:
        labels: paths in it are relative to its folder; a label is a digit, a digit string, a text with marks and
            spaces, several lines of them separated by "|", or empty.

    Raises:
        DataNotFoundError: there is no such file.
        DataError: it is no CSV with the columns `path` and `label`, has no rows, or a label is none.

    """
    table = read_table(Path(labels))
    picture, label = columns_of_pictures(table)
    places = {name: place for place, name in enumerate(table.head)} | {"path": picture, "label": label}
    rows = listed_pictures(table, Path(labels).parent)
    pictures = [_picture(row, _Columns(places, row.cells)) for row in rows]
    if not pictures:
        raise DataError(f"{table.name} has no rows", "add a picture's path and label on each line")
    return pictures


def leave_out(pictures: Sequence[LabelledPicture], conditions: Sequence[str]) -> list[LabelledPicture]:
    """Return the pictures of which no condition holds.

    Args:
        pictures: of one CSV.
        conditions: "COLUMN" holds where that column is not empty, "COLUMN=TEXT" where it contains the text.

    Raises:
        UsageError: there is no such column.
        DataError: no picture is left.

    """
    parsed = [condition.partition("=")[::2] for condition in conditions]
    check_columns(pictures, [column for column, _ in parsed])
    kept = [
        picture
        for picture in pictures
        if not any(picture.columns[column] and text in picture.columns[column] for column, text in parsed)
    ]
    if not kept:
        raise DataError("every row is left out", "leave out less")
    return kept


def check_columns(pictures: Sequence[LabelledPicture], columns: Sequence[str]) -> None:
    """Raise UsageError if a CSV lacks a column."""
    for column in columns:
        if column not in pictures[0].columns:
            raise unknown_name("column", column, pictures[0].columns)


def _picture(row: Row, columns: _Columns) -> LabelledPicture:
    lines = [" ".join(part.split()) for part in row.label.split("|") if part.strip()]  # no text has an empty line
    if row.label and not (lines and all(map(_LINE.fullmatch, lines))):
        raise DataError(
            f"the label '{printable(row.label)}' in {row.where} is not a line of digits",
            f"write digits, marks ({' '.join(MARKS)}) and spaces, '|' between lines, or nothing for no digit",
        )
    text = "\n".join(lines)
    return LabelledPicture(row.picture, row.label if row.label == text else text, columns)
