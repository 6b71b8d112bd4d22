"""What a person names on the command line, as a list of pictures."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["STANDARD_INPUT", "find_sources", "has_more_below"]

STANDARD_INPUT = "-"

_SUFFIXES = {
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm"),
    *(".tif", ".tiff", ".webp", ".avif", ".jp2", ".j2k", ".ico", ".pcx", ".qoi", ".sgi", ".tga", ".psd"),
    *(".heic", ".heif", ".pdf"),
}


def find_sources(named: Iterable[str], *, recursive: bool = False) -> list[str]:
    """Return the pictures that arguments name, in their order.

    Args:
        named: pictures; folders, in which pictures are found by their suffix, in alphabetical order, hidden ones left
            out; patterns such as `scans/*.png`, for shells that leave them; text files (`.txt`) with a path a line,
            from the working folder or else from the list's; `-` for standard input. What names nothing is returned as
            it is, for the reader to say so.
        recursive: look into folders of folders, at any depth.

    """
    return [source for name in named for source in list(_expand(name, recursive)) or [name]]


def has_more_below(folder: str) -> bool:
    """Say whether folders in a folder hold pictures, which only a recursive search finds."""
    try:
        with os.scandir(folder) as entries:
            below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name[0] != "."]
    except (OSError, ValueError):  # no folder, or none that may be looked into
        return False
    return any(True for path in below for _ in _in_folder(path, recursive=True))


def _expand(name: str, recursive: bool) -> Iterator[str]:
    if _exists(name) and Path(name).is_dir():
        yield from _in_folder(name, recursive)
    elif _exists(name) and name.lower().endswith(".txt"):
        yield from _in_list(name)
    elif not _exists(name) and glob.has_magic(name) and "://" not in name:
        for match in sorted(glob.glob(name, recursive=True)):  # noqa: PTH207 - a Path's takes no absolute pattern
            yield from _expand(match, recursive)
    else:
        yield name


def _in_folder(folder: str, recursive: bool) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if recursive else []
        for name in sorted(names):
            if Path(name).suffix.lower() in _SUFFIXES and not name.startswith("."):
                yield str(Path(parent, name))


def _in_list(path: str) -> Iterator[str]:
    try:
        text = Path(path).read_text("utf-8-sig", errors="surrogateescape")
    except OSError:
        text = "\0"
    if "\0" in text:  # no list: the reader says what it is
        yield path
        return
    for line in filter(None, map(str.strip, text.splitlines())):
        beside = str(Path(path).parent / line)
        yield beside if _exists(beside) and not _exists(line) else line


def _exists(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - a Path's raises over names that are too long
