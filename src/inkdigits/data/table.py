"""CSV files as people have them: with commas or semicolons, in UTF-8, UTF-16 or Windows' letters, pixels or paths."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from inkdigits.errors import DataError, DataNotFoundError, printable

PICTURE_NAMES = ("path", "filename", "file", "file_name", "filepath", "image", "image_path", "picture")
LABEL_NAMES = ("label", "labels", "class", "digit", "target", "y")

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_WHOLE = re.compile(r"([0-9])(?:[.,]0*)?")  # "7", and "7.0" as spreadsheets and pandas write it


@dataclass(frozen=True)
class Table:
    """A CSV, as text."""

    name: str  # of the file, for error messages
    text: str
    delimiter: str
    head: tuple[str, ...]  # the names of the columns; empty where the first line holds numbers


class Row(NamedTuple):
    """A picture that a table lists."""

    where: str  # it stands, for error messages
    picture: str  # its path; text, since a `Path` for each of a million rows takes seconds and ten times the memory
    label: str
    cells: list[str]  # all of the row, as many as there are columns


def read_table(path: Path) -> Table:
    """Return a CSV; raise DataNotFoundError if it is not there, DataError if it holds no text."""
    try:
        text = _decoded(path.read_bytes(), printable(path))
    except FileNotFoundError as error:
        raise DataNotFoundError(f"there is no file {printable(path)}", "check the name") from error
    except OSError as error:
        raise DataError(f"cannot read {printable(path)}: {error.strerror}") from error
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    if not all(letter.isprintable() or letter == "\t" for letter in first):
        raise DataError(f"{printable(path)} is no CSV", "save it as a CSV with the columns path and label")
    delimiter = max(_DELIMITERS, key=first.count)
    cells = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
    named = not all(_is_number(cell) for cell in cells)
    return Table(printable(path), text, delimiter, tuple(cell.strip() for cell in cells) if named else ())


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


def listed_pictures(table: Table, folder: Path) -> Iterator[Row]:
    """Yield the pictures that a table lists, their paths relative to a folder.

    Raises:
        DataError: it has no such columns, or a row names no picture or has more cells than there are columns.

    """
    picture, label = columns_of_pictures(table)
    width = len(table.head)
    reader = csv.reader(io.StringIO(table.text, newline=""), delimiter=table.delimiter, skipinitialspace=True)
    try:
        next(reader)  # the names of the columns
        for cells in filter(None, reader):
            where = f"line {reader.line_num} of {table.name}"
            if "".join(cells[width:]).strip():
                do = f"put a value that holds a {_DELIMITERS[table.delimiter]} in quotes"
                raise DataError(f"{where} has {len(cells)} values for {width} columns", do)
            cells = [cell.strip() for cell in cells[:width]] + [""] * (width - len(cells))
            if not cells[picture]:
                raise DataError(f"{where} names no picture")
            path = os.path.join(folder, cells[picture])  # noqa: PTH118 - see `Row`
            if "\\" in cells[picture] and not Path(path).exists():  # as Windows writes paths
                path = path.replace("\\", "/")
            yield Row(where, path, cells[label], cells)
    except csv.Error as error:
        raise DataError(f"{table.name} is no CSV: line {reader.line_num}, {printable(error)}") from error


def columns_of_pictures(table: Table) -> tuple[int, int]:
    """Return the places of the pictures' paths and of the labels; raise DataError if there are no such columns."""
    picture, label = find_column(table.head, PICTURE_NAMES), find_column(table.head, LABEL_NAMES)
    if picture is None or label is None:
        raise DataError(f"{table.name} has no columns named path and label", "name them in its first line")
    return picture, label


def find_column(head: Sequence[str], names: Sequence[str]) -> int | None:
    """Return the place of the first column that has one of some names, in capitals or not."""
    small = [name.lower() for name in head]
    return next((small.index(name) for name in names if name in small), None)


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
