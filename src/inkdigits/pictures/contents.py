"""What holds a picture: its name, and its bytes if it is a file."""

from __future__ import annotations

import base64
import glob
import os
from typing import IO, Any, Protocol, TypeAlias, TypeGuard
from urllib.parse import unquote_to_bytes

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.errors import PictureError, printable
from inkdigits.pictures.limits import Limits


class SupportsArray(Protocol):
    """What numpy takes as an array: of PyTorch, TensorFlow, JAX, a table of pandas."""

    def __array__(self) -> npt.NDArray[Any]: ...


Picture: TypeAlias = (
    str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Image.Image | npt.NDArray[Any] | SupportsArray
)
Content: TypeAlias = str | os.PathLike[str] | bytes | Image.Image | npt.NDArray[Any]

_TOO_LARGE = f"more than {Limits.file >> 20} MiB"


class NamedBytes(bytes):
    """The bytes of a file that has a name, though no path leads to it."""

    name: str

    def __new__(cls, content: bytes, name: str) -> NamedBytes:
        """Name what a file holds."""
        self = super().__new__(cls, content)
        self.name = name
        return self

    def __reduce__(self) -> tuple[type[NamedBytes], tuple[bytes, str]]:
        """Return what it is made of again in another process."""
        return type(self), (bytes(self), self.name)


def name_of(picture: Picture) -> str:
    """Return what to call a picture in a result: its path as it was given, or the kind of thing that it is."""
    if isinstance(picture, str | os.PathLike):
        return "data URL" if _is_data_url(picture) else os.fsdecode(picture)  # which may be megabytes long
    if isinstance(picture, NamedBytes):
        return picture.name
    if isinstance(picture, bytes | bytearray | memoryview):
        return "bytes"
    if hasattr(picture, "__array__") and not isinstance(picture, Image.Image):
        return "array"
    name = getattr(picture, "name", None) or getattr(picture, "filename", None)
    return name if isinstance(name, str) else "image" if isinstance(picture, Image.Image) else "stream"


def called(picture: Picture, page: int = 1) -> str:
    """Return a picture's name as it stands in a message, and the page if it is not the first."""
    has_name = isinstance(picture, str | os.PathLike | NamedBytes) and not _is_data_url(picture)
    name = printable(name_of(picture)) if has_name else "the picture"
    return name if page == 1 else f"{name}, page {page}"


def read_whole(file: IO[bytes], picture: Picture) -> bytes:
    """Return what an open file holds, which an error calls as it calls a picture.

    Raises:
        PictureError: it is too large, cannot be read, or is no file, or none of bytes.

    """
    if not hasattr(file, "read"):
        raise PictureError(
            f"{type(file).__name__} is not a kind of picture",
            "give a path, bytes, a binary file, a Pillow image or an array",
        )
    try:
        content = file.read(Limits.file + 1)
    except UnicodeDecodeError:
        content = None
    except (OSError, ValueError) as error:  # a file that is closed raises ValueError
        raise _no_access(picture, error) from error
    if not isinstance(content, bytes):
        raise PictureError(f"{called(picture)} is open as text", "open it as binary: open(path, 'rb')")
    if len(content) > Limits.file:
        raise too_large(picture, _TOO_LARGE)
    return content


def rereadable(picture: Picture) -> Content:
    """Return a picture that can be decoded more than once: a path, bytes, a Pillow image or an array.

    Raises:
        PictureError: it is a file that cannot be read or is too large, or nothing that holds a picture.

    """
    if _is_data_url(picture):
        return _from_data_url(picture)
    if isinstance(picture, str | os.PathLike | bytes | Image.Image | np.ndarray):
        return picture
    if isinstance(picture, bytearray | memoryview):
        return bytes(picture)
    return _from_tensor(picture) if hasattr(picture, "__array__") else read_whole(picture, picture)


def content_of(picture: str | os.PathLike[str] | bytes) -> bytes:
    """Return the bytes of a file; raise PictureError if it is empty, too large, or cannot be read."""
    content = picture if isinstance(picture, bytes) else _read_file(os.fsdecode(picture))
    if not content:
        raise PictureError(f"{called(picture)} is empty", "give a picture", code="empty_file")
    return content


def not_installed(extra: str, what: str, picture: Picture) -> PictureError:
    """Return the error for a picture whose format needs an extra."""
    return PictureError(
        f"{called(picture)} is {what}, and what reads those is not installed",
        f"run: pip install 'inkdigits[{extra}]'",
        code="missing_extra",
    )


def unreadable(picture: Picture, page: int = 1) -> PictureError:
    """Return the error for what cannot be decoded."""
    return PictureError(
        f"cannot read {called(picture, page)}: it is not a picture, or one that is damaged or cut short",
        "save it as PNG or JPEG and try again",
    )


def too_large(picture: Picture, size: str) -> PictureError:
    """Return the error for a picture that is larger than it may be."""
    return PictureError(f"{called(picture)} is too large: {size}", "scale it down", code="image_too_large")


def _read_file(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a Path would rewrite what the user typed
            if os.fstat(file.fileno()).st_size > Limits.file:
                raise too_large(path, _TOO_LARGE)
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
        missing = f"there is no file {printable(path) or repr(path)}"
        if glob.has_magic(path) and not glob.glob(path, recursive=True):  # noqa: PTH207 - a Path's takes no absolute one
            missing = f"no file matches the pattern {printable(path)}"
        raise PictureError(missing, "check the name", code="not_found") from error
    except OSError as error:
        raise _no_access(path, error) from error


def _no_access(picture: Picture, error: OSError | ValueError) -> PictureError:
    why = getattr(error, "strerror", None) or error
    return PictureError(f"cannot read {called(picture)}: {why}", "check that you may read it", code="unreadable")


def _is_data_url(picture: object) -> TypeGuard[str]:
    return isinstance(picture, str) and picture.startswith("data:") and "," in picture


def _from_data_url(url: str) -> bytes:
    """Return what stands in a data URL (RFC 2397), as browsers make them of a canvas or a file."""
    head, _, body = url.partition(",")
    content = unquote_to_bytes(body)
    if head.endswith(";base64"):
        try:
            content = base64.b64decode(content, validate=True)
        except ValueError as error:
            raise PictureError("the data URL is not base64, or is cut short", "send all of it") from error
    return content


def _from_tensor(tensor: Any) -> npt.NDArray[Any]:
    """Return a tensor as an array, also one that is on a GPU or has gradients."""
    try:
        return np.asarray(tensor.detach().cpu() if hasattr(tensor, "detach") else tensor)
    except Exception as error:  # what libraries raise over types that numpy has not has no common name
        raise PictureError(f"{type(tensor).__name__} cannot be taken as an array", "give a numpy array") from error
