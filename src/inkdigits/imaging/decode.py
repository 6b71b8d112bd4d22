"""Anything that holds a picture becomes a page: grey levels, upright, on opaque paper."""

from __future__ import annotations

import io
import math
import os
import struct
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.errors import PictureError, printable
from inkdigits.imaging.levels import flatten, to_uint8

__all__ = ["Page", "Picture", "decode", "name_of", "open_picture", "rereadable"]

Picture: TypeAlias = str | os.PathLike[str] | bytes | IO[bytes] | Image.Image | npt.NDArray[Any]

# What Pillow decodes without other programs and recognises by its content. To try one after the first five, Pillow
# imports all its plugins, which takes longer than reading a picture.
_FORMATS = (
    *("PNG", "JPEG", "GIF", "BMP", "PPM"),
    *("TIFF", "WEBP", "AVIF", "JPEG2000", "DIB", "ICO", "ICNS", "PCX", "QOI", "SGI"),
)
_MAX_BYTES = 256 * 2**20
_LIMIT = f"more than {_MAX_BYTES >> 20} MiB"
_MAX_PIXELS = 100_000_000
_WORKING_PIXELS = 4_000_000  # digits on a page are still 30 pixels tall, and no step takes more than 16 MB

_ORIENTATION = 0x0112
_UPRIGHT = {  # what undoes each value of the EXIF tag Orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = tuple(_UPRIGHT[value] for value in (5, 6, 7, 8))

# What Pillow and its codecs raise over damaged files.
_DAMAGE = (
    *(OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, struct.error),
    *(IndexError, KeyError, TypeError, AttributeError, ZeroDivisionError, RuntimeError),
)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Page:
    """A picture as grey levels.

    Attributes:
        grey: uint8 (H,W), 0 black to 255 white, upright; a large picture is scaled down.
        width: pixels of the upright picture itself.
        height: the same.

    """

    grey: npt.NDArray[np.uint8]
    width: int
    height: int

    def in_picture(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Return a box of `grey` (left, top, width, height) in the pixels of the picture itself."""
        across, down = self.width / self.grey.shape[1], self.height / self.grey.shape[0]
        left, top, width, height = box
        x, y = int(left * across), int(top * down)
        return x, y, math.ceil((left + width) * across) - x, math.ceil((top + height) * down) - y


def decode(picture: Picture) -> Page:
    """Return the grey levels of a picture; of its first frame, if it has several.

    Args:
        picture: a path, the bytes of a file, an open binary file, a Pillow image, or an array (H,W), (H,W,3) RGB or
            (H,W,4) RGBA: integers, where more than 8 bits are brought to 8; floats, 0 to 1 or 0 to 255; or booleans.

    Raises:
        PictureError: it is no picture that can be read; `code` is not_found, is_directory, unreadable, empty_file,
            unreadable_image or image_too_large.

    """
    image, width, height = open_picture(picture, "L", _WORKING_PIXELS)
    return Page(np.asarray(image), width, height)


def open_picture(picture: Picture, mode: str, pixels: int) -> tuple[Image.Image, int, int]:
    """Return a picture upright, opaque and not much larger than asked for, and the width and height that it has.

    Args:
        picture: as `decode` takes it.
        mode: "L" for grey or "RGB".
        pixels: about how many pixels to return at most; a larger picture is averaged over squares of pixels.

    Raises:
        PictureError: as `decode` raises it.

    """
    try:
        image = _open(picture)
        width, height = image.size
        _check_size(picture, width, height)
        factor = max(1, round((width * height / pixels) ** 0.5))
        if image is not picture:  # a JPEG decodes small, and so fast; but the caller's image is not ours to change
            image.draft(mode, (-(-width // factor), -(-height // factor)))
            factor = max(1, round(image.width * factor / width))
        opaque = flatten(image, mode, factor)
        # Asked only now that it is decoded: Pillow turns a TIFF upright by itself, and then says so.
        turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
    except _BOMB as error:
        raise _too_large(picture, "more than 100 million pixels") from error
    except _DAMAGE as error:
        raise PictureError(
            f"cannot read {_named(picture)}: it is no picture, or one that is damaged or cut short",
            "save it as PNG or JPEG and try again",
        ) from error
    if turn is None:
        return opaque, width, height
    return opaque.transpose(turn), *((height, width) if turn in _SIDEWAYS else (width, height))


def name_of(picture: Picture) -> str:
    """Return what to call a picture in a result: its path as it was given, or the kind of thing that it is."""
    if isinstance(picture, str | os.PathLike):
        return os.fsdecode(picture)
    if isinstance(picture, bytes):
        return "bytes"
    if isinstance(picture, np.ndarray):
        return "array"
    name = getattr(picture, "name", None) or getattr(picture, "filename", None)
    return name if isinstance(name, str) else "image" if isinstance(picture, Image.Image) else "stream"


def rereadable(picture: Picture) -> Picture:
    """Return a picture that can be decoded more than once: the bytes of an open file, anything else as it is.

    Raises:
        PictureError: the file cannot be read, or is too large.

    """
    if isinstance(picture, str | os.PathLike | bytes | Image.Image | np.ndarray):
        return picture
    return _contents(picture, picture)


def _open(picture: Picture) -> Image.Image:
    """Return a Pillow image; a file is opened, and not yet decoded."""
    if isinstance(picture, Image.Image):
        return picture
    if isinstance(picture, np.ndarray):
        return _from_array(picture)
    if isinstance(picture, str | os.PathLike):
        content = _read_file(os.fsdecode(picture))
    else:
        content = picture if isinstance(picture, bytes) else _contents(picture, picture)
    if not content:
        raise PictureError(f"{_named(picture)} is empty", "give a picture", code="empty_file")
    return Image.open(io.BytesIO(content), formats=_FORMATS)


def _from_array(array: npt.NDArray[Any]) -> Image.Image:
    """Return an array as a Pillow image."""
    shaped = array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array
    is_picture = shaped.ndim == 2 or (shaped.ndim == 3 and shaped.shape[2] in (3, 4))
    if not is_picture or not shaped.size or shaped.dtype.kind not in "buif":
        raise PictureError(
            f"an array of shape {array.shape} and type {array.dtype} is no picture",
            "give numbers as (H,W), (H,W,3) or (H,W,4)",
        )
    return Image.fromarray(to_uint8(shaped))


def _read_file(path: str) -> bytes:
    """Return what a file holds, or say why not."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a Path would rewrite what the user typed
            if os.fstat(file.fileno()).st_size > _MAX_BYTES:
                raise _too_large(path, _LIMIT)
            return _contents(file, path)
    except IsADirectoryError as error:
        raise PictureError(
            f"{printable(path)} is a folder", "name a picture, or a folder that holds some", code="is_directory"
        ) from error
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        advice = "download it first" if "://" in path else "check the name"
        raise PictureError(f"there is no file {printable(path)}", advice, code="not_found") from error
    except OSError as error:
        raise PictureError(
            f"cannot read {printable(path)}: {error.strerror}",
            "check that you may read it",
            code="unreadable",
        ) from error


def _contents(file: IO[bytes], picture: Picture) -> bytes:
    """Return what an open file holds, unless that is too much."""
    if not hasattr(file, "read"):
        raise PictureError(
            f"{type(file).__name__} is no kind of picture",
            "give a path, bytes, a binary file, a Pillow image or an array",
        )
    content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise _too_large(picture, _LIMIT)
    return content


def _check_size(picture: Picture, width: int, height: int) -> None:
    """Raise PictureError unless the pixels can be held in memory; they are not decoded yet."""
    if width * height > _MAX_PIXELS:
        raise _too_large(picture, f"{width}×{height} pixels, more than {_MAX_PIXELS // 10**6} million")
    if not width * height:
        raise PictureError(f"{_named(picture)} has no pixels", "give a picture", code="empty_file")


def _too_large(picture: Picture, size: str) -> PictureError:
    return PictureError(f"{_named(picture)} is too large: {size}", "scale it down", code="image_too_large")


def _named(picture: Picture) -> str:
    """Return a picture's name as it stands in a message."""
    return printable(name_of(picture)) if isinstance(picture, str | os.PathLike) else "the picture"
