"""Digits as strokes: split by writer, scaled to a height of 1, and refused if anything about their file is wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from inkdigits.data.hands import load_strokes
from inkdigits.errors import DataCorruptError, DataError

from .conftest import Keep, json_lines

Rows = list[dict[str, Any]]
TRAIN, TEST = "pendigits_train.jsonl.gz", "pendigits_test.jsonl.gz"


def test_a_writer_is_in_one_split_only(keep: Keep, know: Callable[..., None], pen_rows: Rows) -> None:
    test_rows = [row | {"writer": row["writer"].replace("train", "test")} for row in pen_rows]
    files = {TRAIN: json_lines(*pen_rows), TEST: json_lines(*test_rows)}
    know("pendigits", files, validation_writers=1)
    folder = keep(files)
    train, validation, test = (load_strokes("pendigits", split, folder) for split in ("train", "validation", "test"))
    assert [len(strokes) for strokes in (train, validation, test)] == [15, 5, 20]
    writers = [set(strokes.writers) for strokes in (train, validation, test)]
    assert writers[0] | writers[1] == {1, 2, 3, 4}
    assert writers[2] == {31, 32, 33, 34}
    assert not writers[0] & writers[1]


def test_a_digit_is_one_high_with_its_top_left_at_0_and_keeps_its_aspect(
    keep: Keep, know: Callable[..., None], pen_rows: Rows
) -> None:
    files = {TRAIN: json_lines(*pen_rows)}
    know("pendigits", files, validation_writers=1)
    strokes = load_strokes("pendigits", "train", keep(files)).strokes[0]
    points = np.concatenate(strokes)
    assert [stroke.dtype for stroke in strokes] == [np.float32, np.float32]
    np.testing.assert_allclose(points.min(axis=0), 0)
    np.testing.assert_allclose(points[:, 1].max(), 1)
    np.testing.assert_allclose(points[:, 0].max(), 40 / 80, rtol=0.2)
    assert [len(stroke) for stroke in strokes] == [3, 2]


def test_a_level_stroke_has_a_width_of_1(keep: Keep, know: Callable[..., None]) -> None:
    rows = [{"label": 1, "writer": f"train{writer}", "strokes": [[[5, 7], [25, 7]]]} for writer in (1, 2)]
    files = {TRAIN: json_lines(*rows)}
    know("pendigits", files, validation_writers=1)
    ((stroke,),) = load_strokes("pendigits", "train", keep(files)).strokes
    np.testing.assert_array_equal(stroke, [[0, 0], [1, 0]])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda rows: b"", "holds no digits"),
        (lambda rows: json_lines(*rows)[:-20], "is a gzip file cut short"),
        (lambda rows: json_lines(*rows)[:50] + bytes(50), "is a damaged gzip file"),
        (lambda rows: b"{", "line 1 of .* is no JSON"),
        (lambda rows: json_lines(rows[0], [1, 2]), "line 2 of .* names no label"),
        (lambda rows: json_lines(rows[0] | {"label": 10}), "label 0 of .* is 10, not a digit from 0 to 9"),
        (lambda rows: json_lines(rows[0] | {"label": "x"}), "line 1 of .* has the label 'x', which is not a digit"),
        (lambda rows: json_lines({"label": 1, "strokes": [[[0, 0]]]}), "line 1 of .* names no writer"),
        (lambda rows: json_lines(rows[0] | {"writer": None}), "digit 0 of .* has no writer, but 'None'"),
        (lambda rows: json_lines(rows[0] | {"strokes": []}), "has strokes that are not points"),
        (lambda rows: json_lines(rows[0] | {"strokes": [[[0, 0, 0]]]}), "has strokes that are not points"),
        (lambda rows: json_lines(rows[0] | {"strokes": [[["a", 0]]]}), "has strokes that are not points"),
        (lambda rows: json_lines(rows[0] | {"strokes": [[[0, float("nan")]]]}), "has strokes that are not points"),
        (lambda rows: json_lines(*rows[1:]), "is another version than the one that is known"),
    ],
)
def test_a_wrong_file_is_one_clear_line(
    content: Callable[[Rows], bytes], said: str, keep: Keep, know: Callable[..., None], pen_rows: Rows
) -> None:
    know("pendigits", {TRAIN: json_lines(*pen_rows)})
    folder = keep({TRAIN: content(pen_rows)})
    with pytest.raises(DataCorruptError, match=said) as caught:
        load_strokes("pendigits", "train", folder)
    assert len(str(caught.value).splitlines()) == 1
    assert "delete it and run 'inkdigits data fetch pendigits'" in str(caught.value)


def test_uji_has_no_test_split() -> None:
    with pytest.raises(DataError, match="uji has no test split; it has: train, validation"):
        load_strokes("uji", "test")
