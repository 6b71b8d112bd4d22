"""`/v1/teaching`: the model learns from the corrections that are kept, and that is taken back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from inkdigits.service import schemas
from inkdigits.service.error_answers import ApiError
from inkdigits.service.service import service_of
from inkdigits.service.teaching import Teaching

router = APIRouter()


@router.get("/v1/teaching", response_model=schemas.Teaching, responses=schemas.errors(400, 401, 403, 507))
async def teaching(request: Request) -> dict[str, Any]:
    """Say how it stands: how many corrections there are to learn from, how far a lesson is, what it brought."""
    return await run_in_threadpool(_teaching(request).describe)


@router.post(
    "/v1/teaching",
    status_code=202,
    response_model=schemas.Teaching,
    responses=schemas.errors(400, 401, 403, 408, 409, 413, 415, 507),
)
async def learn(request: Request) -> dict[str, Any]:
    """Begin to learn from all corrections that are kept; the model is used once it reads no worse, and was tried."""
    teaching = _teaching(request)
    teaching.begin()
    return await run_in_threadpool(teaching.describe)


@router.delete("/v1/teaching", response_model=schemas.Teaching, responses=schemas.errors(400, 401, 403, 409, 422, 507))
async def take_back(request: Request) -> dict[str, Any]:
    """Use again the model that the last lesson took the place of."""
    teaching = _teaching(request)
    await teaching.take_back()
    return await run_in_threadpool(teaching.describe)


def _teaching(request: Request) -> Teaching:
    teaching = service_of(request).teaching
    if teaching is None:
        raise ApiError(403, "teaching_off", "it learns nothing; serve --keep-corrections DIR --teach turns that on")
    return teaching
