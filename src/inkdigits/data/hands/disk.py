"""Where hands are on disk: in `hands/` beside `mnist/`, checked by the sum of their content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import check_digits
from inkdigits.data.hands.catalogue import HANDS, KnownHands
from inkdigits.data.stored_files import find
from inkdigits.errors import DataCorruptError, DataNotFoundError, printable
from inkdigits.settings import DATA_DIR_VARIABLE, data_dirs

FOLDER = "hands"


def available(data_dir: str | Path | None = None) -> tuple[str, ...]:
    """Return the names of the data sets of hands whose files are all on disk, unread, in the order of `HANDS`."""
    return tuple(
        name for name, hand in HANDS.items() if all(find_file(file, data_dir) for file in hand.files or (name,))
    )


def locate(hand: KnownHands, file: str, data_dir: str | Path | None = None) -> Path:
    """Return where a file or folder of a data set is, named as in `hands/`; raise DataError if it is not found.

    It is looked for in `settings.data_dirs`.
    """
    if found := find_file(file, data_dir):
        return found
    raise not_on_disk(hand, data_dir, do=f"run 'inkdigits data fetch {hand.name}', ")


def find_file(file: str, data_dir: str | Path | None = None) -> Path | None:
    """Return the first place at which a file or folder of `hands/` is, empty ones apart; None if it is nowhere."""

    def look(folder: Path) -> Path | None:
        path = folder / FOLDER / file
        return path if path.is_file() or (path.is_dir() and any(path.iterdir())) else None

    return find(look, data_dir)


def not_on_disk(hand: KnownHands, data_dir: str | Path | None, *, why: str = "", do: str = "") -> DataNotFoundError:
    """Return the error for a data set that is not on disk.

    It may say `why` it could not be fetched either, after where it was looked for, and what to `do`, before what can
    always be done.
    """
    folders = " or ".join(printable(folder / FOLDER) for folder in data_dirs(data_dir))
    files = " and ".join(hand.files or (hand.name,))
    return DataNotFoundError(
        f"{hand.name} is not on disk, for there is no {files} in {folders}{why}",
        f"{do}put it there, or set {DATA_DIR_VARIABLE}",
    )


def location(hand: KnownHands, data_dir: str | Path | None = None) -> str:
    """Return where the files of a data set are; see `locate`."""
    return ", ".join(str(locate(hand, file, data_dir)) for file in hand.files or (hand.name,))


def array_sum(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """Return the SHA-256 sum of arrays: of each, by name, a line with its name, dtype and shape, and then its bytes."""
    digest = hashlib.sha256()
    for key, array in sorted(arrays.items()):
        digest.update(f"{key} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def check_sum(found: str, known: str, name: str) -> None:
    """Raise DataCorruptError unless a content has the sum that is known for it."""
    if found != known:
        raise DataCorruptError(
            f"{name} is another version than the one that is known: the SHA-256 of its content is {found[:12]}…, "
            f"not {known[:12]}…"
        )


def check_labels(labels: npt.NDArray[Any], name: str) -> npt.NDArray[np.int64]:
    """Return labels as int64 (N,); raise DataCorruptError unless each is a digit."""
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise DataCorruptError(f"the labels of {name} are {labels.dtype} {labels.shape}, not one integer a digit")
    check_digits(labels, name)
    return labels.astype(np.int64)


def writer_numbers(writers: Iterable[object], name: str) -> npt.NDArray[np.int64]:
    """Return the number in each writer's name, such as 3 in "0003_CH3M"; raise DataCorruptError if there is none."""
    numbers = []
    for place, writer in enumerate(writers):
        match = re.match(r"[a-z]*(\d{1,6})(?:_|$)", str(writer))
        if match is None:
            raise DataCorruptError(f"digit {place} of {name} has no writer, but '{printable(writer)}'")
        numbers.append(int(match[1]))
    return np.array(numbers, np.int64)
