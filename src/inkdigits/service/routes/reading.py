"""`POST /v1/read`: pictures in, readings out."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from starlette.requests import Request
from starlette.responses import Response

from inkdigits.errors import PictureError
from inkdigits.imaging.region import REGION, Region
from inkdigits.results.reading import Reading
from inkdigits.service import schemas, uploads
from inkdigits.service.picture_reading import Wish, is_quick
from inkdigits.service.service import service_of

__all__ = ["router"]

router = APIRouter()

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "required": [uploads.FIELD],
        "properties": {
            uploads.FIELD: {
                "type": "array",
                "items": {"type": "string", "format": "binary"},
                "minItems": 1,
                "maxItems": uploads.MAX_PICTURES,
            }
        },
    }
}
_BODIES = {**dict.fromkeys(uploads.MEDIA_TYPES, _BINARY), uploads.FORM: _FORM}


@router.post(
    "/v1/read",
    response_model=None,
    responses={
        200: {
            "model": schemas.Reading | schemas.Readings,
            "description": "the reading of a picture that was the body, or the readings of those in a form",
        },
        **schemas.errors(400, 401, 403, 404, 408, 413, 415, 422, 503, 504),
    },
    openapi_extra={"requestBody": {"required": True, "content": _BODIES}},
)
async def read(
    request: Request,
    single: Annotated[bool, Query(description="take each picture as exactly one digit")] = False,
    min_confidence: Annotated[
        Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | SkipJsonSchema[None],
        Query(description="less sure digits are uncertain"),
    ] = None,
    page: Annotated[int, Query(ge=1, le=1000, description="of a TIFF or a PDF")] = 1,
    region: Annotated[
        Annotated[str, Field(pattern=REGION)] | SkipJsonSchema[None],
        Query(description="read this part: left, top, width, height in pixels or per cent, as 10%,20%,50%,10%"),
    ] = None,
    digits_only: Annotated[bool, Query(description="leave marks and gaps out of text and lines")] = False,
    detail: Annotated[bool, Query(description="with each digit, the 28×28 that the model saw")] = False,
) -> Response:
    """Read the digits in a picture, which is the body, or in the pictures of a form.

    Of several pictures, one that cannot be read has a reading with the status "error".
    """
    most = service_of(request).settings.max_pixels
    wish = Wish(single, min_confidence, page, Region.of(region), digits_only, detail, most)
    if uploads.is_form(request):
        answer = await _read_all(request, wish, await uploads.read_form(request))
    else:
        answer = await _read_one(request, wish, await uploads.read_body(request))
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")


async def _read_one(request: Request, wish: Wish, upload: uploads.Upload) -> dict[str, Any]:
    service = service_of(request)
    with service.pool.place(request, service.models.current.readers) as place:
        answer = await place.run(partial(wish.read, upload=upload), quick=is_quick(upload))
    service.metrics.count_reading(answer["status"])
    return answer


async def _read_all(request: Request, wish: Wish, pictures: list[uploads.Upload]) -> dict[str, Any]:
    """Read pictures one after the other, so that other requests have their turn in between."""
    service = service_of(request)
    readings = []
    with service.pool.place(request, service.models.current.readers) as place:
        for upload in pictures:
            try:
                answer = await place.run(partial(wish.read, upload=upload), quick=is_quick(upload))
            except PictureError as error:
                answer = Reading(upload.name, error=error, page=wish.page).to_dict()
            readings.append(answer)
            service.metrics.count_reading(answer["status"])
    return {"readings": readings}
