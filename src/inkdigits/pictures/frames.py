"""The frames of a picture: pages of a TIFF or a PDF, pictures of an animation, one of anything else."""

from __future__ import annotations

import io
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageSequence

from inkdigits.errors import PictureError
from inkdigits.pictures.contents import Content, Picture, called, content_of, not_installed, too_large, unreadable
from inkdigits.pictures.file_formats import jpeg_scans, name_of_other_format, recognise
from inkdigits.pictures.grey import to_uint8
from inkdigits.pictures.limits import MAX_PAGES, Limits
from inkdigits.pictures.pdf import PdfPages


class Frames(Protocol):
    """A picture that has been opened, and decodes one frame at a time."""

    @property
    def count(self) -> int:
        """How many there are, at least 1."""

    def open(self, index: int) -> Image.Image:
        """Return a frame, from 0; it is decoded when it is used, and gone when the next is opened."""

    def close(self) -> None:
        """Let go of the file."""
        return


def open_frames(picture: Content) -> Frames:
    """Open a picture by what it holds, whatever its name says; raise PictureError if it cannot be read."""
    if isinstance(picture, Image.Image):
        return _Still(picture)
    if isinstance(picture, np.ndarray):
        return _Still(_from_array(picture))
    content = content_of(picture)
    kind = recognise(content)
    if kind is None:
        raise _no_picture(picture, content)
    if kind == "PDF":
        return PdfPages(picture, content)
    if kind == "HEIC":
        return _Still(_open_heic(picture, content))
    image = Image.open(io.BytesIO(content), formats=(kind,))
    if kind == "JPEG":
        scans = jpeg_scans(content)  # each goes over all of the picture, which may take too long
        if scans > 1 and scans * image.width * image.height > Limits.scanned:
            raise too_large(picture, f"{image.width}×{image.height} pixels in {scans} scans")
        return _Still(image)  # what else it holds are previews and depths of the first
    return _Sequence(picture, image)


class _Still(Frames):
    count = 1

    def __init__(self, image: Image.Image) -> None:
        self._image = image

    def open(self, index: int) -> Image.Image:
        return self._image


class _Sequence(Frames):
    """What Pillow opens, which may hold several frames."""

    def __init__(self, picture: Picture, image: Image.Image) -> None:
        self._picture, self._image = picture, image
        self._jumps = image.format == "TIFF"  # its pages stand alone; of the others each builds on those before it

    @cached_property
    def count(self) -> int:
        """How many there are; all beyond the first `MAX_PAGES` count as one, as far as a TIFF's are looked for."""
        if not self._jumps:
            return int(getattr(self._image, "n_frames", 1))
        return sum(1 for _ in islice(ImageSequence.Iterator(self._image), MAX_PAGES + 1))

    def open(self, index: int) -> Image.Image:
        if index == self._image.tell():
            return self._image
        passed = 0 if self._jumps else index - (self._image.tell() if index > self._image.tell() else 0)
        if passed * self._image.width * self._image.height > Limits.passed:
            raise PictureError(
                f"{called(self._picture, index + 1)} cannot be read alone: {passed} large pictures are before it",
                "read them all, or save this one as PNG",
                code="image_too_large",
            )
        self._image.seek(index)
        return self._image


def _no_picture(picture: Picture, content: bytes) -> PictureError:
    other = name_of_other_format(content)
    if other is None:
        return unreadable(picture)
    return PictureError(
        f"{called(picture)} is {other}, which is not read",
        "save it as PNG, JPEG, GIF, BMP, TIFF, WebP, AVIF, JPEG 2000, PNM, HEIC or PDF",
    )


def _open_heic(picture: Picture, content: bytes) -> Image.Image:
    """Return the main picture of a HEIC file, which libheif turns upright."""
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise not_installed("heic", "a HEIC picture", picture) from error

    image: Image.Image = HeifImageFile(io.BytesIO(content))  # type: ignore[no-untyped-call]
    return image


def _from_array(array: npt.NDArray[Any]) -> Image.Image:
    """Return an array as a Pillow image, also one with channels first, and 28×28 in a row as Kaggle has them."""
    shaped = array.reshape(28, 28) if max(array.shape, default=0) == array.size == 28 * 28 else array
    if shaped.ndim == 3 and shaped.shape[0] in (1, 3, 4) and shaped.shape[2] > 4:
        shaped = np.moveaxis(shaped, 0, 2)
    shaped = shaped[:, :, 0] if shaped.ndim == 3 and shaped.shape[2] == 1 else shaped
    is_picture = shaped.ndim == 2 or (shaped.ndim == 3 and shaped.shape[2] in (3, 4))
    if not is_picture or not shaped.size or shaped.dtype.kind not in "buif":
        raise PictureError(
            f"an array of shape {array.shape} and type {array.dtype} is not a picture",
            "give numbers as (H,W), (H,W,3) or (H,W,4)",
        )
    return Image.fromarray(to_uint8(shaped))
