"""One picture that was sent, read as it was asked for."""

from __future__ import annotations

import base64
import io
import struct
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.frames import open_frames
from inkdigits.pictures.region import Region
from inkdigits.reading.reader import Reader
from inkdigits.results.characters import Digit, Mark
from inkdigits.results.reading import Reading
from inkdigits.service.uploads import Upload

__all__ = ["ReadOptions", "is_quick"]

_Read = TypeVar("_Read", Digit, Mark)

_PNG_HEADER = struct.Struct(">8s4x4sII")  # signature, chunk, width, height


@dataclass(frozen=True)
class ReadOptions:
    """How pictures are to be read.

    Attributes:
        single: take each as exactly one digit.
        min_confidence: digits with less are uncertain, 0 to 1; the model's own threshold if None.
        page: of a TIFF or a PDF, or the picture of an animation, from 1.
        region: of the picture, the part to read; all of it if None.
        digits_only: leave marks and gaps out of the text of lines.
        detail: whether each digit's JSON has the 28×28 that the model saw.
        max_pixels: a picture with more is not decoded.

    """

    single: bool
    min_confidence: float | None
    page: int
    region: Region | None
    digits_only: bool
    detail: bool
    max_pixels: int

    def read(self, reader: Reader, upload: Upload) -> dict[str, Any]:
        """Return the reading of a picture as it stands in JSON.

        Raises:
            PictureError: it cannot be read.

        """
        pixels = _pixels(upload.content)
        if pixels > self.max_pixels:
            raise PictureError(
                f"the picture is too large: {pixels:,} pixels, more than {self.max_pixels:,}",
                "scale it down",
                code="image_too_large",
            )
        reading = reader.read(
            upload.content, single=self.single, page=self.page, region=self.region, digits_only=self.digits_only
        )
        reading = replace(reading, source=upload.name)
        if self.min_confidence is not None:
            reading = _accepting(reading, self.min_confidence)
        answer = reading.to_dict()
        if self.detail:
            for digit, shown in zip(reading.digits, answer["digits"], strict=True):
                shown["image"] = _png(digit)
        return answer


def is_quick(upload: Upload) -> bool:
    """Say whether a picture takes no more than some milliseconds to read: a small PNG, as pages draw them.

    Its header alone is looked at, and only where it stands in every PNG.
    """
    content = upload.content
    if len(content) > 64 * 1024 or len(content) < _PNG_HEADER.size:
        return False
    signature, kind, width, height = _PNG_HEADER.unpack_from(content)
    return bool(signature == b"\x89PNG\r\n\x1a\n" and kind == b"IHDR" and width * height <= 360 * 360)


def _pixels(content: bytes) -> int:
    """Return how many pixels a picture has, by what its header says; 0 if that says nothing."""
    if content.lstrip().startswith(b"%PDF-"):
        return 0  # it is rendered at a size that is bounded
    try:
        width, height = open_frames(content).open(0).size
    except Exception:  # what codecs raise over damaged files has no common name; reading it will say what is wrong
        return 0
    return width * height


def _accepting(reading: Reading, least: float) -> Reading:
    """Return a reading in which the digits and marks with at least some confidence are accepted."""

    def accepting(read: tuple[_Read, ...]) -> tuple[_Read, ...]:
        return tuple(replace(one, accepted=one.confidence >= least) for one in read)

    lines = (replace(line, digits=accepting(line.digits), marks=accepting(line.marks)) for line in reading.lines)
    return replace(reading, lines=tuple(lines))


def _png(digit: Digit) -> str:
    """Return what the model saw as a PNG in base64."""
    buffer = io.BytesIO()
    Image.fromarray(digit.image).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
