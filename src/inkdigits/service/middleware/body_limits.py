"""How many requests are taken, how much one may bring, and how long it may take over it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkdigits.service.error_answers import ApiError, error_response
from inkdigits.service.middleware.request_log import name_request

_READING = ("/read", "/infer")  # how the routes end that take a place
_BODIES = 8  # so many of the largest size, or more that are smaller, are in memory at a time
_SHARE = 0.5  # of that for one client, who may have stalled
_SMALL = 256 * 1024  # bytes of a body that is taken in any case: drawings always come through


def busy() -> ApiError:
    """Return the answer for a request that is more than can be taken now."""
    message = "more is asked for than can be read now; come back in a second"
    return ApiError(503, "busy", message, {"Retry-After": "1"})


def client_of(scope: Scope) -> str:
    """Return the address that a request came from, as far as it is known."""
    return str(scope["client"][0]) if scope.get("client") else ""


def refusal_of(scope: Scope, check_room: Callable[[str], None]) -> Response | None:
    """Return the answer to a request to read while no place is free, before its body is read; None for all others.

    `check_room` raises ApiError where none is free for a client. This comes before all else, the log too: a crowd that
    is refused is counted, and costs as little as can be.
    """
    if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].endswith(_READING):
        return None
    try:
        check_room(client_of(scope))
    except ApiError as refusal:
        name = name_request(scope)
        response = error_response(scope, refusal)
        response.headers["X-Request-ID"] = name
        return response
    return None


class BodyLimits:
    """Refuses a body that is too large before it is read, and stops one that grows too large or comes too slowly."""

    def __init__(self, app: ASGIApp, max_body: int, timeout: float) -> None:
        self._app = app
        self._max_body = max_body  # bytes
        self._timeout = timeout  # seconds for the whole body to arrive
        self._held: Counter[str] = Counter()  # bytes of bodies in memory, by client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request by its head, or hand it on with its body watched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await error_response(scope, refusal)(scope, receive, send)
            return
        arrived = 0
        client = client_of(scope)
        deadline = asyncio.get_running_loop().time() + self._timeout

        async def limited_receive() -> Message:
            nonlocal arrived
            try:
                async with asyncio.timeout_at(deadline if scope["more_body"] else None):
                    message = await receive()
            except TimeoutError:
                raise _closing(408, "too_slow", f"the body did not arrive within {self._timeout:g} seconds") from None
            size = len(message.get("body", b""))
            scope["more_body"] = message.get("more_body", False)
            arrived += size
            self._held[client] += size
            if arrived > self._max_body:
                raise self._too_large()
            if arrived > _SMALL and self._is_full(client):
                raise busy()
            return message

        scope["more_body"] = True
        try:
            await self._app(scope, limited_receive, send)
        finally:
            self._held[client] -= arrived
            if not self._held[client]:
                del self._held[client]

    def _is_full(self, client: str) -> bool:
        most = _BODIES * self._max_body
        return self._held.total() > most or self._held[client] > _SHARE * most

    def _refusal(self, scope: Scope) -> ApiError | None:
        """Return why a request's body is not even read, by what its head says of it."""
        for name, value in scope["headers"]:
            if name == b"content-length" and int(value) > self._max_body:
                return self._too_large()
            if name == b"content-encoding" and value.lower() != b"identity":
                return _closing(415, "encoded_body", "compressed bodies are not read; send the picture as it is")
            if name == b"transfer-encoding" and value.lower() != b"chunked":
                return _closing(501, "unknown_transfer_encoding", "of transfer encodings, chunked alone is known")
        return None

    def _too_large(self) -> ApiError:
        return _closing(413, "body_too_large", f"the body is larger than {self._max_body:,} bytes")


def _closing(status: int, code: str, message: str) -> ApiError:
    """Return an error after which the connection is closed, since the rest of a body would still come."""
    return ApiError(status, code, message, {"Connection": "close"})
