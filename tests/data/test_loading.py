"""Every data set by its name: its splits, its content, and what is said of one that cannot be used."""

import csv
import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from inkdigits.data import Dataset, load_dataset
from inkdigits.data.checks import check
from inkdigits.data.idx import decompress, encode_idx, parse_idx
from inkdigits.data.loading import load_collection
from inkdigits.errors import DataCorruptError, DataError, DataNotFoundError, UsageError


def draw(path: Path, digit: int, shift: int) -> None:
    """Draw something like a digit, each picture another one."""
    image = Image.new("L", (60, 80), 240)
    ImageDraw.Draw(image).text((12 + shift, 5), str(digit), fill=20, font_size=60)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


@pytest.fixture(scope="module")
def own_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own digits")
    for digit in range(10):
        for shift in range(10):
            draw(folder / str(digit) / f"{shift}.png", digit, shift)
    return folder


@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=1, max_dims=3, max_side=6)))
@settings(max_examples=50, deadline=None)
def test_idx_survives_writing_and_reading(array: np.ndarray) -> None:
    np.testing.assert_array_equal(parse_idx(encode_idx(array), "file"), array)
    assert decompress(gzip.compress(encode_idx(array)), "file.gz") == encode_idx(array)


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_an_array_or_a_clear_error(content: bytes) -> None:
    try:
        array = parse_idx(decompress(content, "file"), "file")
    except DataCorruptError:
        return
    assert encode_idx(array) == decompress(content, "file")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no IDX file"),
        (b"\1\0\x08\1" + struct.pack(">I", 0), "no IDX file"),
        (struct.pack(">HBBI", 0, 9, 1, 1) + b"\0", "type 0x09"),
        (struct.pack(">HBB", 0, 8, 3), "within its header"),
        (struct.pack(">HBBI", 0, 8, 1, 5) + b"1234", "cut short"),
        (struct.pack(">HBBI", 0, 8, 1, 3) + b"1234", "left over"),
        (struct.pack(">HBBIII", 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1), "cut short"),
    ],
)
def test_a_wrong_idx_file_is_named(content: bytes, said: str) -> None:
    with pytest.raises(DataCorruptError, match=said):
        parse_idx(content, "train-images")


def test_a_gzip_bomb_is_refused() -> None:
    with pytest.raises(DataCorruptError, match="larger than"):
        decompress(gzip.compress(bytes(3_000_000)), "bomb.gz", limit=2_000_000)


def test_mnist_has_its_three_splits(mnist_dir: Path) -> None:
    splits = {name: load_dataset("mnist", name, data_dir=mnist_dir) for name in ("train", "validation", "test")}
    assert [len(split) for split in splits.values()] == [55_000, 5_000, 10_000]
    share = np.array(splits["validation"].label_counts) / np.array(splits["train"].label_counts)
    assert share == pytest.approx(np.full(10, 1 / 11), rel=0.01)
    other = load_dataset("mnist", "validation", data_dir=mnist_dir, validation_seed=1)
    assert other.sha256 != splits["validation"].sha256
    assert load_dataset("mnist", "test", data_dir=mnist_dir, validation_seed=1).sha256 == splits["test"].sha256
    assert len(load_dataset("mnist", "train+validation", data_dir=mnist_dir)) == 60_000


def test_optdigits_look_like_mnist() -> None:
    parts = [load_dataset("optdigits", split) for split in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [1257, 180, 360]
    images = parts[0].images.astype(float)
    assert images.max() == 255
    rows, columns = np.indices((28, 28))
    mass = images.sum(axis=(1, 2))
    assert np.abs((images * rows).sum(axis=(1, 2)) / mass - 14).max() < 1
    assert np.abs((images * columns).sum(axis=(1, 2)) / mass - 14).max() < 1
    contents = [{image.tobytes() for image in part.images} for part in parts]
    assert not contents[0] & contents[1]
    assert load_dataset("optdigits", "test", validation_seed=9).sha256 == parts[2].sha256


def test_a_folder_of_pictures_is_divided_by_class(own_digits: Path) -> None:
    counts = {split: load_dataset(own_digits, split).label_counts for split in ("train", "validation", "test", "all")}
    assert counts == {"train": [8] * 10, "validation": [1] * 10, "test": [1] * 10, "all": [10] * 10}


def test_a_csv_lists_pictures_relative_to_itself(own_digits: Path) -> None:
    table = own_digits / "labels.csv"
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label"])
        writer.writerows([f"{digit}/{shift}.png", digit] for digit in range(10) for shift in range(10))
    listed, found = load_dataset(table, "all"), load_dataset(own_digits, "all")
    assert sorted(image.tobytes() for image in listed.images) == sorted(image.tobytes() for image in found.images)


def test_pictures_that_cannot_be_used_are_left_out_and_counted(tmp_path: Path) -> None:
    for shift in range(4):
        draw(tmp_path / "3" / f"{shift}.png", 3, shift)
    (tmp_path / "3" / "notes.txt").write_text("no picture")
    (tmp_path / "3" / "cut.png").write_bytes((tmp_path / "3" / "0.png").read_bytes()[:50])
    Image.new("L", (30, 30), 250).save(tmp_path / "3" / "blank.png")
    dataset = load_dataset(tmp_path, "all")
    assert dataset.label_counts[3] == 4
    assert len(dataset.skipped) == 3


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a/1.png": b""}, "no sub-folders named 0 to 9"),
        ({"3/.keep": b""}, "class folder .* is empty"),
        ({"12/1.png": b""}, "label '12', which is no digit"),
        ({"3/1.png": b"text"}, "no picture of a 3 .* can be used"),
    ],
)
def test_a_folder_that_cannot_be_used_says_why(files: dict[str, bytes], said: str, tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        load_dataset(tmp_path, "train")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,label\na.png,12\n", "line 2 .* label '12'"),
        ("path,label\na.png,\n", "line 2 .* no digit"),
        ("path,label\n,3\n", "line 2 .* names no picture"),
        ("file,digit\na.png,3\n", "no columns named path and label"),
        ("", "no columns named path and label"),
        ("path,label\n", "lists no pictures"),
    ],
)
def test_a_csv_that_cannot_be_used_says_where(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        load_dataset(tmp_path / "labels.csv", "train")


def test_names_that_do_not_exist_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'mnist'"):
        load_dataset("mnits")
    with pytest.raises(UsageError, match="did you mean 'test'"):
        load_dataset("optdigits", "tests")
    with pytest.raises(DataNotFoundError, match="check the path"):
        load_dataset(tmp_path / "missing")


def test_duplicates_and_leaks_are_counted(own_digits: Path, tmp_path: Path) -> None:
    for digit in range(10):
        for copy in range(5):
            draw(tmp_path / str(digit) / f"{copy}.png", digit, 0)
    checks = check(load_collection(tmp_path))
    assert checks.splits["train"].duplicates == 20  # three of the same of each digit
    assert checks.in_training_and_test == 10
    assert check(load_collection(own_digits)).skipped == ()


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (np.zeros((2, 28, 28), np.float32), np.zeros(2, np.int64), "float32"),
        (np.zeros((2, 8, 8), np.uint8), np.zeros(2, np.int64), r"\(2, 8, 8\)"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(3, np.int64), "2 images but 3 labels"),
        (np.zeros((2, 28, 28), np.uint8), np.array([0, 10]), "is 10, not a digit"),
    ],
)
def test_a_dataset_checks_itself(images: np.ndarray, labels: np.ndarray, said: str) -> None:
    with pytest.raises(DataCorruptError, match=said):
        Dataset(images, labels, "own", "train", "nowhere", "none")
