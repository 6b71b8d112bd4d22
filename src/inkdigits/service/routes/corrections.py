"""`POST /v1/corrections`: what a digit is that was read wrong."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

from fastapi import APIRouter
from PIL import Image
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from inkdigits.reader import Reader
from inkdigits.service import schemas
from inkdigits.service.corrections import Correction, NoRoomError
from inkdigits.service.errors import ApiError
from inkdigits.service.service import service_of

__all__ = ["router"]

router = APIRouter()

_MOST_PIXELS = 4_000_000
_KEPT_MODES = ("L", "RGB", "RGBA")


@router.post(
    "/v1/corrections",
    status_code=201,
    response_model=schemas.Corrected,
    responses=schemas.errors(400, 401, 403, 408, 413, 415, 422, 503, 507),
    openapi_extra=schemas.json_body(schemas.Correction),
)
async def correct(request: Request) -> dict[str, Any]:
    """Keep what a digit is that was read wrong, with the part of the picture that it is in."""
    corrections = service_of(request).corrections
    if corrections is None:
        raise ApiError(403, "corrections_off", "no corrections are kept; serve --keep-corrections DIR turns it on")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ApiError(415, "unknown_content_type", "send the correction as application/json")
    service = service_of(request)
    with service.pool.place(request, service.models.current.readers) as place:
        correction = await place.run(partial(_understand, body=await request.body()))
    try:
        return {"id": await run_in_threadpool(corrections.add, correction)}
    except NoRoomError as error:
        raise ApiError(507, "no_room", str(error)) from error


def _understand(reader: Reader, *, body: bytes) -> Correction:
    """Return the correction in a body, its crop written anew: nothing that hides behind a picture is kept."""
    try:
        given = schemas.Correction.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise ApiError(422, "bad_correction", f"{where}: {first['msg']}") from None
    corrected = None if given.corrected == "none" else given.corrected
    return Correction(_written_anew(given.picture_crop), given.predicted, corrected, given.confidence, given.model)


def _written_anew(content: bytes) -> bytes:
    """Return the picture in a PNG as another one.

    Raises:
        ApiError: it is none, or of no modest size.

    """
    written = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise ApiError(413, "image_too_large", f"the crop has more than {_MOST_PIXELS:,} pixels")
            (image if image.mode in _KEPT_MODES else image.convert("RGB")).save(written, "PNG")
            return written.getvalue()
    except ApiError:
        raise
    except Exception as error:  # what codecs raise over damaged files has no common name
        raise ApiError(422, "unreadable_image", "picture_crop is no PNG in base64, or a damaged one") from error
