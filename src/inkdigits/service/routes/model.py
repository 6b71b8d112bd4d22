"""`/v1/model`, `/v1/settings`, `/metrics`: what the service says of itself; and its model loaded again."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from inkdigits.service import schemas
from inkdigits.service.error_answers import ApiError
from inkdigits.service.service import service_of
from inkdigits.version import __version__

router = APIRouter()


@router.get("/v1/model", responses=schemas.errors(400, 401))
async def model(request: Request) -> schemas.AboutModel:
    """Say what the model is: its card, its figures with their split, its limits."""
    return service_of(request).models.current.about


@router.get("/v1/settings", responses=schemas.errors(400, 401))
async def settings(request: Request) -> schemas.Limits:
    """Say what a page should know of the service."""
    service = service_of(request)
    return schemas.Limits(
        corrections=service.corrections is not None,
        teaching=service.teaching is not None,
        explanations=service.explains,
        max_body=service.settings.max_body,
        version=__version__,
    )


@router.post(
    "/v1/models/reload", response_model=schemas.Reload, responses=schemas.errors(400, 401, 403, 408, 413, 415, 422, 503)
)
async def reload(request: Request) -> schemas.AboutModel:
    """Load the model file again; one that cannot be used leaves the old one serving."""
    service = service_of(request)
    if service.settings.token is None:
        message = "only who has the token may do this: serve --token-file; or send the process SIGHUP"
        raise ApiError(403, "token_needed", message)
    return await run_in_threadpool(service.models.reload)


@router.get(
    "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}, **schemas.errors(401)}
)
async def metrics(request: Request) -> Response:
    """Return all counts in Prometheus' text format."""
    counts = generate_latest(service_of(request).metrics.registry)
    return Response(counts, headers={"Content-Type": CONTENT_TYPE_LATEST})
