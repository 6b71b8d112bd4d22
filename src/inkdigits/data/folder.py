"""Your own labelled pictures: a folder with one sub-folder a digit, or a CSV that lists them.

Each picture takes the same path as one that is read, so that a model learns from what it will see.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import CLASSES, Progress
from inkdigits.data.splits import Collection, divide, fraction_of_each
from inkdigits.errors import DataError, DataNotFoundError, PictureError, printable
from inkdigits.reading.to_mnist import to_mnist

__all__ = ["labelled_pictures", "load_folder"]

_DIGITS = [str(digit) for digit in range(CLASSES)]
_FRACTION = 0.1  # of each digit, for validation and again for testing

_log = logging.getLogger(__name__)


def load_folder(path: Path, *, validation_seed: int = 0, progress: Progress | None = None) -> Collection:
    """Return the labelled pictures that a folder or a CSV names, as MNIST would have drawn them.

    A picture that cannot be read, or that shows no digit, is left out; `skipped` says which and why, and a warning is
    logged. Of each digit 80 % are for training, 10 % for validation, and 10 % for testing, always the same.

    Args:
        path: a folder with sub-folders named 0 to 9, or a CSV with the columns `path` (relative to the CSV) and
            `label`.
        validation_seed: draws the validation pictures from those that are not for testing.
        progress: told how many pictures have been read, and how many there are.

    Raises:
        DataNotFoundError: there is nothing at the path.
        DataError: there are no pictures, a digit's folder is empty, or a label is no digit.

    """
    labelled = labelled_pictures(path)
    images, labels, skipped = _read(labelled, progress)
    lost = sorted({digit for digit, _ in labelled} - set(labels))
    if lost:
        raise DataError(f"no picture of a {lost[0]} in {printable(path)} can be used; the first: {skipped[0]}")
    if skipped:
        out_of = f"{len(skipped)} of {len(labelled)} pictures in {printable(path)}"
        _log.warning("%s are left out; the first: %s", out_of, skipped[0])
    digits = np.array(labels, np.int64)
    counts = fraction_of_each(digits, _FRACTION)
    return Collection(
        images=np.stack(images),
        labels=digits,
        parts=divide(digits, counts, counts, validation_seed),
        name=path.resolve().name,
        source=str(path),
        licence="not stated",
        location=str(path.resolve()),
        skipped=tuple(skipped),
    )


def labelled_pictures(path: Path) -> list[tuple[int, Path]]:
    """Return the label and path of each picture that a folder or a CSV names; see `load_folder`."""
    try:
        if not path.exists():
            raise DataNotFoundError(f"there is no folder or CSV {printable(path)}", "check the path")
        labelled = sorted(_in_folder(path)) if path.is_dir() else list(_in_csv(path))
    except OSError as error:
        raise DataError(f"cannot read {printable(error.filename or path)}: {error.strerror}") from error
    if not labelled:
        raise DataError(f"{printable(path)} lists no pictures", "add some, each with its label")
    return labelled


def _in_folder(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the label and path of each file in the sub-folders of a folder that are named after digits."""
    classes = [child for child in folder.iterdir() if child.is_dir() and child.name.isdecimal()]
    if not classes:
        raise DataError(
            f"{printable(folder)} has no sub-folders named 0 to 9", "put the pictures of each digit into its own"
        )
    for home in classes:
        label = _digit(home.name, f"the folder {printable(home)}")
        pictures = [file for file in home.iterdir() if file.is_file() and not file.name.startswith(".")]
        if not pictures:
            raise DataError(
                f"the class folder {printable(home)} is empty", f"put pictures of a {label} into it, or remove it"
            )
        yield from ((label, picture) for picture in pictures)


def _in_csv(file: Path) -> Iterator[tuple[int, Path]]:
    """Yield the label and path of each row of a CSV with the columns `path` and `label`."""
    name = printable(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        try:
            if not {"path", "label"} <= set(rows.fieldnames or ()):
                raise DataError(f"{name} has no columns named path and label", "name them in its first line")
            for row in rows:
                where = f"line {rows.line_num} of {name}"
                if not row["path"]:
                    raise DataError(f"{where} names no picture")
                yield _digit(row["label"] or "", where), file.parent / row["path"]
        except (csv.Error, UnicodeDecodeError) as error:
            raise DataError(
                f"{name} is no CSV in UTF-8: {printable(error)}", "save it as a CSV with the columns path and label"
            ) from error


def _digit(text: str, where: str) -> int:
    """Return the digit that a label names; raise DataError, which says where it stands, if it names none."""
    label = text.strip()
    if label not in _DIGITS:
        raise DataError(f"{where} has the label '{printable(label)}', which is no digit from 0 to 9")
    return _DIGITS.index(label)


def _read(
    labelled: Sequence[tuple[int, Path]], progress: Progress | None
) -> tuple[list[npt.NDArray[np.uint8]], list[int], list[str]]:
    """Return the images (28,28) and labels of the pictures that can be used, and a line for each that cannot."""
    images, labels, skipped = [], [], []
    for done, (label, picture) in enumerate(labelled, start=1):
        try:
            image = to_mnist(picture)
        except PictureError as error:
            skipped.append(str(error))
        else:
            images.append(image)
            labels.append(label)
        if progress is not None:
            progress("reading pictures", done, len(labelled))
    return images, labels, skipped
