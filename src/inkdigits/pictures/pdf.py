"""The pages of a PDF."""

from __future__ import annotations

from threading import Lock

from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.contents import Picture, called, not_installed
from inkdigits.pictures.limits import Limits

_PDFIUM = Lock()  # it is not made for threads


class PdfPages:
    """The pages of a PDF, each rendered when it is opened."""

    def __init__(self, picture: Picture, content: bytes) -> None:
        try:
            import pypdfium2
        except ImportError as error:
            raise not_installed("pdf", "a PDF", picture) from error

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
        """Return a page, from 0, at most as large as the limits say."""
        with _PDFIUM:
            page = self._document[index]
            width, height = page.get_size()  # in points, of which an inch has 72
            scale = min(Limits.pdf_dpi / 72, (Limits.pdf_pixels / (width * height)) ** 0.5)
            image: Image.Image = page.render(scale=scale).to_pil()
            page.close()
        return image

    def close(self) -> None:
        """Let go of the file."""
        with _PDFIUM:
            self._document.close()
