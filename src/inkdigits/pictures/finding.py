"""What a person names as what to read, as a list of pictures."""

from __future__ import annotations

import glob
import io
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO

from inkdigits.pictures.file_formats import recognise

STANDARD_INPUT = "-"

# the suffixes by which pictures are found in folders
PICTURES = frozenset(
    {
        *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".bmp", ".ppm", ".pgm", ".pbm", ".pnm"),
        *(".tif", ".tiff", ".webp", ".avif", ".jp2", ".j2k", ".heic", ".heif", ".pdf"),
    }
)


def find_sources(named: Iterable[str], *, recursive: bool = False) -> list[str]:
    """Return the pictures that arguments name, in their order.

    Args:
        named: pictures; folders, in which pictures are found by their suffix, or by their content where they have none,
            in alphabetical order, hidden ones left out; patterns such as `scans/*.png`, for shells that leave them;
            text files (`.txt`) with one path per line, from the working folder or else from the list's, where a line
            that begins with `#` is a comment; `-` for standard input. What names nothing is returned as it is, for
            the reader to say so.
        recursive: look into folders of folders, at any depth.

    """
    return list(each_source(named, recursive=recursive))


def each_source(
    named: Iterable[str], *, recursive: bool = False, suffixes: Collection[str] = PICTURES
) -> Iterator[str]:
    """Yield what `find_sources` returns; in folders, what has one of some suffixes, in small letters with the dot."""
    for name in named:
        empty = True
        for source in _expand(name, recursive, suffixes):
            empty = False
            yield source
        if empty:
            yield name


def has_more_below(folder: str) -> bool:
    """Say whether folders in a folder hold pictures, which only a recursive search finds."""
    try:
        with os.scandir(folder) as entries:
            below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False) and entry.name[0] != "."]
    except (OSError, ValueError):  # no folder, or none that may be looked into
        return False
    return any(True for path in below for _ in _in_folder(path, True, PICTURES))


def _expand(name: str, recursive: bool, suffixes: Collection[str]) -> Iterator[str]:
    if _exists(name) and Path(name).is_dir():
        yield from _in_folder(name, recursive, suffixes)
    elif _exists(name) and name.lower().endswith(".txt"):
        yield from _in_list_file(name)
    elif not _exists(name) and glob.has_magic(name) and "://" not in name:
        for match in sorted(glob.glob(name, recursive=True)):  # noqa: PTH207 - a Path's takes no absolute pattern
            yield from _expand(match, recursive, suffixes)
    else:
        yield name


def _in_folder(folder: str, recursive: bool, suffixes: Collection[str]) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if recursive else []
        for name in sorted(names):
            path, suffix = Path(parent, name), Path(name).suffix.lower()
            if not name.startswith(".") and (suffix in suffixes if suffix else _begins_as_picture(path)):
                yield str(path)


def _begins_as_picture(path: Path) -> bool:
    """Whether a file begins as a picture does, as those that a phone saves without a suffix; a text never counts."""
    try:
        with path.open("rb") if path.is_file() else io.BytesIO() as file:  # what is no file may never end
            kind = recognise(file.read(2**11))
    except OSError:
        return False
    return kind not in (None, "BMP", "PPM")  # two letters, with which many a text begins


def in_list(stream: IO[bytes]) -> Iterator[str] | None:
    """Return the paths of a list, one a line, which is never read whole; None if it is no text.

    A line that begins with `#` is a comment; `./#1.png` names a picture.
    """
    if b"\0" in stream.read(2**16):  # so much of a list tells whether it is text
        return None
    stream.seek(0)
    lines = map(str.strip, io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape"))
    return filter(lambda line: line and line[0] != "#", lines)


def _in_list_file(path: str) -> Iterator[str]:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a Path would rewrite what the user typed
            lines = in_list(file)
            if lines is None:  # the reader says what it is
                yield path
                return
            for line in lines:
                beside = str(Path(path).parent / line)
                yield beside if _exists(beside) and not _exists(line) else line
    except OSError:
        yield path


def _exists(path: str) -> bool:
    return os.path.exists(path)  # noqa: PTH110 - a Path's raises over names that are too long
