"""CSV files as people have them: with commas or semicolons, in UTF-8, UTF-16 or Windows' letters, pixels or paths."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkdigits.errors import DataError, printable

PICTURE_NAMES = ("path", "filename", "file", "file_name", "filepath", "image", "image_path", "picture")
LABEL_NAMES = ("label", "labels", "class", "digit", "target", "y")

_DELIMITERS = ",;\t"
_WHOLE = re.compile(r"([0-9])(?:[.,]0*)?")  # "7", and "7.0" as spreadsheets and pandas write it


@dataclass(frozen=True)
class Table:
    """A CSV, as text."""

    name: str  # of the file, for error messages
    text: str
    delimiter: str
    head: tuple[str, ...]  # the names of the columns in small letters; empty where the first line holds numbers


def read_table(path: Path) -> Table:
    """Return a CSV; raise DataError if it holds no text."""
    text = _decoded(path.read_bytes(), printable(path))
    first = text.split("\n", 1)[0].strip("\r")
    if not all(letter.isprintable() or letter == "\t" for letter in first):
        raise DataError(f"{printable(path)} is no CSV", "save it as a CSV with the columns path and label")
    delimiter = max(_DELIMITERS, key=first.count)
    cells = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
    named = not all(_is_number(cell) for cell in cells)
    return Table(printable(path), text, delimiter, tuple(cell.strip().lower() for cell in cells) if named else ())


def holds_pixels(path: Path) -> bool:
    """Whether a CSV holds a picture a row, as Kaggle has MNIST, and lists no pictures: told by its first line."""
    with path.open("rb") as file:
        first = file.readline(2**17)  # bytes
    return max(first.count(delimiter.encode()) for delimiter in _DELIMITERS) >= 28 * 28 - 1


def read_pixels(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels, float64 (N,784), and labels, float64 (N,), the column of that name or the first, of a table.

    Raises:
        DataError: it has another number of columns, or a cell is no number.

    """
    try:
        lines = io.StringIO(table.text)
        numbers = np.loadtxt(lines, delimiter=table.delimiter, skiprows=int(bool(table.head)), ndmin=2)
    except ValueError as error:
        raise DataError(f"{table.name} is not a table of numbers: {printable(error)}") from error
    if numbers.shape[1] == 28 * 28:
        raise DataError(f"{table.name} has 784 pixels a row, but no labels", "name the file that has them")
    if numbers.shape[1] != 28 * 28 + 1:
        raise DataError(f"{table.name} has {numbers.shape[1]} columns", "give a label and 784 pixels in each row")
    place = find_column(table.head, LABEL_NAMES) or 0
    return np.delete(numbers, place, axis=1), numbers[:, place]


def listed_pictures(table: Table, folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the label and the path of each picture that a table lists, relative to a folder.

    Raises:
        DataError: it has no such columns, or a label is not a digit.

    """
    picture, label = find_column(table.head, PICTURE_NAMES), find_column(table.head, LABEL_NAMES)
    if picture is None or label is None:
        raise DataError(f"{table.name} has no columns named path and label", "name them in its first line")
    reader = csv.reader(io.StringIO(table.text, newline=""), delimiter=table.delimiter, skipinitialspace=True)
    try:
        next(reader)  # the names of the columns
        for cells in filter(None, reader):
            where = f"line {reader.line_num} of {table.name}"
            named, labelled = (cells[place].strip() if place < len(cells) else "" for place in (picture, label))
            if not named:
                raise DataError(f"{where} names no picture")
            path = folder / named
            if "\\" in named and not path.exists():  # as Windows writes paths
                path = folder / named.replace("\\", "/")
            yield digit_of(labelled, where), path
    except csv.Error as error:
        raise DataError(f"{table.name} is no CSV: line {reader.line_num}, {printable(error)}") from error


def find_column(head: Sequence[str], names: Sequence[str]) -> int | None:
    """Return the place of the first column that has one of some names."""
    return next((head.index(name) for name in names if name in head), None)


def digit_of(text: str, where: str) -> int:
    """Return the digit that a label names, "7" or "7.0"; raise DataError, which says where it stands, if none."""
    found = _WHOLE.fullmatch(text.strip())
    if not found:
        raise DataError(f"{where} has the label '{printable(text.strip())}', which is not a digit from 0 to 9")
    return int(found[1])


def _decoded(raw: bytes, name: str) -> str:
    """Return a file's text: what its first bytes say, or UTF-8, or Windows' letters."""
    marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise DataError(f"{name} is no CSV", "save it as a CSV with the columns path and label")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
