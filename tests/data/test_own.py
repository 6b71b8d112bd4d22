"""Own digits as people have them: tables of many kinds, arrays of many programs, folders of many names."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkdigits
from inkdigits.data import load_dataset
from inkdigits.data.dataset import Dataset
from inkdigits.errors import DataError

from ..running import inkdigits as inkdigits_command


@pytest.fixture(scope="module")
def digits() -> Dataset:
    """Sixty digits, six of each."""
    whole = load_dataset("optdigits", "all")
    chosen = np.concatenate([np.flatnonzero(whole.labels == digit)[:6] for digit in range(10)])
    return Dataset(whole.images[chosen], whole.labels[chosen], "some", "all", "memory", "none")


@pytest.fixture
def pictures(tmp_path: Path, digits: Dataset) -> list[tuple[str, int]]:
    """Twelve of them as files in a folder of their own."""
    (tmp_path / "p").mkdir()
    named = [(f"p/{place}.png", int(digits.labels[place])) for place in range(0, 60, 5)]
    for name, _ in named:
        place = int(Path(name).stem)
        Image.fromarray(255 - digits.images[place]).resize((84, 84)).save(tmp_path / name)
    return named


@pytest.mark.parametrize(
    ("head", "row", "encoding"),
    [
        ("path,label", "{path},{label}", "utf-8"),
        ("path;label", "{path};{label}", "utf-8"),
        ("path\tlabel", "{path}\t{label}", "utf-8"),
        ("Path,LABEL", "{path},{label}", "utf-8-sig"),
        ("path, label", "{path}, {label} ", "utf-8"),
        ("label,path", "{label}.0,{path}", "utf-8"),
        ("path,label", '"{path}","{label}"', "utf-16"),
        ("filename,class", "{windows},{label}", "cp1252"),
        ("id,image,digit", "ä,{path},{label}", "cp1252"),
    ],
)
def test_a_list_of_pictures_may_be_written_in_many_ways(
    head: str, row: str, encoding: str, tmp_path: Path, pictures: list[tuple[str, int]]
) -> None:
    lines = [row.format(path=path, label=label, windows=path.replace("/", "\\")) for path, label in pictures]
    (tmp_path / "list.csv").write_bytes("\r\n".join([head, *lines, ""]).encode(encoding))
    dataset = load_dataset(tmp_path / "list.csv", "all")
    assert dataset.labels.tolist() == [label for _, label in pictures]


def as_kaggle(digits: Dataset, folder: Path) -> Path:
    rows = np.column_stack([digits.labels, digits.images.reshape(-1, 784)])
    head = ",".join(["label", *(f"pixel{number}" for number in range(784))])
    np.savetxt(folder / "train.csv", rows, fmt="%d", delimiter=",", header=head, comments="")
    return folder / "train.csv"


def as_openml(digits: Dataset, folder: Path) -> Path:
    rows = np.column_stack([digits.images.reshape(-1, 784), digits.labels])
    head = ";".join([*(f"pixel{number}" for number in range(784)), "class"])
    np.savetxt(folder / "openml.csv", rows, fmt="%.1f", delimiter=";", header=head, comments="")
    return folder / "openml.csv"


def without_header(digits: Dataset, folder: Path) -> Path:
    rows = np.column_stack([digits.labels, digits.images.reshape(-1, 784)])
    np.savetxt(folder / "mnist_train.csv", rows, fmt="%d", delimiter=",")
    return folder / "mnist_train.csv"


def as_npy(digits: Dataset, folder: Path) -> Path:
    np.save(folder / "X.npy", digits.images.reshape(-1, 28, 28, 1) / np.float32(255))
    np.save(folder / "y.npy", np.eye(10)[digits.labels])
    return folder / "X.npy"


def as_dark_on_light(digits: Dataset, folder: Path) -> Path:
    np.savez(folder / "dark.npz", images=255 - digits.images, labels=digits.labels)
    return folder / "dark.npz"


def as_mat(digits: Dataset, folder: Path) -> Path:
    from scipy.io import savemat

    savemat(
        folder / "mnist-original.mat", {"data": digits.images.reshape(-1, 784).T, "label": digits.labels[None] * 1.0}
    )
    return folder / "mnist-original.mat"


def as_pixels_in_parquet(digits: Dataset, folder: Path) -> Path:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    table = pandas.DataFrame(digits.images.reshape(-1, 784), columns=[f"{number}" for number in range(784)])
    table.assign(Label=digits.labels).to_parquet(folder / "train.parquet")
    return folder / "train.parquet"


def as_hugging_face(digits: Dataset, folder: Path) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    def encoded(image: np.ndarray) -> dict[str, object]:
        content = io.BytesIO()
        Image.fromarray(image).save(content, "PNG")
        return {"bytes": content.getvalue(), "path": None}

    images = pyarrow.array([encoded(image) for image in digits.images])
    parquet.write_table(pyarrow.table({"image": images, "label": digits.labels}), folder / "hf.parquet")
    return folder / "hf.parquet"


@pytest.mark.parametrize(
    "write",
    [
        *(as_kaggle, as_openml, without_header, as_npy, as_dark_on_light, as_mat),
        *(as_pixels_in_parquet, as_hugging_face),
    ],
)
def test_arrays_may_lie_in_many_kinds_of_files(
    write: Callable[[Dataset, Path], Path], tmp_path: Path, digits: Dataset
) -> None:
    path = write(digits, tmp_path)
    dataset = load_dataset(path, "all")
    np.testing.assert_array_equal(dataset.labels, digits.labels)
    np.testing.assert_array_equal(dataset.images, digits.images)
    assert len(load_dataset(str(path), "train")) == 40


def test_matlabs_pictures_of_20_by_20_stand_upright_and_its_ten_is_a_zero(tmp_path: Path, digits: Dataset) -> None:
    from scipy.io import savemat

    inner = digits.images[:, 4:24, 4:24]
    columns = inner.transpose(0, 2, 1).reshape(-1, 400) / 255
    savemat(tmp_path / "ex4data1.mat", {"X": columns, "y": np.where(digits.labels == 0, 10, digits.labels)[:, None]})
    dataset = load_dataset(tmp_path / "ex4data1.mat", "all")
    np.testing.assert_array_equal(dataset.labels, digits.labels)
    np.testing.assert_array_equal(dataset.images[:, 4:24, 4:24], inner)


def test_what_is_for_testing_in_a_file_stays_so(tmp_path: Path, digits: Dataset) -> None:
    parts = {"x_train": digits.images[:40], "y_train": digits.labels[:40]}
    parts |= {"x_test": digits.images[40:], "y_test": digits.labels[40:]}
    np.savez_compressed(tmp_path / "mnist.npz", **parts)
    test = load_dataset(tmp_path / "mnist.npz", "test")
    np.testing.assert_array_equal(test.labels, digits.labels[40:])
    train, validation = (load_dataset(tmp_path / "mnist.npz", split) for split in ("train", "validation"))
    assert (len(train) + len(validation), len(validation)) == (40, 7)


def test_a_model_is_judged_by_such_a_file_and_by_arrays(tmp_path: Path, digits: Dataset) -> None:
    path = as_kaggle(digits, tmp_path)
    result = inkdigits_command("evaluate", "--data", path, "--json")
    assert result.exit_code == 0, result.stderr
    judged = inkdigits.evaluate(data=(digits.images.reshape(-1, 784) / 255, digits.labels))
    assert json.loads(result.stdout)["correct"] == judged.correct


def test_a_run_learns_from_such_a_file(tmp_path: Path, digits: Dataset) -> None:
    path = as_dark_on_light(digits, tmp_path)
    run = inkdigits.train("instant", path, out=tmp_path / "run")
    assert run.metrics["validation"]["n"] == 10


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.npz", {"x": np.zeros((3, 8, 8))}, r"holds no pictures: it holds x \(3, 8, 8\); give \(N,28,28\)"),
        ("a.npz", {"x": np.zeros((3, 784))}, "has 0 arrays of labels for x"),
        (
            "a.npz",
            {"x": np.zeros((3, 784)), "y": np.zeros(3), "z": np.zeros(3)},
            r"has 2 arrays of labels for x; it holds x \(3, 784\), y \(3,\), z \(3,\)",
        ),
        ("a.npz", {"x": np.zeros((3, 784)), "y": np.array([1, 2, 11])}, "the labels of .*a.npz are not digits"),
        ("a.npz", {"x": np.array([None])}, "holds objects of Python"),
        ("a.npz", b"PK no archive", "is a damaged .npz file"),
        ("a.npy", b"no array", r"a .npy file in .* is damaged"),
        ("a.mat", b"no matrix", "is no .mat file"),
        ("a.parquet", b"no table", "is no Parquet file"),
        ("a.csv", ",".join("0" * 784).encode(), "784 pixels a row, but no labels"),
        ("a.csv", ("1" + ",0" * 900).encode(), "has 901 columns; give a label and 784 pixels"),
        ("a.csv", ("1" + ",0" * 784 + "\n1,x" + ",0" * 783).encode(), "is not a table of numbers"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(name: str, content: object, said: str, tmp_path: Path) -> None:
    if isinstance(content, dict):
        np.savez(tmp_path / name, **content)
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        load_dataset(tmp_path / name, "all")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("pattern", ["digit_{digit}", "{word}", "{digit}s", "class {digit}", "{capital}s_{word}"])
def test_folders_may_be_named_in_many_ways(
    pattern: str, tmp_path: Path, digits: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    for place in range(0, 60, 6):
        digit = int(digits.labels[place])
        home = tmp_path / pattern.format(digit=digit, word=words[digit], capital="Digit")
        home.mkdir()
        Image.fromarray(255 - digits.images[place]).resize((84, 84)).save(home / "one.png")
    assert sorted(load_dataset(tmp_path, "all").labels) == list(range(10))
    assert "were understood so: " in caplog.text
