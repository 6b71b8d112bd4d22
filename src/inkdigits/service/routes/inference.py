"""The Open Inference Protocol, version 2, as KServe and Triton have it: the digit model on 28×28 tensors."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from inkdigits.reading.reader import Reader
from inkdigits.service import schemas, tensors
from inkdigits.service.error_answers import ApiError
from inkdigits.service.reading_pool import QUICK_BYTES
from inkdigits.service.served_models import LoadedModel
from inkdigits.service.service import service_of
from inkdigits.version import __version__

_ERROR: dict[int | str, dict[str, Any]] = {
    "default": {"model": schemas.ProtocolError, "description": "an error, with the status that HTTP has for it"}
}

router = APIRouter(prefix="/v2", responses=_ERROR)

_INFER: dict[str, Any] = {
    "response_model": None,
    "responses": {200: {"model": tensors.InferenceResponse}},
    "openapi_extra": schemas.json_body(tensors.InferenceRequest),
}


@router.get("")
async def server() -> dict[str, Any]:
    """Say what this server is and which extensions of the protocol it has."""
    return {"name": "inkdigits", "version": __version__, "extensions": ["binary_tensor_data"]}


@router.get("/health/live")
async def live() -> dict[str, bool]:
    """Say that the process answers."""
    return {"live": True}


@router.get("/health/ready")
async def ready() -> dict[str, bool]:
    """Say that the model is loaded; before it is, nothing answers."""
    return {"ready": True}


@router.get("/models/{name}")
@router.get("/models/{name}/versions/{version}")
async def model(request: Request, name: str, version: str | None = None) -> dict[str, Any]:
    """Say what a model takes and gives."""
    about = _model(request, name, version).about
    return {
        "name": about.name,
        "versions": [about.version],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": "images", "datatype": "UINT8", "shape": [-1, 28, 28]}],
        "outputs": [{"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}],
    }


@router.get("/models/{name}/ready")
@router.get("/models/{name}/versions/{version}/ready")
async def model_ready(request: Request, name: str, version: str | None = None) -> dict[str, Any]:
    """Say that a model can be asked."""
    return {"name": _model(request, name, version).about.name, "ready": True}


@router.post("/models/{name}/infer", **_INFER)
@router.post("/models/{name}/versions/{version}/infer", **_INFER)
async def infer(request: Request, name: str, version: str | None = None) -> Response:
    """Return the probabilities of the ten digits for images of 28×28."""
    model = _model(request, name, version)
    length = request.headers.get(tensors.HEADER_LENGTH)
    version = model.about.version
    body = await request.body()
    asked = partial(_infer, body=body, header_length=length, name=name, version=version)
    with service_of(request).pool.place(request, model.readers) as place:
        content, headers = await place.run(asked, quick=len(body) <= QUICK_BYTES)
    return Response(content, headers=headers)


def _infer(
    reader: Reader, *, body: bytes, header_length: str | None, name: str, version: str
) -> tuple[bytes, dict[str, str]]:
    asked, binary = tensors.parse(body, header_length)
    probabilities = reader.classifier.predict_proba(tensors.images_of(asked, binary))
    return tensors.response(asked, name, version, probabilities)


def _model(request: Request, name: str, version: str | None) -> LoadedModel:
    """Return the model of a name and a version; there is one."""
    model = service_of(request).models.current
    known = model.about
    if name != known.name or version not in (None, known.version):
        shown = name if version is None else f"{name} of version {version}"
        there_is = f"there is {known.name} of version {known.version}"
        raise ApiError(404, "unknown_model", f"there is no model {shown}; {there_is}")
    return model
