"""What is answered when something is wrong: one shape for the service's own routes, one as the protocol has it.

`/v2` answers `{"error": "…"}`, as the Open Inference Protocol says; everything else answers
`{"error": {"code": "…", "message": "…", "request_id": "…"}}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from inkdigits.errors import InkdigitsError, PictureError, UsageError

__all__ = ["CLIENT_GONE", "ApiError", "error_response", "install_error_handlers", "picture_error"]

_CODES = {404: "not_found", 405: "method_not_allowed"}
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


def picture_error(error: PictureError) -> ApiError:
    """Return what is answered for a picture that cannot be read, in the decoder's words."""
    return ApiError(_STATUS_OF_PICTURES.get(error.code, 422), error.code, str(error))


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
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(InkdigitsError, _on_inkdigits_error)
    app.add_exception_handler(ClientDisconnect, _on_client_gone)
    app.add_exception_handler(Exception, _on_failure)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
        code = _CODES.get(error.status_code, "bad_request")
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods(request)):
            # The framework names those of the address's first route alone.
            error = HTTPException(error.status_code, error.detail, {"Allow": methods})
        error = ApiError(error.status_code, code, _sentence(error), error.headers)
    return error_response(request.scope, error)


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
    wrong = "; ".join(f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}" for entry in error.errors())
    return error_response(request.scope, ApiError(400, "bad_request", wrong))


async def _on_inkdigits_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, InkdigitsError)  # noqa: S101 - for the type checker
    if isinstance(error, PictureError):
        return error_response(request.scope, picture_error(error))
    asked_wrong = ApiError(400, "bad_request", str(error))
    return error_response(
        request.scope, asked_wrong if isinstance(error, UsageError) else ApiError(500, error.code, str(error))
    )


async def _on_client_gone(request: Request, error: Exception) -> Response:
    return Response(status_code=CLIENT_GONE)


async def _on_failure(request: Request, error: Exception) -> Response:
    failure = ApiError(500, "internal", "something went wrong here; the log says what, under this request id")
    return error_response(request.scope, failure)


def _methods(request: Request) -> str:
    """Return the methods that an address takes, as Allow names them; empty where it is not in the document."""
    documented = request.app.openapi()["paths"].get(request.url.path, {})
    return ", ".join(sorted(method.upper() for method in documented))


def _sentence(error: HTTPException) -> str:
    """Return what an HTTP exception of a library says; more than its status, if that is all."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        return "there is nothing at this address; /docs lists what there is"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and error.headers:
        return f"this address takes {error.headers.get('Allow', 'another method')}; /docs shows how"
    return str(error.detail)
