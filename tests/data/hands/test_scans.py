"""Scanned digits: split by writer, and refused if anything about their file is wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from inkdigits.data.hands import load_scans
from inkdigits.errors import DataCorruptError, DataError, DataNotFoundError, UsageError

from .conftest import Keep, npz

Arrays = dict[str, np.ndarray]


def test_a_writer_is_in_one_split_only(keep: Keep, know: Callable[..., None], swiss_arrays: Arrays) -> None:
    files = {"swiss.npz": npz(**swiss_arrays)}
    know("swiss", files, validation_writers=1)
    folder = keep(files)
    train, validation = (load_scans("swiss", split, folder) for split in ("train", "validation"))
    assert (len(train), len(validation)) == (30, 10)
    assert len(set(validation.writers)) == 1
    assert set(train.writers) | set(validation.writers) == {1, 2, 3, 4}
    assert not set(train.writers) & set(validation.writers)
    np.testing.assert_array_equal(validation.labels, np.arange(10))
    assert validation.images.dtype == np.uint8
    assert validation.images[0].min() == 40


def test_another_compression_is_the_same_content(keep: Keep, know: Callable[..., None], swiss_arrays: Arrays) -> None:
    know("swiss", {"swiss.npz": npz(**swiss_arrays)}, validation_writers=1)
    folder = keep({})
    np.savez_compressed(folder / "hands" / "swiss.npz", **swiss_arrays)
    assert len(load_scans("swiss", "train", folder)) == 30


def _changed(arrays: Arrays, **other: Any) -> bytes:
    return npz(**{key: value for key, value in (arrays | other).items() if value is not None})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda arrays: b"", "is a damaged .npz file"),
        (lambda arrays: npz(**arrays)[:-500], "is a damaged .npz file"),
        (lambda arrays: b"<html>no such page</html>", "is a damaged .npz file"),
        (lambda arrays: _changed(arrays, writers=None), "holds no array called writers"),
        (lambda arrays: _changed(arrays, writers=np.array([""] * 40)), "digit 0 of .* has no writer, but ''"),
        (lambda arrays: _changed(arrays, writers=arrays["writers"][:-1]), "40 images, 40 labels and 39 writers"),
        (lambda arrays: _changed(arrays, labels=arrays["labels"] + 1), "label 9 of .* is 10, not a digit from 0 to 9"),
        (lambda arrays: _changed(arrays, labels=arrays["labels"] / 2), "not one integer a digit"),
        (lambda arrays: _changed(arrays, images=arrays["images"][:, 1:]), r"not uint8 \(N,100,100\)"),
        (
            lambda arrays: _changed(arrays, images=255 - arrays["images"]),
            "is another version than the one that is known",
        ),
        (lambda arrays: _changed(arrays, labels=np.array([None] * 40)), "is a damaged .npz file"),
    ],
)
def test_a_wrong_file_is_one_clear_line(
    content: Callable[[Arrays], bytes], said: str, keep: Keep, know: Callable[..., None], swiss_arrays: Arrays
) -> None:
    know("swiss", {"swiss.npz": npz(**swiss_arrays)})
    folder = keep({"swiss.npz": content(swiss_arrays)})
    with pytest.raises(DataCorruptError, match=said) as caught:
        load_scans("swiss", "train", folder)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert "delete it and run 'inkdigits data fetch swiss'" in message
    assert str(folder / "hands" / "swiss.npz") in message


def test_a_missing_file_is_one_line_that_says_where_it_was_looked_for(keep: Keep) -> None:
    folder = keep({})
    with pytest.raises(DataNotFoundError) as caught:
        load_scans("swiss", "train", folder)
    message = str(caught.value)
    assert f"there is no swiss.npz in {folder / 'hands'}" in message
    assert "run 'inkdigits data fetch swiss'" in message
    assert len(message.splitlines()) == 1


def test_a_split_that_is_not_there_is_named_with_those_that_are(keep: Keep) -> None:
    with pytest.raises(DataError, match="swiss has no test split; it has: train, validation"):
        load_scans("swiss", "test", keep({}))


def test_what_is_no_scan_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="there is no data set of scans called 'uji'"):
        load_scans("uji", "train")
