"""What a person names on the command line, as a list of pictures."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from inkdigits.errors import PictureError, printable

__all__ = ["STANDARD_INPUT", "find_sources"]

STANDARD_INPUT = "-"

_SUFFIXES = {
    *(".png", ".jpg", ".jpeg", ".jpe", ".gif", ".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm"),
    *(".tif", ".tiff", ".webp", ".avif", ".jp2", ".j2k", ".ico", ".pcx", ".qoi", ".sgi"),
}


def find_sources(named: Iterable[str]) -> list[str]:
    """Return the pictures that arguments name, in their order.

    Args:
        named: pictures; folders, in which pictures are found by their suffix, at any depth, in alphabetical order;
            patterns such as `scans/*.png`, for shells that leave them; text files (`.txt`) with a path a line, from
            the working folder or else from the list's; `-` for standard input. What names nothing is returned as it
            is, for the reader to say so.

    Raises:
        PictureError: a list cannot be read.

    """
    return [source for name in named for source in list(_expand(name)) or [name]]


def _expand(name: str) -> Iterator[str]:
    if Path(name).is_dir():
        yield from _in_folder(name)
    elif name.lower().endswith(".txt"):
        yield from _in_list(name)
    elif not Path(name).exists() and glob.has_magic(name):
        for match in sorted(glob.glob(name, recursive=True)):  # noqa: PTH207 - a Path's takes no absolute pattern
            yield from _expand(match)
    else:
        yield name


def _in_folder(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if Path(name).suffix.lower() in _SUFFIXES:
                yield str(Path(parent, name))


def _in_list(path: str) -> Iterator[str]:
    try:
        lines = Path(path).read_text("utf-8-sig", errors="surrogateescape").splitlines()
    except OSError as error:
        raise PictureError(
            f"cannot read the list {printable(path)}: {error.strerror}", "check the name", code="not_found"
        ) from error
    for line in filter(None, map(str.strip, lines)):
        beside = Path(path).parent / line
        yield str(beside) if beside.exists() and not Path(line).exists() else line
