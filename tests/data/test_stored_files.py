"""IDX files are read strictly: what is not exactly right is an error that names the file."""

import gzip
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from inkdigits.data import stored_files
from inkdigits.data.stored_files import decompress, encode_idx, parse_idx, read_bytes
from inkdigits.errors import DataCorruptError, DataError

ARRAYS = arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6))
WHOLE = encode_idx(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))


def header(*shape: int, kind: int = 8) -> bytes:
    return bytes([0, 0, kind, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


@given(ARRAYS)
def test_what_is_written_is_read_back(array: np.ndarray) -> None:
    read = parse_idx(encode_idx(array), "some-idx")
    np.testing.assert_array_equal(read, array)
    assert read.dtype == np.uint8
    assert read.flags.writeable


def test_the_content_is_laid_out_as_published() -> None:
    # the header of train-images-idx3-ubyte, as LeCun's page gives it
    assert encode_idx(np.zeros((60_000, 28, 28), np.uint8))[:16] == struct.pack(">IIII", 0x803, 60_000, 28, 28)


def test_an_array_in_another_order_is_written_in_the_right_one() -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert encode_idx(np.asfortranarray(array)) == encode_idx(array)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no IDX file"),
        (b"\0\0\x08", "no IDX file"),
        (b"<html>404</html>", "no IDX file"),
        (gzip.compress(WHOLE, mtime=0), "no IDX file"),
        (header(24, kind=0x0D) + bytes(24), "type 0x0d"),
        (header(), "cut short within its header"),
        (header(2, 3, 4)[:9], "cut short within its header"),
        (WHOLE[:-1], "cut short: 23 bytes of data where its header says 24"),
        (WHOLE + b"\0", "bytes left over: 25 bytes of data where its header says 24"),
        (header(2, 3, 5) + bytes(24), "cut short: 24 bytes of data where its header says 30"),
        (header(2**32 - 1, 2**32 - 1) + bytes(24), "cut short"),
        (header(*[1] * 70) + b"\0", "70 dimensions"),
        (header(0, 2**32 - 1, 2**32 - 1), "no array can have"),
    ],
)
def test_what_is_wrong_is_said_with_the_files_name(content: bytes, said: str) -> None:
    with pytest.raises(DataCorruptError, match=said) as caught:
        parse_idx(content, "train-images-idx3-ubyte")
    assert str(caught.value).startswith("train-images-idx3-ubyte ")


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda rest: b"\0\0\x08" + rest))
def test_any_bytes_are_an_array_or_corrupt(content: bytes) -> None:
    try:
        array = parse_idx(content, "any")
    except DataCorruptError:
        return
    assert encode_idx(array) == content


def test_gzip_is_undone_and_plain_content_left_alone() -> None:
    assert decompress(gzip.compress(WHOLE, mtime=0), "some.gz") == WHOLE
    assert decompress(WHOLE, "some") == WHOLE


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(WHOLE, mtime=0)[:-9], "a gzip file cut short"),
        (gzip.compress(WHOLE, mtime=0)[:12], "a gzip file cut short"),
        (gzip.compress(WHOLE, mtime=0) + b"x", "bytes left over"),
        (gzip.compress(WHOLE, mtime=0)[:-8] + bytes(8), "a damaged gzip file"),
        (gzip.compress(bytes(3 * 2**20), mtime=0), "larger than 2 MiB"),
    ],
    ids=["cut in its checksum", "cut in its data", "too long", "wrong checksum", "bomb"],
)
def test_a_wrong_gzip_file_is_corrupt(content: bytes, said: str) -> None:
    with pytest.raises(DataCorruptError, match=said) as caught:
        decompress(content, "train-labels-idx1-ubyte.gz", limit=2 * 2**20)
    assert str(caught.value).startswith("train-labels-idx1-ubyte.gz ")


@given(st.data())
def test_a_changed_gzip_file_is_never_taken_for_another(data: st.DataObject) -> None:
    whole = gzip.compress(WHOLE, mtime=0)
    place = data.draw(st.integers(10, len(whole) - 1), "place, after the header")
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255), "change")
    with suppress(DataCorruptError):
        assert decompress(bytes(changed), "changed.gz") == WHOLE


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*gone: No such file"):
        read_bytes(tmp_path / "gone")


def test_a_file_far_too_large_is_not_read(tmp_path: Path) -> None:
    sparse = tmp_path / "huge"
    with sparse.open("wb") as file:
        file.truncate(stored_files.MAX_BYTES + 1)
    with pytest.raises(DataCorruptError, match="huge is larger than 128 MiB"):
        read_bytes(sparse)
