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

from inkdigits.imaging.region import REGION, Region
from inkdigits.service import schemas, uploads
from inkdigits.service.picture_reading import Wish
from inkdigits.service.service import Service, service_of

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
    service = service_of(request)
    part = Region.of(region)
    wish = Wish(single, min_confidence, page, part, digits_only, detail, service.settings.max_pixels)
    if uploads.is_form(request):
        answer = await _read_all(service, wish, await uploads.read_form(request))
    else:
        answer = await _read_one(service, wish, await uploads.read_body(request))
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")


async def _read_one(service: Service, wish: Wish, upload: uploads.Upload) -> dict[str, Any]:
    with service.pool.place():
        work = partial(wish.read, service.model.current.reader, upload)
        answer = await (service.pool.run_at_once(work) if wish.is_quick(upload) else service.pool.run(work))
    service.metrics.count_reading(answer["status"])
    return answer


async def _read_all(service: Service, wish: Wish, pictures: list[uploads.Upload]) -> dict[str, Any]:
    """Read pictures one after the other, so that other requests have their turn in between."""
    reader = service.model.current.reader
    readings = []
    with service.pool.place():
        for upload in pictures:
            readings.append(await service.pool.run(partial(wish.read_or_explain, reader, upload)))
            service.metrics.count_reading(readings[-1]["status"])
    return {"readings": readings}
