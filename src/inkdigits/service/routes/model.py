"""`/v1/model`, `/v1/settings`, `/metrics`: what the service says of itself; and its model loaded again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from inkdigits.errors import ModelFileError
from inkdigits.service import schemas
from inkdigits.service.error_answers import ApiError
from inkdigits.service.service import service_of
from inkdigits.service.service_metrics import CONTENT_TYPE
from inkdigits.version import __version__

__all__ = ["router"]

router = APIRouter()


@router.get("/v1/model", response_model=schemas.AboutModel, responses=schemas.errors(401))
async def model(request: Request) -> dict[str, Any]:
    """Say what the model is: its card, its figures with their split, its limits."""
    model = service_of(request).models.current
    return {
        "name": model.name,
        "version": model.version,
        "card": model.card,
        "metrics": model.figures,
        "confusion": model.confusion,
        "limits": model.limits,
    }


@router.get("/v1/settings", response_model=schemas.Limits, responses=schemas.errors(401))
async def settings(request: Request) -> dict[str, Any]:
    """Say what a page should know of the service."""
    service = service_of(request)
    return {
        "corrections": service.corrections is not None,
        "teaching": service.teaching is not None,
        "explanations": service.explains,
        "max_body": service.settings.max_body,
        "version": __version__,
    }


@router.post(
    "/v1/models/reload", response_model=schemas.Reload, responses=schemas.errors(401, 403, 408, 413, 415, 422, 503)
)
async def reload(request: Request) -> dict[str, str]:
    """Load the model file again; one that cannot be used leaves the old one serving."""
    service = service_of(request)
    if service.settings.token is None:
        message = "only who has the token may do this: serve --token-file; or send the process SIGHUP"
        raise ApiError(403, "token_needed", message)
    try:
        loaded = await run_in_threadpool(service.models.reload)
    except ModelFileError as error:
        raise ApiError(422, error.code, str(error)) from error
    return {"name": loaded.name, "version": loaded.version}


@router.get(
    "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}, **schemas.errors(401)}
)
async def metrics(request: Request) -> Response:
    """Return all counts in Prometheus' text format."""
    return Response(service_of(request).metrics.text(), headers={"Content-Type": CONTENT_TYPE})
