"""Somebody's own digits, in whatever form: pictures in folders or listed in a table, or arrays in a file."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.data.arrays import SHAPES, as_bytes, as_labels, collect, is_dark_on_light
from inkdigits.data.dataset import Images, Progress
from inkdigits.data.splits import Collection
from inkdigits.data.table import LABEL_NAMES, find_column, holds_pixels, read_pixels, read_table
from inkdigits.errors import DataError, PictureError, printable
from inkdigits.extras import require

SUFFIXES = (".csv", ".tsv", ".npz", ".npy", ".mat", ".parquet")

_log = logging.getLogger(__name__)

_Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]
_Part: TypeAlias = tuple[str, npt.NDArray[Any], npt.NDArray[Any]]  # its name, its pictures, their labels


def load_own(path: Path, *, validation_seed: int = 0, progress: Progress | None = None) -> Collection:
    """Return labelled digits from a folder or a file.

    Which arrays of a file hold pictures and which the labels is told by their shapes; of several, those with "test" in
    their names are for testing. Without such, 10 % of each digit are.

    Args:
        path: a folder with a sub-folder a digit; a CSV that lists pictures, or holds a label and 784 pixels a row; a
            `.npz` or `.mat` file; a `.npy` file with its labels beside it; a Parquet file.
        validation_seed: draws the validation pictures from those that are not for testing.
        progress: told how many pictures have been read, and how many there are.

    Raises:
        DataNotFoundError: there is nothing at the path.
        DataError: it holds no digits that can be used.
        MissingExtraError: what reads the file, SciPy for `.mat` or PyArrow for Parquet, is not installed.

    """
    try:
        parts = _parts(path) if path.is_file() else None
    except OSError as error:
        raise DataError(f"cannot read {printable(path)}: {error.strerror}") from error
    if parts is not None:
        return _collected(parts, path, validation_seed)
    from inkdigits.data.folder import load_folder

    return load_folder(path, validation_seed=validation_seed, progress=progress)


def _parts(path: Path) -> list[_Part] | None:
    """Return what a file of arrays holds; None if it is no such file."""
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv") and holds_pixels(path):
        return [("", *read_pixels(read_table(path)))]
    if suffix == ".parquet":
        return [("", *_parquet(path))]
    read = {".npz": _npz, ".npy": _npy, ".mat": _mat}.get(suffix)
    return list(_pairs(read(path), printable(path))) if read else None


def _collected(parts: list[_Part], path: Path, validation_seed: int) -> Collection:
    name = printable(path)
    images = np.concatenate([as_bytes(pictures, f"the images of {name}") for _, pictures, _ in parts])
    labels = [as_labels(digits, f"the labels of {name}") for *_, digits in parts]
    if is_dark_on_light(images):
        _log.warning("the digits of %s are dark on light, and were turned round", name)
        images = 255 - images
    if not len(images):
        raise DataError(f"{name} holds no digits")
    tested = np.repeat(["test" in what for what, *_ in parts], [len(digits) for digits in labels])
    return collect(
        images,
        np.concatenate(labels),
        validation_seed,
        tested=tested if tested.any() else True,
        name=path.stem,
        source=str(path),
        licence="not stated",
        location=str(path.resolve()),
    )


def _pairs(arrays: _Arrays, name: str) -> Iterator[_Part]:
    """Yield the name, the pictures and the labels of each part, told by the shapes of the arrays."""
    held = ", ".join(f"{label} {array.shape}" for label, array in arrays.items()) or "nothing"
    pictures = {key: shaped for key, array in arrays.items() if (shaped := _as_pictures(array)) is not None}
    for key, images in pictures.items():
        kin = [
            other
            for other, labels in arrays.items()
            if other not in pictures
            and len(images) in labels.shape
            and labels.size in (len(images), 10 * len(images))
            and ("test" in other.lower()) == ("test" in key.lower())
        ]
        if len(kin) != 1:
            raise DataError(f"{name} has {len(kin)} arrays of labels for {key}; it holds {held}", "leave one of each")
        labels = arrays[kin[0]]
        yield key.lower(), images, labels.T if labels.shape[0] == 1 and len(images) > 1 else labels
    if not pictures:
        raise DataError(f"{name} holds no pictures: it holds {held}", "give (N,28,28) or (N,784), and (N,) labels")


def _as_pictures(array: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """Return an array as pictures (N,…), if it holds any."""
    if array.ndim > 1 and array.shape[1:] in SHAPES:
        return array
    if array.ndim == 2 and array.shape[0] == 784:
        return array.T
    if array.ndim == 2 and array.shape[1] == 400:  # 20×20, as a course handed them out; MATLAB writes column by column
        return np.pad(array.reshape(-1, 20, 20).transpose(0, 2, 1).clip(0), ((0, 0), (4, 4), (4, 4)))
    return None


def _npz(path: Path) -> _Arrays:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except Exception as error:  # zipfile and NumPy meet damage with a dozen kinds of errors
        raise DataError(f"{printable(path)} is a damaged .npz file, or holds objects of Python") from error


def _npy(path: Path) -> _Arrays:
    try:
        return {file.stem: np.load(file, allow_pickle=False) for file in sorted(path.parent.glob("*.npy"))}
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"a .npy file in {printable(path.parent)} is damaged, or holds objects of Python") from error


def _mat(path: Path) -> _Arrays:
    require("evaluate", "Reading a .mat file")
    from scipy.io import loadmat

    try:
        held = loadmat(path)
    except NotImplementedError as error:
        raise DataError(f"{printable(path)} is of MATLAB 7.3", "save it with -v7") from error
    except Exception as error:  # SciPy meets damage with a dozen kinds of errors
        raise DataError(f"{printable(path)} is no .mat file that can be read") from error
    return {
        key: _without_ten(value)
        for key, value in held.items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
    }


def _without_ten(labels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return labels from 1 to 10, as MATLAB counts, from 0 to 9."""
    counted = labels.size and 1 in labels.shape and set(np.unique(labels)) <= set(range(1, 11)) and (labels == 10).any()
    return labels % 10 if counted else labels


def _parquet(path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the pictures and labels of a Parquet file: encoded pictures, as Hugging Face has them, or pixels."""
    require("parquet", "Reading Parquet")
    import pyarrow
    import pyarrow.parquet

    name = printable(path)
    try:
        table = pyarrow.parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{name} is no Parquet file that can be read") from error
    label = find_column(table.column_names, LABEL_NAMES)
    if label is None:
        raise DataError(f"{name} has no column named label", "name the column of the digits so")
    labels = table.column(label).to_numpy()
    rest = table.remove_column(label)
    if rest.num_columns == 784:
        return np.column_stack([column.to_numpy() for column in rest.columns]), labels
    encoded = [column for column in rest.columns if _is_encoded(column.type)]
    if len(encoded) != 1:
        raise DataError(
            f"{name} has {len(encoded)} columns of pictures", "give one of their files' bytes, or 784 pixels"
        )
    decoded = [_decoded(value, f"row {row} of {name}") for row, value in enumerate(encoded[0].to_pylist())]
    return np.stack(decoded), labels


def _is_encoded(kind: Any) -> bool:
    import pyarrow.types

    is_bytes = pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind)
    return bool(is_bytes or (pyarrow.types.is_struct(kind) and kind.get_field_index("bytes") >= 0))


def _decoded(value: Any, where: str) -> Images:
    """Return a picture's file as MNIST would have drawn it; what is 28×28 and dark already is taken as it is."""
    from inkdigits.reading.to_mnist import to_mnist

    raw = value.get("bytes") if isinstance(value, dict) else value
    if not raw:
        raise DataError(f"{where} holds no picture")
    try:
        image = to_mnist(raw)
    except PictureError as error:
        raise DataError(f"{where}: {error}") from error
    with Image.open(io.BytesIO(raw)) as picture:
        if picture.size == (28, 28):
            grey = np.asarray(picture.convert("L"))
            return grey if np.median(grey) < 128 else 255 - grey
    return image
