"""What holds a picture: its name, and its bytes if it is a file."""

from __future__ import annotations

import os
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.errors import PictureError, printable

__all__ = ["NamedBytes", "Picture", "called", "content_of", "name_of", "read_whole", "rereadable", "too_large"]

Picture: TypeAlias = str | os.PathLike[str] | bytes | IO[bytes] | Image.Image | npt.NDArray[Any]

_MAX_BYTES = 256 * 2**20
_LIMIT = f"more than {_MAX_BYTES >> 20} MiB"


class NamedBytes(bytes):
    """The bytes of a file that has a name, though no path leads to it."""

    name: str

    def __new__(cls, content: bytes, name: str) -> NamedBytes:
        """Name what a file holds."""
        self = super().__new__(cls, content)
        self.name = name
        return self


def name_of(picture: Picture) -> str:
    """Return what to call a picture in a result: its path as it was given, or the kind of thing that it is."""
    if isinstance(picture, str | os.PathLike):
        return os.fsdecode(picture)
    if isinstance(picture, NamedBytes):
        return picture.name
    if isinstance(picture, bytes):
        return "bytes"
    if isinstance(picture, np.ndarray):
        return "array"
    name = getattr(picture, "name", None) or getattr(picture, "filename", None)
    return name if isinstance(name, str) else "image" if isinstance(picture, Image.Image) else "stream"


def called(picture: Picture, page: int = 1) -> str:
    """Return a picture's name as it stands in a message, and the page if it is not the first."""
    name = printable(name_of(picture)) if isinstance(picture, str | os.PathLike | NamedBytes) else "the picture"
    return name if page == 1 else f"{name}, page {page}"


def read_whole(file: IO[bytes], picture: Picture) -> bytes:
    """Return what an open file holds.

    Args:
        file: open for reading.
        picture: what to call it in an error.

    Raises:
        PictureError: it is too large, or no file.

    """
    if not hasattr(file, "read"):
        raise PictureError(
            f"{type(file).__name__} is no kind of picture",
            "give a path, bytes, a binary file, a Pillow image or an array",
        )
    content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise too_large(picture, _LIMIT)
    return content


def rereadable(picture: Picture) -> Picture:
    """Return a picture that can be decoded more than once: the bytes of an open file, anything else as it is.

    Raises:
        PictureError: the file cannot be read, or is too large.

    """
    if isinstance(picture, str | os.PathLike | bytes | Image.Image | np.ndarray):
        return picture
    return read_whole(picture, picture)


def content_of(picture: str | os.PathLike[str] | bytes | IO[bytes]) -> bytes:
    """Return the bytes of a file.

    Raises:
        PictureError: it is empty, too large, or cannot be read.

    """
    if isinstance(picture, str | os.PathLike):
        content = _read_file(os.fsdecode(picture))
    else:
        content = picture if isinstance(picture, bytes) else read_whole(picture, picture)
    if not content:
        raise PictureError(f"{called(picture)} is empty", "give a picture", code="empty_file")
    return content


def too_large(picture: Picture, size: str) -> PictureError:
    """Return the error for a picture that is larger than it may be."""
    return PictureError(f"{called(picture)} is too large: {size}", "scale it down", code="image_too_large")


def _read_file(path: str) -> bytes:
    """Return what a file holds, or say why not."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a Path would rewrite what the user typed
            if os.fstat(file.fileno()).st_size > _MAX_BYTES:
                raise too_large(path, _LIMIT)
            return read_whole(file, path)
    except IsADirectoryError as error:
        raise PictureError(
            f"{printable(path)} is a folder", "name a picture, or a folder that holds some", code="is_directory"
        ) from error
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        if "://" in path:
            raise PictureError(
                f"{printable(path)} is an address, and only files are read", "download it first", code="not_found"
            ) from error
        raise PictureError(f"there is no file {printable(path)}", "check the name", code="not_found") from error
    except OSError as error:
        raise PictureError(
            f"cannot read {printable(path)}: {error.strerror}",
            "check that you may read it",
            code="unreadable",
        ) from error
