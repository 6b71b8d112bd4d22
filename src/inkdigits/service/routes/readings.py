"""`POST /v1/read` and `/v1/pages/read`: pictures in, readings out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from inkdigits.errors import PictureError
from inkdigits.pictures.limits import MAX_PAGES
from inkdigits.results.reading import Reading
from inkdigits.service import schemas, uploads
from inkdigits.service.error_answers import ApiError
from inkdigits.service.picture_reading import ReadOptions, is_quick
from inkdigits.service.reading_pool import ReadingSlot
from inkdigits.service.service import service_of

router = APIRouter()

_BINARY = {"type": "string", "format": "binary"}
_PICTURE = {kind: {"schema": _BINARY} for kind in uploads.MEDIA_TYPES}
_PICTURES = {"type": "array", "items": _BINARY, "minItems": 1, "maxItems": uploads.MAX_PICTURES}
_FORM = {"schema": {"type": "object", "required": [uploads.FIELD], "properties": {uploads.FIELD: _PICTURES}}}
_LINES = "application/x-ndjson"
_ERRORS = schemas.errors(400, 401, 403, 404, 408, 413, 415, 422, 503, 504)

GivenOptions = Annotated[ReadOptions, Query()]


@router.post(
    "/v1/read",
    response_model=None,
    responses={
        200: {
            "model": schemas.Reading | schemas.Readings,
            "description": "the reading of a picture that was the body, or the readings of those in a form",
        },
        **_ERRORS,
    },
    openapi_extra={"requestBody": {"required": True, "content": {**_PICTURE, uploads.FORM: _FORM}}},
)
async def read(request: Request, options: GivenOptions) -> Response:
    """Read the digits in a picture, which is the body, or in the pictures of a form.

    Of several pictures, one that cannot be read has a reading with the status "error".
    """
    if uploads.is_form(request):
        answer = await _read_all(request, options, await uploads.read_form(request))
    else:
        answer = await _read_one(request, options, uploads.Upload(uploads.BODY, await request.body()))
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")


@router.post(
    "/v1/pages/read",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {_LINES: {"schema": {"type": "string"}}},
            "description": 'a reading a line, and {"more": true} if there was no time for all pages',
        },
        **_ERRORS,
    },
    openapi_extra={"requestBody": {"required": True, "content": _PICTURE}},
)
async def read_pages(request: Request, options: GivenOptions) -> StreamingResponse:
    """Read a TIFF or a PDF, which is the body, from a page on: each reading is sent as soon as it is there."""
    if uploads.is_form(request):
        raise ApiError(415, "unknown_content_type", "send one file as the body")
    upload = uploads.Upload(uploads.BODY, await request.body())
    first = await _read_one(request, options, upload)  # what is wrong with the file is still answered as an error
    return StreamingResponse(_lines(request, options, upload, first), media_type=_LINES)


async def _lines(
    request: Request, options: ReadOptions, upload: uploads.Upload, first: dict[str, Any]
) -> AsyncIterator[str]:
    yield json.dumps(first, ensure_ascii=False) + "\n"
    for page in range(options.page + 1, MAX_PAGES + 1):
        try:
            answer = await _read_one(request, options.model_copy(update={"page": page}), upload)
        except ApiError:  # too busy, or too late
            yield '{"more": true}\n'
            return
        except PictureError as error:
            if error.code == "no_such_page":
                return
            answer = Reading(upload.name, error=error, page=page).to_dict()
        yield json.dumps(answer, ensure_ascii=False) + "\n"


async def _read_one(request: Request, options: ReadOptions, upload: uploads.Upload) -> dict[str, Any]:
    service = service_of(request)
    with service.pool.place(request, service.models.current.readers) as place:
        answer = await _read_at(place, options, upload)
    service.metrics.readings.labels(answer["status"]).inc()
    return answer


async def _read_all(request: Request, options: ReadOptions, pictures: list[uploads.Upload]) -> dict[str, Any]:
    """Read pictures one after the other, so that other requests have their turn in between."""
    service = service_of(request)
    readings = []
    with service.pool.place(request, service.models.current.readers) as place:
        for upload in pictures:
            try:
                answer = await _read_at(place, options, upload)
            except PictureError as error:
                answer = Reading(upload.name, error=error, page=options.page).to_dict()
            readings.append(answer)
            service.metrics.readings.labels(answer["status"]).inc()
    return {"readings": readings}


async def _read_at(place: ReadingSlot, options: ReadOptions, upload: uploads.Upload) -> dict[str, Any]:
    return await place.run(partial(options.read, upload=upload), quick=is_quick(upload))
