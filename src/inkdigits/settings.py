"""Where things are: the few paths and the one environment variable that inkdigits knows."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

DATA_DIR_VARIABLE = "INKDIGITS_DATA_DIR"


def cache_dir() -> Path:
    """Return the user's cache folder for inkdigits; it need not exist yet. Downloads go there."""
    return Path(platformdirs.user_cache_dir("inkdigits", appauthor=False))


def corrections_dir() -> Path:
    """Return the folder in which corrections are looked for if none is named; it need not exist."""
    return Path(platformdirs.user_data_dir("inkdigits", appauthor=False)) / "corrections"


def data_dirs(data_dir: str | Path | None = None) -> list[Path]:
    """Return the folders in which a data set is looked for, the first to be tried first.

    They are the one that the user named, if any, that of the environment variable, and the user's cache folder.
    """
    named = [data_dir, os.environ.get(DATA_DIR_VARIABLE), cache_dir()]
    return [expanded(folder) for folder in named if folder]


def expanded(path: str | Path) -> Path:
    """Return a path with the home folder in the place of its `~`; as it is, if it names a user that is not there."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
