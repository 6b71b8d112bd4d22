"""What is answered when something is wrong: one shape for the service's own routes, one as the protocol has it.

`/v2` answers `{"error": "…"}`, as the Open Inference Protocol says; everything else answers
`{"error": {"code": "…", "message": "…", "request_id": "…"}}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from inkdigits.errors import InkdigitsError, ModelFileError, PictureError, UsageError, printable, unknown_name

_STATUS_OF_PICTURES = {
    "no_such_page": 404,
    "image_too_large": 413,
    "too_costly": 413,
    "missing_extra": 415,
    "timeout": 504,
}
CLIENT_GONE = 499  # nginx's number; only the log sees it


class ApiError(HTTPException):
    """A request that is answered with an error.

    Args:
        status: the HTTP status.
        code: a short name for programs.
        message: what is wrong and what to do about it, for people.
        headers: what else the answer carries.

    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message, headers)
        self.code = code

    def __reduce__(self) -> tuple[type[ApiError], tuple[int, str, str, Mapping[str, str] | None]]:
        return type(self), (self.status_code, self.code, self.detail, self.headers)  # for the way from a reader


def error_response(scope: Scope, error: ApiError) -> Response:
    """Return the answer for an error, in the shape of the route that was asked for."""
    if scope["path"].startswith("/v2"):
        shape: object = {"error": str(error.detail)}
    else:
        request_id = scope.get("state", {}).get("request_id", "")
        shape = {"error": {"code": error.code, "message": str(error.detail), "request_id": request_id}}
    content = json.dumps(shape, ensure_ascii=False)
    return Response(content, error.status_code, error.headers, "application/json")


def install_error_handlers(app: FastAPI) -> None:
    """Have every error of an app answered in these shapes."""
    for kind in (HTTPException, RequestValidationError, InkdigitsError, ClientDisconnect, Exception):
        app.add_exception_handler(kind, _answer)


async def refuse_unknown_parameters(request: Request) -> None:
    """Raise UsageError where the query has a parameter that its route of `/v1` does not take."""
    route = request.scope["route"]
    if route.path.startswith("/v1"):
        kinds = [field.field_info.annotation for field in route.dependant.query_params]
        known = [name for kind in kinds for name in kind.model_fields]  # the document takes 0.3 s to be made
        for name in sorted(request.query_params.keys() - known):
            raise unknown_name("query parameter", name, known)


def _in_words(request: Request, entry: Mapping[str, Any]) -> str:
    """Return what is wrong with a parameter, and what it takes as the document has it."""
    name = entry["loc"][1]
    operation = request.app.openapi()["paths"][request.scope["route"].path][request.method.lower()]
    schema = next(parameter["schema"] for parameter in operation["parameters"] if parameter["name"] == name)
    kind = {"boolean": "true or false", "integer": "a whole number", "number": "a number"}[schema["type"]]
    words = {"minimum": "from", "maximum": "to", "exclusiveMaximum": "to less than"}
    bounds = "".join(f" {word} {schema[bound]:,}" for bound, word in words.items() if bound in schema)
    return f"{name} cannot be '{printable(entry['input'])}'; give {kind}{bounds}"


async def _answer(request: Request, error: Exception) -> Response:
    return error_response(request.scope, _as_api_error(request, error))


def _as_api_error(request: Request, error: Exception) -> ApiError:
    match error:
        case ApiError():
            return error
        case HTTPException():
            return _of_library(request, error)
        case ClientDisconnect():  # nobody is there to be answered
            return ApiError(CLIENT_GONE, "gone", "")
        case RequestValidationError():
            wrong = dict.fromkeys(_in_words(request, entry) for entry in error.errors())  # once for each parameter
            return ApiError(400, "bad_request", "; ".join(wrong))
        case PictureError():  # in the decoder's words
            return ApiError(_STATUS_OF_PICTURES.get(error.code, 422), error.code, str(error))
        case InkdigitsError(code="no_room"):
            return ApiError(507, error.code, str(error))
        case UsageError():
            return ApiError(400, "bad_request", str(error))
        case ModelFileError():
            return ApiError(422, error.code, str(error))
        case InkdigitsError():
            return ApiError(500, error.code, str(error))
    return ApiError(500, "internal", "something went wrong here; the log says what, under this request id")


def _of_library(request: Request, error: HTTPException) -> ApiError:
    """Return an HTTP exception of a library with more to say than its status."""
    if error.status_code == 404:
        return ApiError(404, "not_found", "there is nothing at this address; /docs lists what there is")
    if error.status_code == 405:
        # The framework names the methods of the address's first route alone.
        documented = request.app.openapi()["paths"].get(request.url.path, {})
        takes = ", ".join(sorted(documented)).upper() or (error.headers or {}).get("Allow")
        message = f"this address takes {takes}; /docs shows how" if takes else str(error.detail)
        return ApiError(405, "method_not_allowed", message, {"Allow": takes} if takes else None)
    return ApiError(error.status_code, "bad_request", str(error.detail), error.headers)
