"""Anything that holds a picture becomes pages: grey levels, upright, on opaque paper."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.contents import Picture, called, name_of, rereadable, too_large, unreadable
from inkdigits.pictures.frames import open_frames
from inkdigits.pictures.grey import flatten
from inkdigits.pictures.limits import MAX_PAGES, Limits
from inkdigits.pictures.region import Region

__all__ = ["Document", "Page", "Picture", "decode", "name_of", "open_picture", "rereadable"]

_ROUNDING = 1e-6  # pixels that a box is not wider for
_GREY = ("1", "L", "P", "I;16", "I;16L", "I;16B", "I;16N")

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


@dataclass(frozen=True)
class Page:
    """A picture as grey levels, and which part of the upright picture itself, in its pixels, they show."""

    grey: npt.NDArray[np.uint8]  # (H,W), 0 black to 255 white, upright; a large picture is scaled down
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0

    def in_picture(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Return a box of `grey` (left, top, width, height) in the pixels of the picture itself."""
        across, down = self.width / self.grey.shape[1], self.height / self.grey.shape[0]
        left, top, width, height = box
        x, y = int(self.left + left * across), int(self.top + top * down)
        right, bottom = self.left + (left + width) * across, self.top + (top + height) * down
        return x, y, math.ceil(right - _ROUNDING) - x, math.ceil(bottom - _ROUNDING) - y

    def cut(self, box: tuple[int, int, int, int]) -> Page:
        """Return the part of a whole page that covers a box of the picture (left, top, right, bottom)."""
        down, across = np.array(self.grey.shape) / (self.height, self.width)
        left, top = int(box[0] * across), int(box[1] * down)
        right, bottom = math.ceil(box[2] * across - _ROUNDING), math.ceil(box[3] * down - _ROUNDING)
        grey = self.grey[top : max(top + 1, bottom), left : max(left + 1, right)]
        height, width = grey.shape
        return Page(grey, width / across, height / down, left / across, top / down)


class Document:
    """A picture that has been opened, and the pages in it: of a TIFF or a PDF, or the pictures of an animation.

    Args:
        picture: a path, the bytes of a file, an open binary file, a data URL, a Pillow image as it stands, or an array
            or tensor (H,W), (H,W,3) RGB or (H,W,4) RGBA, channels first or last, 28×28 also as a row of 784: integers,
            where more than 8 bits are brought to 8; floats, 0 to 1 or 0 to 255; or booleans, also as 0 and 1.

    Raises:
        PictureError: it is not a picture that can be read; `code` is not_found, is_directory, unreadable, empty_file,
            unreadable_image, image_too_large, missing_extra or locked.

    """

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        with _explained(picture):
            self._picture = rereadable(picture)
            self._frames = open_frames(self._picture)

    def __enter__(self) -> Document:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._frames.close()

    @cached_property
    def pages(self) -> int:
        """How many pages there are, at least 1; just that one where the others cannot be counted.

        Of a TIFF those after the first `MAX_PAGES` are not looked for, and count as one.
        """
        try:
            with _explained(self._picture):
                return self._frames.count
        except PictureError:
            return 1

    def too_many_pages(self) -> PictureError:
        """Return the error for the pages after the first `MAX_PAGES`."""
        return PictureError(
            f"{called(self._picture)} has more than {MAX_PAGES} pages, and only the first are read",
            "split it",
            code="too_many_pages",
        )

    def decode(self, page: int = 1, region: Region | None = None) -> Page:
        """Return the grey levels of a page, from 1, or of a part of it.

        Raises:
            PictureError: the page is not there (`no_such_page`), damaged (`unreadable_image`) or too large, or the
                region is not on it (`region_outside`).

        """
        image, width, height = self.image("L", Limits.working, page, region)
        whole = Page(np.asarray(image), width, height)
        return whole.cut(region.on(width, height)) if region else whole

    def image(
        self, mode: str, pixels: int, page: int = 1, region: Region | None = None
    ) -> tuple[Image.Image, int, int]:
        """Return a page upright, opaque and not much larger than asked for, and the width and height that it has.

        Args:
            mode: "L" for grey or "RGB".
            pixels: about how many pixels to return at most; a larger picture is averaged over squares of pixels.
            page: from 1.
            region: the part of the page that has so many pixels at most, where that is all that matters.

        Raises:
            PictureError: as `decode` raises it.

        """
        if not (page == 1 or 1 <= page <= self.pages):
            raise PictureError(
                f"{called(self._picture)} has no page {page}", f"it has {self.pages}", code="no_such_page"
            )
        with _explained(self._picture, page):
            image = self._frames.open(page - 1)
            width, height = image.size
            _check_size(self._picture, width, height)
            shown = region.area(width, height) if region else width * height
            factor = max(1, round(math.sqrt(shown / pixels)))
            if image is not self._picture:  # a JPEG decodes small, and so fast; but a caller's image is not ours
                image.draft(mode, (-(-width // factor), -(-height // factor)))
                factor = max(1, round(image.width * factor / width))
            _check_cost(self._picture, image)
            _check_decoded(self._picture, image, width, height)
            opaque = flatten(image, mode, factor)
            # Asked only now that it is decoded: Pillow turns a TIFF upright by itself, and then says so.
            turn = _UPRIGHT.get(image.getexif().get(0x0112, 1))  # EXIF's orientation
        if turn is None:
            return opaque, width, height
        return opaque.transpose(turn), *((height, width) if turn in _SIDEWAYS else (width, height))


def decode(picture: Picture, page: int = 1) -> Page:
    """Return the grey levels of a page, from 1, of a picture as `Document` takes it; see `Document.decode`."""
    with Document(picture) as document:
        return document.decode(page)


def open_picture(picture: Picture, mode: str, pixels: int, page: int = 1) -> tuple[Image.Image, int, int]:
    """Return a picture upright and opaque, its width and height; see `Document.image`."""
    with Document(picture) as document:
        return document.image(mode, pixels, page)


@contextmanager
def _explained(picture: Picture, page: int = 1) -> Iterator[None]:
    """Turn what Pillow and its codecs raise into a PictureError."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large(picture, f"more than {Limits.pixels // 10**6} million pixels") from error
    except PictureError:
        raise
    except Exception as error:  # what codecs raise over damaged files has no common name
        raise unreadable(picture, page) from error


def _check_size(picture: Picture, width: int, height: int) -> None:
    """Raise PictureError unless a picture has a size that can be worked with."""
    most = min(Limits.pixels, Image.MAX_IMAGE_PIXELS or Limits.pixels)  # a program may want Pillow to warn of less
    if width * height > most or max(width, height) > Limits.side:
        raise too_large(picture, f"{width}×{height} pixels, more than {most:,}, or a side of more than {Limits.side:,}")
    if not width * height:
        raise PictureError(f"{called(picture)} has no pixels", "give a picture", code="empty_file")


def _check_decoded(picture: Picture, image: Image.Image, width: int, height: int) -> None:
    """Decode a picture; raise PictureError if it then is larger than its header said."""
    image.load()
    across, down = image.im.size
    if across * down > width * height:
        raise too_large(picture, f"{across}×{down} pixels, where its header says {width}×{height}")


def _check_cost(picture: Picture, image: Image.Image) -> None:
    """Raise PictureError if a picture would take too much memory or time to decode, by what its header says."""
    most = Limits.slow.get(image.format or "", Limits.pixels if image.mode in _GREY else Limits.colour)
    if any(tile[0] in Image.DECODERS for tile in getattr(image, "tile", ())):
        most = Limits.in_python
    if image.width * image.height > most:
        what = f"{image.width}×{image.height} pixels of {image.mode} in {image.format}"
        raise too_large(picture, f"{what}, more than {most // 10**6} million")
