"""One way to every data set, by its name or its path."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

import inkdigits
from inkdigits.data import DATASETS, SPLITS, load_dataset
from inkdigits.data.stored_files import encode_idx
from inkdigits.errors import DataNotFoundError, UsageError


def test_the_package_offers_it_too() -> None:
    assert len(inkdigits.load_dataset("optdigits", split="test")) == 360


@pytest.mark.parametrize("split", SPLITS)
def test_a_data_set_knows_its_name_and_split(split: str) -> None:
    dataset = load_dataset("optdigits", split)
    assert (dataset.name, dataset.split) == ("optdigits", split)
    assert "Alpaydin" in dataset.source
    assert dataset.licence


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mnits", "there is no data set called 'mnits'; did you mean 'mnist'?"),
        ("optdigit", "did you mean 'optdigits'?"),
        ("xyz", "choose one of: a file, a folder, hwd1000, mnist, optdigits, pendigits, swiss, uji"),
        ("a" * 300, "there is no data set called 'a{300}'"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        load_dataset(name)


@pytest.mark.parametrize("name", DATASETS)
def test_an_unknown_split_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(UsageError, match="there is no split called 'tests'; did you mean 'test'"):
        load_dataset(name, "tests")


@pytest.mark.parametrize("name", ["./missing", "missing.csv", "~no-such-user/digits", Path("missing")])
def test_what_looks_like_a_path_is_taken_for_one(name: str | Path) -> None:
    with pytest.raises(DataNotFoundError, match=r"there is no folder or file .*; check the path"):
        load_dataset(name)


def test_the_home_folder_may_be_written_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    image = Image.new("L", (60, 80), 240)
    ImageDraw.Draw(image).text((12, 5), "3", fill=20, font_size=60)
    (tmp_path / "digits" / "3").mkdir(parents=True)
    image.save(tmp_path / "digits" / "3" / "three.png")
    assert load_dataset("~/digits").label_counts[3] == 1


def test_mnist_is_never_replaced_by_another_set_of_its_shape(tmp_path: Path) -> None:
    other = load_dataset("optdigits", "all")
    (tmp_path / "mnist").mkdir()
    for part in ("train", "t10k"):
        (tmp_path / "mnist" / f"{part}-images-idx3-ubyte").write_bytes(encode_idx(other.images))
        (tmp_path / "mnist" / f"{part}-labels-idx1-ubyte").write_bytes(encode_idx(other.labels.astype("uint8")))
    with pytest.raises(inkdigits.InkdigitsError, match="train-images-idx3-ubyte that was published: its SHA-256 is"):
        load_dataset("mnist", data_dir=tmp_path, offline=True)
