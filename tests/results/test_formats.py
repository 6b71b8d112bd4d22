import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inkdigits.errors import MissingExtraError, PictureError
from inkdigits.extras import EXTRAS
from inkdigits.results import formats
from inkdigits.results.characters import Digit, Mark
from inkdigits.results.formats import write_csv, write_parquet, write_text
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import Line

SEVEN = Digit(7, 0.93, (*[0.0] * 7, 0.93, 0.0, 0.07), (3, 4, 20, 30), True, 0, np.zeros((28, 28), np.uint8))
READINGS = [
    Reading("a.png", (Line((SEVEN, SEVEN), (Mark(".", 0.9, (24, 30, 3, 4), 0, 1),)),), notes=("looks like print",)),
    Reading("b.tif", page=2),
    Reading("c-\udcff.png", error=PictureError("c-\udcff.png is empty", code="empty_file")),
]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=HYPERLINK(1).png", "'=HYPERLINK(1).png"),
        ("+1.png", "'+1.png"),
        ("-2+3.png", "'-2+3.png"),
        ("@SUM(A1).png", "'@SUM(A1).png"),
        ("a=b.png", "a=b.png"),
        ("-", "-"),  # standard input
        ("red\x1b[31m.png", r"red\x1b[31m.png"),
        ("red\x9b31m.png", r"red\x9b31m.png"),
        ("a\r\nb\t.png", r"a\r\nb\t.png"),
        ("at\u202f3.png", "at\u202f3.png"),  # a space that macOS puts into names of screenshots
    ],
)
def test_names_in_csv_are_no_formulas_and_no_escapes(name: str, cell: str) -> None:
    stream = io.BytesIO()
    write_csv([Reading(name), Reading("b.png", error=PictureError(f"{name} is empty"))], stream)
    found = list(csv.DictReader(io.StringIO(stream.getvalue().decode(), newline="")))
    assert [row["source"] for row in found] == [cell, "b.png"]
    assert found[1]["error"] == _said(cell)
    assert not set(stream.getvalue().decode()) & {chr(code) for code in (*range(10), 27, *range(127, 160))}


def _said(cell: str) -> str:
    return "'- is empty" if cell == "-" else f"{cell} is empty"


def test_what_was_read_stands_in_csv_as_it_was_read() -> None:
    minus = Mark("-", 0.9, (0, 10, 4, 2), 0, 0)
    stream = io.BytesIO()
    write_csv([Reading("a.png", (Line((SEVEN, SEVEN), (minus, Mark("+", 0.9, (24, 30, 3, 4), 0, 1))),))], stream)
    first, second = csv.DictReader(io.StringIO(stream.getvalue().decode(), newline=""))
    assert (first["text"], first["mark"], second["text"]) == ("-7+7", "+", "-7+7")


def test_parquet_holds_what_json_holds() -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    stream = io.BytesIO()
    write_parquet(READINGS, stream)
    table = pq.read_table(stream)
    expected = [{name: value for name, value in one.to_dict().items() if name != "schema"} for one in READINGS]
    for place, mark in enumerate((".", "")):
        expected[0]["digits"][place] |= {"number": place, "mark": mark}
    expected[2]["source"] = r"c-\udcff.png"
    expected[2]["error"] = {"code": "empty_file", "message": r"c-\udcff.png is empty"}
    assert table.to_pylist() == expected
    assert table.schema.metadata[b"inkdigits.schema"] == b"2"


def test_parquet_is_written_as_readings_come(monkeypatch: pytest.MonkeyPatch) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(formats, "_ROW_GROUP", 2)
    stream, written = io.BytesIO(), []

    def watched() -> Iterator[Reading]:
        for reading in READINGS:
            written.append(stream.tell())
            yield reading

    write_parquet(watched(), stream)
    assert written[0] == written[1] < written[2]
    assert pq.ParquetFile(stream).num_row_groups == 2


def test_no_readings_are_an_empty_table() -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    stream = io.BytesIO()
    write_parquet([], stream)
    assert pq.read_table(stream).num_rows == 0


def test_parquet_names_its_extra_before_anything_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from inkdigits.cli.read import read

    monkeypatch.setitem(EXTRAS, "parquet", ("a_module_that_nobody_has",))
    with pytest.raises(MissingExtraError, match=r"pip install 'inkdigits\[parquet\]'"):
        read([str(tmp_path / "missing.png")], output=tmp_path / "readings.parquet")
    assert not list(tmp_path.iterdir())


def test_pages_without_digits_leave_no_empty_lines() -> None:
    stream = io.BytesIO()
    write_text([READINGS[1], READINGS[0], READINGS[1], READINGS[0]], stream)
    assert stream.getvalue() == b"7.7\n\n7.7\n"
