"""One picture that was sent, read as it was asked for."""

from __future__ import annotations

import base64
import io
import struct
from dataclasses import replace
from typing import Annotated, Any

from PIL import Image
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from inkdigits.pictures.limits import MAX_PAGES
from inkdigits.pictures.region import REGION, Region
from inkdigits.reading.reader import Reader
from inkdigits.results.characters import Digit
from inkdigits.results.reading import Reading
from inkdigits.service.reading_pool import QUICK_BYTES
from inkdigits.service.uploads import Upload

_PNG_HEADER = struct.Struct(">8s4x4sII")  # signature, chunk, width, height


class ReadOptions(BaseModel):
    """How pictures are to be read, as a request's query says it."""

    model_config = ConfigDict(frozen=True)

    single: Annotated[bool, Field(description="take each picture as exactly one digit")] = False
    min_confidence: Annotated[
        Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | SkipJsonSchema[None],
        Field(description="less sure digits are uncertain"),
    ] = None
    page: Annotated[int, Field(ge=1, le=MAX_PAGES, description="of a TIFF or a PDF")] = 1
    region: Annotated[
        # checked by what says in words what is wrong with it
        Annotated[str, AfterValidator(lambda text: Region(text).text), Field(json_schema_extra={"pattern": REGION})]
        | SkipJsonSchema[None],
        Field(description="read this part: left, top, width, height in pixels or per cent, as 10%,20%,50%,10%"),
    ] = None
    digits_only: Annotated[bool, Field(description="leave marks and gaps out of text and lines")] = False
    detail: Annotated[bool, Field(description="with each digit, the 28×28 that the model saw")] = False

    def read(self, reader: Reader, upload: Upload) -> dict[str, Any]:
        """Return the reading of a picture as it stands in JSON.

        Raises:
            PictureError: it cannot be read.

        """
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
    if len(content) > QUICK_BYTES or len(content) < _PNG_HEADER.size:
        return False
    signature, kind, width, height = _PNG_HEADER.unpack_from(content)
    return bool(signature == b"\x89PNG\r\n\x1a\n" and kind == b"IHDR" and width * height <= 360 * 360)


def _accepting(reading: Reading, least: float) -> Reading:
    """Return a reading in which the digits and marks with at least some confidence are accepted."""
    lines = tuple(
        replace(
            line,
            digits=tuple(replace(digit, accepted=digit.confidence >= least) for digit in line.digits),
            marks=tuple(replace(mark, accepted=mark.confidence >= least) for mark in line.marks),
        )
        for line in reading.lines
    )
    return replace(reading, lines=lines)


def _png(digit: Digit) -> str:
    """Return what the model saw as a PNG in base64."""
    buffer = io.BytesIO()
    Image.fromarray(digit.image).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
