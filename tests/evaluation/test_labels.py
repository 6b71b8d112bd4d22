"""Tables of labelled pictures: what they say, and what is wrong with them."""

import tracemalloc
from pathlib import Path

import pytest

from inkdigits.errors import DataError, DataNotFoundError, UsageError
from inkdigits.evaluation.labels import LabelledPicture, check_columns, leave_out, read_labels


def table(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_bytes(text.encode("latin-1"))
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("place,digit\na.png,1\n", "no columns named path and label"),
        ("path,label\na.png,1\nb.png,x\n", "label 'x' in line 3"),
        ("path,label\na.png,||\n", "is not a line of digits"),
        ("path,label\na.png,1|-\n", "is not a line of digits"),
        ("path,label\na.png,1;2\n", "write digits, marks"),
        ("path,label\na.png,\xb2\n", "label '²' in line 2"),
        ("path,label\n7.png,7\na.png,04,356\n", "line 3 .* has 3 values for 2 columns; .* holds a comma in quotes"),
        ("path;label\na.png;1;2\n", "holds a semicolon in quotes"),
        ("path,label\n,1\n", "line 2 .* names no picture"),
        ("path,label\n", "has no rows"),
        ("", "no columns named"),
    ],
)
def test_a_wrong_table_of_labels_says_where(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        read_labels(table(tmp_path, text))


def test_a_missing_table_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="check the name"):
        read_labels(tmp_path / "missing.csv")


def test_lines_of_a_label_are_separated_by_a_bar_and_further_columns_are_kept(tmp_path: Path) -> None:
    text = "path,label,kind\na.png,12|34,page\nb.png, \nc.png,7,x,,\n"
    first, second, third = read_labels(table(tmp_path, text))
    assert (first.path, first.label, first.columns["kind"]) == (str(tmp_path / "a.png"), "12\n34", "page")
    assert (second.label, second.columns["kind"]) == ("", "")
    assert third.columns == {"path": "c.png", "label": "7", "kind": "x"}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("path;label;pen\r\na.png;12,5|-3 7;blue\r\n", "utf-8-sig"),
        ("path\tlabel\tpen\na.png\t12,5|-3 7\tblue\n", "utf-16"),
        ('pen, Image, Digit\rblue, a.png, "12,5|-3 7" \r', "cp1252"),
    ],
)
def test_a_table_may_be_written_in_many_ways(text: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes(text.encode(encoding))
    (picture,) = read_labels(tmp_path / "labels.csv")
    assert (picture.path, picture.label) == (str(tmp_path / "a.png"), "12,5\n-3 7")
    assert [picture.columns[column] for column in ("path", "pen")] == ["a.png", "blue"]


def test_a_table_of_many_rows_takes_little_memory(tmp_path: Path) -> None:
    rows = 20_000
    labels = table(tmp_path, "path,label\n" + "".join(f"scans/{row:08}.png,{row:06}\n" for row in range(rows)))
    tracemalloc.start()
    try:
        pictures = read_labels(labels)
        memory, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(pictures), pictures[-1].label) == (rows, "019999")
    assert memory / rows < 800  # bytes: a million rows take less than a gigabyte


def test_a_label_may_have_marks_and_spaces(tmp_path: Path) -> None:
    text = "path,label\na.png,12.50\nb.png,12   7 30 | -5\nc.png,20/07/2021||12:30\n"
    first, second, third = read_labels(table(tmp_path, text))
    assert (first.label, second.label, third.label) == ("12.50", "12 7 30\n-5", "20/07/2021\n12:30")
    assert second.digits == "127305"


def pictures() -> list[LabelledPicture]:
    notes = {"a": "", "b": "ambiguous, faint", "c": "faint"}
    return [LabelledPicture(name, "1", {"path": name, "note": note}) for name, note in notes.items()]


@pytest.mark.parametrize(
    ("conditions", "left"),
    [
        ([], "abc"),
        (["note"], "a"),
        (["note="], "a"),
        (["note=ambiguous"], "ac"),
        (["note=ambiguous", "path=a"], "c"),
        (["note=nothing of it"], "abc"),
    ],
)
def test_rows_are_left_out_by_what_a_column_says(conditions: list[str], left: str) -> None:
    assert "".join(picture.path for picture in leave_out(pictures(), conditions)) == left


def test_a_column_that_is_not_there_is_named_with_the_nearest_that_is() -> None:
    with pytest.raises(UsageError, match="did you mean 'note'"):
        leave_out(pictures(), ["nite=x"])
    with pytest.raises(UsageError, match="no column called 'source'"):
        check_columns(pictures(), ["source"])


def test_leaving_out_everything_is_an_error() -> None:
    with pytest.raises(DataError, match="every row is left out"):
        leave_out(pictures(), ["path"])
