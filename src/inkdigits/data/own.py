"""Somebody's own digits, in whatever form: pictures in folders or listed in a CSV, or arrays in a file."""

from __future__ import annotations

from pathlib import Path

from inkdigits.data import array_files, table
from inkdigits.data.dataset import Progress
from inkdigits.data.splits import Collection
from inkdigits.errors import DataError, printable

__all__ = ["load_own"]


def load_own(path: Path, *, validation_seed: int = 0, progress: Progress | None = None) -> Collection:
    """Return labelled digits from a folder or a file.

    Args:
        path: a folder with a sub-folder a digit; a CSV that lists pictures, or holds a label and 784 pixels a row; a
            `.npz` or `.mat` file; a `.npy` file with its labels beside it; a Parquet file.
        validation_seed: draws the validation pictures from those that are not for testing.
        progress: told how many pictures have been read, and how many there are.

    Raises:
        DataNotFoundError: there is nothing at the path.
        DataError: it holds no digits that can be used.
        MissingExtraError: what reads the file is not installed.

    """
    from inkdigits.data.folder import load_folder

    suffix = path.suffix.lower()
    try:
        if path.is_file() and suffix in array_files.SUFFIXES:
            return array_files.load_array_file(path, validation_seed)
        if path.is_file() and suffix in table.SUFFIXES and table.holds_pixels(path):
            return array_files.load_pixel_table(table.read_table(path), path, validation_seed)
    except OSError as error:
        raise DataError(f"cannot read {printable(path)}: {error.strerror}") from error
    return load_folder(path, validation_seed=validation_seed, progress=progress)
