"""The frames of a picture: pages of a TIFF or a PDF, pictures of an animation, one of anything else."""

from __future__ import annotations

import io
from threading import Lock
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.extras import missing_modules
from inkdigits.imaging.contents import Content, Picture, called, content_of
from inkdigits.imaging.levels import to_uint8

__all__ = ["Frames", "open_frames"]

# What Pillow decodes without other programs. To try one after the first five, it imports all its plugins, which takes
# longer than reading a picture.
_FORMATS = (
    *("PNG", "JPEG", "GIF", "BMP", "PPM"),
    *("TIFF", "WEBP", "AVIF", "JPEG2000", "DIB", "ICO", "ICNS", "PCX", "QOI", "SGI", "PSD"),
    *("BLP", "CUR", "DCX", "DDS", "FITS", "FLI", "FTEX", "GBR", "IMT", "IPTC", "MCIDAS", "MSP", "PCD", "PIXAR"),
    *("SPIDER", "SUN", "TGA", "XBM", "XPM", "XVTHUMB"),
)
# Whose further frames are layers, previews and depths of the first.
_ONE_PICTURE = ("PSD", "MPO", "ICO", "ICNS")

_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_HEIF_BRANDS = (b"mif1", b"msf1")  # an AVIF may begin with these too

_PDF_DPI = 200  # digits on a form are 30 pixels tall
_PDF_POINTS = 72  # an inch
_PDF_PIXELS = 16_000_000
_PDFIUM = Lock()  # it is not made for threads


class Frames(Protocol):
    """A picture that has been opened, and decodes one frame at a time."""

    @property
    def count(self) -> int:
        """How many there are, at least 1."""

    def open(self, index: int) -> Image.Image:
        """Return a frame, from 0; it is decoded when it is used, and gone when the next is opened."""

    def close(self) -> None:
        """Let go of the file."""


def open_frames(picture: Content) -> Frames:
    """Open a picture by what it holds, whatever its name says.

    Raises:
        PictureError: it is no file that can be read, needs an extra, or is locked.

    """
    if isinstance(picture, Image.Image):
        return _Still(picture)
    if isinstance(picture, np.ndarray):
        return _Still(_from_array(picture))
    content = content_of(picture)
    if content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        return _PdfPages(picture, content)
    if _is_heic(content):
        return _Still(_open_heic(picture, content))
    image = Image.open(io.BytesIO(content), formats=_FORMATS)
    return _Still(image) if image.format in _ONE_PICTURE else _Sequence(image)


class _Still:
    """One image."""

    count = 1

    def __init__(self, image: Image.Image) -> None:
        self._image = image

    def open(self, index: int) -> Image.Image:
        return self._image

    def close(self) -> None: ...


class _Sequence:
    """What Pillow opens, which may hold several frames."""

    def __init__(self, image: Image.Image) -> None:
        self._image = image

    @property
    def count(self) -> int:
        return int(getattr(self._image, "n_frames", 1))

    def open(self, index: int) -> Image.Image:
        if index != self._image.tell():
            self._image.seek(index)
        return self._image

    def close(self) -> None: ...


class _PdfPages:
    """The pages of a PDF, each rendered when it is opened."""

    def __init__(self, picture: Picture, content: bytes) -> None:
        _need("pdf", "a PDF", picture)
        import pypdfium2

        try:
            with _PDFIUM:
                self._document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            if "assword" not in str(error):
                raise
            raise PictureError(
                f"{called(picture)} is locked with a password", "save it without one", code="locked"
            ) from error
        self.count = len(self._document)

    def open(self, index: int) -> Image.Image:
        with _PDFIUM:
            page = self._document[index]
            width, height = page.get_size()
            scale = min(_PDF_DPI / _PDF_POINTS, (_PDF_PIXELS / (width * height)) ** 0.5)
            image: Image.Image = page.render(scale=scale).to_pil()
            page.close()
        return image

    def close(self) -> None:
        with _PDFIUM:
            self._document.close()


def _is_heic(content: bytes) -> bool:
    """Tell HEIC, also of several pictures, from AVIF, whose container is the same."""
    if content[4:8] != b"ftyp":
        return False
    brand, compatible = content[8:12], content[16 : int.from_bytes(content[:4], "big")]
    return brand in _HEIC_BRANDS or (brand in _HEIF_BRANDS and any(other in compatible for other in _HEIC_BRANDS))


def _open_heic(picture: Picture, content: bytes) -> Image.Image:
    """Return the main picture of a HEIC file, which libheif turns upright."""
    _need("heic", "a HEIC picture", picture)
    from pillow_heif import HeifImageFile

    image: Image.Image = HeifImageFile(io.BytesIO(content))  # type: ignore[no-untyped-call]
    return image


def _need(extra: str, what: str, picture: Picture) -> None:
    """Raise PictureError unless an extra is installed."""
    if missing_modules(extra):
        raise PictureError(
            f"{called(picture)} is {what}, and what reads those is not installed",
            f"run: pip install 'inkdigits[{extra}]'",
            code="missing_extra",
        )


def _from_array(array: npt.NDArray[Any]) -> Image.Image:
    """Return an array as a Pillow image, also one with channels first, and 28×28 in a row as Kaggle has them."""
    shaped = array.reshape(28, 28) if max(array.shape, default=0) == array.size == 28 * 28 else array
    if shaped.ndim == 3 and shaped.shape[0] in (1, 3, 4) and shaped.shape[2] > 4:
        shaped = np.moveaxis(shaped, 0, 2)
    shaped = shaped[:, :, 0] if shaped.ndim == 3 and shaped.shape[2] == 1 else shaped
    is_picture = shaped.ndim == 2 or (shaped.ndim == 3 and shaped.shape[2] in (3, 4))
    if not is_picture or not shaped.size or shaped.dtype.kind not in "buif":
        raise PictureError(
            f"an array of shape {array.shape} and type {array.dtype} is no picture",
            "give numbers as (H,W), (H,W,3) or (H,W,4)",
        )
    return Image.fromarray(to_uint8(shaped))
