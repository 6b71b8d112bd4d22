"""Readings as text for people, JSON, JSON Lines, CSV and Parquet, written as they come."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from inkdigits.errors import printable

if TYPE_CHECKING:
    from inkdigits.results.transcript import Transcript


_FREE = ("source", "error")  # columns that may hold whatever a file is called
_FORMULA = re.compile(r"[=+@]|-.")  # what begins like this a spreadsheet computes
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ROW_GROUP = 1000  # so many pages are held in memory for Parquet


def write_text(readings: Iterable[Transcript], stream: IO[bytes]) -> None:
    """Write nothing but what was read, a line of the page a line, and an empty one between pages."""
    between = ""
    for reading in readings:
        if reading.text:
            stream.write(f"{between}{reading.text}\n".encode())
            between = "\n"


def write_named_text(readings: Iterable[Transcript], stream: IO[bytes]) -> None:
    """Write one line per page: the picture's name, what was read, and whether it is in doubt; failures are left out."""
    remarks = {"uncertain": " (uncertain)", "no_digit": "(no digit)"}
    for reading in readings:
        if not reading.error:
            text = reading.text.replace("\n", " | ") + remarks.get(reading.status, "")
            page = f", page {reading.page}" if reading.page > 1 else ""
            stream.write(f"{printable(reading.source)}{page}: {text}\n".encode())


def write_json(readings: Iterable[Transcript], stream: IO[bytes]) -> None:
    """Write one JSON list with one object per page."""
    separator = b"["
    for reading in readings:
        stream.write(separator + _json(reading))
        separator = b",\n "
    stream.write(b"]\n" if separator != b"[" else b"[]\n")


def write_jsonl(readings: Iterable[Transcript], stream: IO[bytes]) -> None:
    """Write one JSON object per line and page."""
    for reading in readings:
        stream.write(_json(reading) + b"\n")


def write_csv(readings: Iterable[Transcript], stream: IO[bytes]) -> None:
    """Write CSV (RFC 4180) with one row per digit, and a row for each page without digits.

    Names and messages can neither be taken for formulas by a spreadsheet nor steer a terminal.
    """
    from inkdigits.results.transcript import CSV_COLUMNS

    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, CSV_COLUMNS, restval="")
    rows.writeheader()
    for reading in readings:
        rows.writerows(
            {**row, **{name: _cell(row[name]) for name in _FREE if name in row}} for row in reading.to_rows()
        )
        stream.write(_utf8(text.getvalue()))
        text.seek(0)
        text.truncate()
    stream.write(_utf8(text.getvalue()))


def write_parquet(readings: Iterable[Transcript], stream: IO[bytes]) -> None:
    """Write Parquet with one row per page, shaped as in JSON, and with each digit its number and mark, as in CSV.

    The schema's version is in the file's metadata.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from inkdigits.results.transcript import SCHEMA

    text, texts, place = pa.string(), pa.list_(pa.string()), pa.int32()
    common = {"confidence": pa.float64(), "accepted": pa.bool_(), "box": pa.list_(place), "line": place}
    own = {"probabilities": pa.list_(pa.float64()), "number": place, "mark": text}
    digit = pa.struct({"value": pa.int8(), **common, **own})
    mark = pa.struct({"value": text, **common, "after": place})
    schema = pa.schema(
        {
            **{"source": text, "page": place, "status": text, "text": text, "lines": texts, "numbers": texts},
            **{"digits": pa.list_(digit), "marks": pa.list_(mark), "rotation": pa.int16(), "notes": texts},
            "error": pa.struct({"code": text, "message": text}),
        },
        metadata={"inkdigits.schema": str(SCHEMA)},
    )
    rows = iter(readings)
    with pq.ParquetWriter(stream, schema) as file:
        while group := [_row(reading) for reading in islice(rows, _ROW_GROUP)]:
            file.write_table(pa.Table.from_pylist(group, schema))


FORMATS: dict[str, Callable[[Iterable[Transcript], IO[bytes]], None]] = {
    "json": write_json,
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
}


def _cell(text: str) -> str:
    r"""Return text as a cell: `'=2+3.png` for a name that begins like a formula, `a\\x1b.png` for a control."""
    shown = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)
    return f"'{shown}" if _FORMULA.match(shown) else shown


def _json(reading: Transcript) -> bytes:
    return _utf8(json.dumps(reading.to_dict(), ensure_ascii=False))


def _row(reading: Transcript) -> dict[str, Any]:
    row = reading.to_dict() | {"source": _utf8(reading.source).decode()}
    for digit, cells in zip(row["digits"], reading.to_rows(), strict=False):  # a page without digits has a row too
        digit |= {"number": cells["number"], "mark": cells["mark"]}
    if row["error"]:
        row["error"]["message"] = _utf8(row["error"]["message"]).decode()
    return row


def _utf8(text: str) -> bytes:
    r"""Encode text; bytes of a file name that are no UTF-8 become \udcff, which JSON reads back."""
    return text.encode("utf-8", "backslashreplace")
