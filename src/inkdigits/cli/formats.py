"""Readings as text for people, JSON, JSON Lines and CSV, written as they come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING

from inkdigits.errors import printable

if TYPE_CHECKING:
    from inkdigits.reading import Reading

__all__ = ["FORMATS", "write_csv", "write_json", "write_jsonl", "write_named_text", "write_text"]


def write_text(readings: Iterable[Reading], stream: IO[bytes]) -> None:
    """Write nothing but what was read, a line of the page a line."""
    for reading in readings:
        if reading.text:
            stream.write(f"{reading.text}\n".encode())


def write_named_text(readings: Iterable[Reading], stream: IO[bytes]) -> None:
    """Write a line a picture: its name, what was read, and whether that is in doubt; failures are left out."""
    remarks = {"uncertain": " (uncertain)", "no_digit": "(no digit)"}
    for reading in readings:
        if not reading.error:
            text = reading.text.replace("\n", " | ") + remarks.get(reading.status, "")
            stream.write(f"{printable(reading.source)}: {text}\n".encode())


def write_json(readings: Iterable[Reading], stream: IO[bytes]) -> None:
    """Write one JSON list with an object a picture."""
    separator = b"["
    for reading in readings:
        stream.write(separator + _json(reading))
        separator = b",\n "
    stream.write(b"]\n" if separator != b"[" else b"[]\n")


def write_jsonl(readings: Iterable[Reading], stream: IO[bytes]) -> None:
    """Write a JSON object a line and picture."""
    for reading in readings:
        stream.write(_json(reading) + b"\n")


def write_csv(readings: Iterable[Reading], stream: IO[bytes]) -> None:
    """Write CSV (RFC 4180) with a row a digit, and a row for each picture without digits."""
    from inkdigits.reading import CSV_COLUMNS

    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, CSV_COLUMNS, restval="")
    rows.writeheader()
    for reading in readings:
        rows.writerows(reading.to_rows())
        stream.write(_utf8(text.getvalue()))
        text.seek(0)
        text.truncate()
    stream.write(_utf8(text.getvalue()))


FORMATS: dict[str, Callable[[Iterable[Reading], IO[bytes]], None]] = {
    "json": write_json,
    "jsonl": write_jsonl,
    "csv": write_csv,
}


def _json(reading: Reading) -> bytes:
    return _utf8(json.dumps(reading.to_dict(), ensure_ascii=False))


def _utf8(text: str) -> bytes:
    r"""Encode text; bytes of a file name that are no UTF-8 become \udcff, which JSON reads back."""
    return text.encode("utf-8", "backslashreplace")
