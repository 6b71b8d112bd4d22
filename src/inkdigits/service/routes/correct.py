"""`POST /v1/corrections`: what a digit is that was read wrong."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from inkdigits.reading.reader import Reader
from inkdigits.service import schemas, uploads
from inkdigits.service.correction_store import Corrections, KeptCorrection, as_kept
from inkdigits.service.error_answers import ApiError
from inkdigits.service.service import service_of

router = APIRouter()


@router.post(
    "/v1/corrections",
    status_code=201,
    responses=schemas.errors(400, 401, 403, 408, 413, 415, 422, 503, 507),
    openapi_extra=schemas.json_body(schemas.Correction),
)
async def correct(request: Request) -> schemas.Corrected:
    """Keep what a digit is that was read wrong, with the part of the picture that it is in."""
    corrections = _corrections(request)
    service, body = service_of(request), await uploads.read_json(request)
    with service.pool.place(request, service.models.current.readers) as place:
        correction = await place.run(partial(_understand, body=body))
    return schemas.Corrected(id=await run_in_threadpool(corrections.add, correction))


@router.delete(
    "/v1/corrections/{number}",
    status_code=204,
    responses={204: {"description": "it is forgotten"}, **schemas.errors(400, 401, 403, 404, 507)},
)
async def forget(request: Request, number: Annotated[int, Path(ge=1, lt=2**63)]) -> None:
    """Forget a correction by the `id` that keeping it gave."""
    if not await run_in_threadpool(_corrections(request).remove, number):
        raise ApiError(404, "no_such_correction", f"no correction {number} is kept")


def _corrections(request: Request) -> Corrections:
    corrections = service_of(request).corrections
    if corrections is None:
        raise ApiError(403, "corrections_off", "no corrections are kept; serve --keep-corrections DIR turns it on")
    return corrections


def _understand(reader: Reader, *, body: bytes) -> KeptCorrection:
    """Return the correction in a body, of its crop nothing but the pixels."""
    given = schemas.understood(schemas.Correction, body, 422, "bad_correction")
    corrected = None if given.corrected == "none" else given.corrected
    return KeptCorrection(as_kept(given.picture_crop), given.predicted, corrected, given.confidence, given.model)
