"""Your own pictures, in folders or listed in a CSV."""

import csv
import logging
import os
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

import inkdigits
from inkdigits.data import load_dataset
from inkdigits.data.folder import load_folder
from inkdigits.data.hands.hand_digits import single_digit
from inkdigits.data.splits import Collection
from inkdigits.errors import DataError, DataNotFoundError


def draw(path: Path, digit: int, shift: int) -> None:
    """Draw something like a digit, each picture another one."""
    image = Image.new("L", (60, 80), 240)
    ImageDraw.Draw(image).text((12 + shift, 5), str(digit), fill=20, font_size=50 + shift)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


@pytest.fixture(scope="module")
def own_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own digits é")
    for digit in range(10):
        for shift in range(10):
            draw(folder / str(digit) / f"{shift}.png", digit, shift)
    return folder


@pytest.fixture(scope="module")
def collection(own_digits: Path) -> Collection:
    return load_folder(own_digits)


def test_pictures_are_divided_by_digit(collection: Collection) -> None:
    counts = {split: collection.select(split).label_counts for split in ("train", "validation", "test", "all")}
    assert counts == {"train": [8] * 10, "validation": [1] * 10, "test": [1] * 10, "all": [10] * 10}


def test_a_seed_draws_the_validation_pictures_alone(own_digits: Path, collection: Collection) -> None:
    first, second = collection, load_folder(own_digits, validation_seed=1)
    assert first.select("test").sha256 == second.select("test").sha256
    assert first.select("validation").sha256 != second.select("validation").sha256


def test_each_picture_is_what_reading_it_would_see(own_digits: Path, collection: Collection) -> None:
    for place in (0, 37, 99):
        seen = single_digit(own_digits / str(place // 10) / f"{place % 10}.png")
        np.testing.assert_array_equal(collection.images[place], seen)
        assert collection.labels[place] == place // 10


def draw_in_a_box(path: Path, image: npt.NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Draw a digit of MNIST as pen on shaded, noisy paper, in a printed box."""
    paper = 225 - np.linspace(0, 40, 200) + rng.normal(0, 4, (200, 200))
    cv2.rectangle(paper, (24, 24), (176, 176), 90, 3)
    paper[44:156, 44:156] -= 170 / 255 * cv2.resize(image, (112, 112))
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(paper.clip(0, 255).astype(np.uint8)).save(path)


def test_boxed_digits_are_learned_from_without_their_boxes(mnist_dir: Path, tmp_path: Path) -> None:
    digits, rng = load_dataset("mnist", "validation", data_dir=mnist_dir), np.random.default_rng(0)
    for digit in range(10):
        for number, image in enumerate(digits.images[digits.labels == digit][:3]):
            draw_in_a_box(tmp_path / str(digit) / f"{number}.jpg", image, rng)
    images = load_dataset(tmp_path, "all").images
    reader = inkdigits.Reader()
    read = [reader.read(path, single=True).text for path in sorted(tmp_path.glob("*/*"))]
    same = inkdigits.Classifier().predict(images) == np.array(read, int)
    assert not any(images[:, side].any() or images[:, :, side].any() for side in (0, -1))
    assert same.mean() >= 0.9  # the digit model sees them alone, the reader has two more opinions


def test_its_name_and_place_are_the_folders(own_digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own_digits)
    collection = load_folder(Path())
    assert (collection.name, collection.location) == (own_digits.name, str(own_digits))


def test_progress_is_told_picture_by_picture(own_digits: Path) -> None:
    told: list[tuple[str, int, int]] = []
    load_folder(own_digits, progress=lambda *progress: told.append(progress))
    assert told == [("reading pictures", done, 100) for done in range(1, 101)]


def test_a_csv_lists_pictures_relative_to_itself(
    own_digits: Path, collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = own_digits / "labels.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as file:  # as spreadsheets save it
        writer = csv.writer(file)
        writer.writerow(["path", "label", "remark"])
        writer.writerows([f"{digit}/{shift}.png", f" {digit} ", ""] for digit in range(10) for shift in range(10))
    monkeypatch.chdir(tmp_path)
    listed, found = load_dataset(table, "all"), collection.select("all")
    table.unlink()
    assert listed.sha256 == found.sha256
    assert listed.name == "labels.csv"


def test_a_digit_may_be_missing(own_digits: Path, tmp_path: Path) -> None:
    for digit in (3, 7):
        (tmp_path / str(digit)).symlink_to(own_digits / str(digit))
    (tmp_path / "notes").mkdir()
    (tmp_path / "README.txt").write_text("not a class")
    assert load_dataset(tmp_path, "all").label_counts == [0, 0, 0, 10, 0, 0, 0, 10, 0, 0]


def test_too_few_pictures_to_divide_are_all_for_training(tmp_path: Path) -> None:
    draw(tmp_path / "3" / "only.png", 3, 0)
    assert load_dataset(tmp_path, "train").label_counts[3] == 1
    with pytest.raises(DataError, match=r"test split of .* is empty; give it more pictures"):
        load_dataset(tmp_path, "test")


def test_pictures_that_cannot_be_used_are_left_out_counted_and_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "3"
    for shift in range(4):
        draw(home / f"{shift}.png", 3, shift)
    (home / "cut.png").write_bytes((home / "0.png").read_bytes()[:50])
    (home / "nothing.png").write_bytes(b"")
    (home / "notes.txt").write_text("no picture")
    Image.new("L", (30, 30), 250).save(home / "paper.png")
    (home / ".DS_Store").write_bytes(b"hidden, so nobody's picture")
    (home / "folder.png").mkdir()
    with caplog.at_level(logging.WARNING):
        dataset = load_dataset(tmp_path, "all")
    assert dataset.label_counts[3] == len(dataset) == 4
    for name, said in zip(("cut.png", "notes.txt", "nothing.png", "paper.png"), dataset.skipped, strict=True):
        assert name in said
    assert "4 of 8 pictures" in caplog.text


def test_a_listed_picture_that_is_not_there_is_left_out(own_digits: Path, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(f"path,label\n{own_digits}/3/0.png,3\ngone.png,3\na\0b.png,3\n")
    dataset = load_dataset(table, "train")
    assert len(dataset) == 1
    assert len(dataset.skipped) == 2
    assert "gone.png" in dataset.skipped[0]
    assert all(line.isprintable() for line in dataset.skipped)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "has no sub-folders named 0 to 9; put"),
        ({"1.png": b""}, "has no sub-folders named 0 to 9; put"),
        ({"mine/1.png": b""}, "has no sub-folders named 0 to 9; put"),
        ({"3a/1.png": b"", "three/1.png": b""}, "mean the same digit: 3a as 3, three as 3; name them 0 to 9"),
        ({"3/.keep": b""}, "the class folder .*3 is empty; put pictures of 3 into it"),
        ({"12/1.png": b""}, "folder .*12 has the label '12', which is not a digit"),
        ({"3/1.png": b"text"}, r"no picture labelled 3 in .* can be used; the first: .*1\.png"),
    ],
)
def test_a_folder_that_cannot_be_used_says_why(files: dict[str, bytes], said: str, tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        load_dataset(tmp_path, "train")
    assert str(tmp_path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"path,label\na.png,3\nb.png,12\n", "line 3 of .* has the label '12', which is not a digit from 0 to 9"),
        (b'path,label\n"a\nb.png",3\nb.png,-1\n', "line 4 of .* has the label '-1'"),
        (b"path,label\na.png,\n", "line 2 of .* has the label ''"),
        (b"path,label\na.png\n", "line 2 of .* has the label ''"),
        ("path,label\na.png,٣\n".encode(), "line 2 of .* has the label '٣'"),
        (b"path,label\n,3\n", "line 2 of .* names no picture"),
        (b"path,label\na.png,3,4\n", "line 2 of .* has 3 values for 2 columns; put .* in quotes"),
        (b"place,label\na.png,3\n", "has no columns named path and label; name them in its first line"),
        (b"path\na.png\n", "has no columns named path and label"),
        (b"", "has no columns named path and label"),
        (b"path,label\n", "lists no pictures; add some"),
        (b"path,label\n\x81.png,3\n", "is no CSV; save it"),
        (b"\x89PNG\r\n\x1a\n\0", "has no columns named path and label"),
        (b"path,label\n" + b"a" * 200_000 + b",3\n", "is no CSV: line .*field larger than field limit"),
    ],
)
def test_a_csv_that_cannot_be_used_says_where(content: bytes, said: str, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        load_dataset(table, "train")
    assert str(table) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["missing.csv", "missing", "new\nline.csv"])
def test_what_is_not_there_is_said_to_be_missing(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match=r"there is no folder or file .*; check the path") as caught:
        load_dataset(tmp_path / name)
    assert str(caught.value).isprintable()


def test_a_name_that_no_file_can_have_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*File name too long"):
        load_dataset(tmp_path / ("a" * 300))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_an_error(own_digits: Path) -> None:
    (own_digits / "4").chmod(0)
    try:
        with pytest.raises(DataError, match=r"cannot read .*4: Permission denied"):
            load_dataset(own_digits)
    finally:
        (own_digits / "4").chmod(0o755)
