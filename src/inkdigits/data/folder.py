"""Your own labelled pictures: a folder with one sub-folder a digit, or a CSV that lists them.

Each picture takes the same path as one that is read, so that a model learns from what it will see.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from inkdigits.data.arrays import collect
from inkdigits.data.dataset import Progress
from inkdigits.data.splits import Collection
from inkdigits.data.table import digit_of, listed_pictures, read_table
from inkdigits.errors import DataError, DataNotFoundError, PictureError, printable
from inkdigits.reading.to_mnist import to_mnist

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

_log = logging.getLogger(__name__)


def load_folder(path: Path, *, validation_seed: int = 0, progress: Progress | None = None) -> Collection:
    """Return the labelled pictures that a folder or a CSV names, as MNIST would have drawn them.

    A picture that cannot be read, or that shows no digit, is left out; `skipped` says which and why, and a warning is
    logged. Of each digit 80 % are for training, 10 % for validation, and 10 % for testing, always the same.

    Arguments are those of `load_own`.

    Raises:
        DataNotFoundError: there is nothing at the path.
        DataError: there are no pictures, a digit's folder is empty, or a label is not a digit.

    """
    labelled = labelled_pictures(path)
    images, labels, skipped = [], [], []
    for done, (label, picture) in enumerate(labelled, start=1):
        try:
            images.append(to_mnist(picture))
            labels.append(label)
        except PictureError as error:
            skipped.append(str(error))
        if progress is not None:
            progress("reading pictures", done, len(labelled))
    lost = sorted({digit for digit, _ in labelled} - set(labels))
    if lost:
        raise DataError(f"no picture labelled {lost[0]} in {printable(path)} can be used; the first: {skipped[0]}")
    if skipped:
        out_of = f"{len(skipped)} of {len(labelled)} pictures in {printable(path)}"
        _log.warning("%s are left out; the first: %s", out_of, skipped[0])
    return collect(
        np.stack(images),
        np.array(labels, np.int64),
        validation_seed,
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
            raise DataNotFoundError(f"there is no folder or file {printable(path)}", "check the path")
        if path.is_dir():
            labelled = sorted(_in_folder(path))
        else:
            rows = listed_pictures(read_table(path), path.parent)
            labelled = [(digit_of(row.label, row.where), Path(row.picture)) for row in rows]
    except OSError as error:
        raise DataError(f"cannot read {printable(error.filename or path)}: {error.strerror}") from error
    if not labelled:
        raise DataError(f"{printable(path)} lists no pictures", "add some, each with its label")
    return labelled


def _in_folder(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the label and path of each file in the sub-folders of a folder that are named after digits."""
    for label, home in _classes(folder):
        pictures = [(label, file) for file in home.iterdir() if file.is_file() and not file.name.startswith(".")]
        if not pictures:
            do = f"put pictures of {label} into it, or remove it"
            raise DataError(f"the class folder {printable(home)} is empty", do)
        yield from pictures


def _classes(folder: Path) -> list[tuple[int, Path]]:
    """Return the sub-folders that are named after digits: 0 to 9, or else as `digit_3`, `three` or `3s`."""
    homes = sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))
    named = [home for home in homes if home.name.isdecimal()]
    if named:
        return [(digit_of(home.name, f"the folder {printable(home)}"), home) for home in named]
    meant = [(digit, home) for home in homes if (digit := _meant(home.name)) is not None]
    if not meant:
        what = f"{printable(folder)} has no sub-folders named 0 to 9"
        raise DataError(what, "put the pictures of each digit into its own")
    words = ", ".join(f"{printable(home.name)} as {digit}" for digit, home in meant)
    if len({digit for digit, _ in meant}) < len(meant):
        raise DataError(f"two sub-folders of {printable(folder)} mean the same digit: {words}", "name them 0 to 9")
    _log.warning("the folders of %s were understood so: %s", printable(folder), words)
    return meant


def _meant(name: str) -> int | None:
    """Return the digit that a folder's name means: the only number in it, or the only English word for one."""
    numbers = re.findall(r"[0-9]+", name)
    if numbers:
        return int(numbers[0]) if len(numbers) == 1 and len(numbers[0]) == 1 else None
    words = [_WORDS.index(word) for word in re.findall("[a-z]+", name.lower()) if word in _WORDS]
    return words[0] if len(words) == 1 else None
