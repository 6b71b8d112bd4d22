"""A name, headers, a line in the log and a count for every request and its answer."""

from __future__ import annotations

import random
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkdigits.service.error_answers import CLIENT_GONE
from inkdigits.service.logs import log
from inkdigits.service.middleware.answers import SECURITY_HEADERS
from inkdigits.service.service_metrics import Metrics

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class RequestLog:
    """Gives each request an id, its own `X-Request-ID` if it brings a plain one, logs and counts it.

    Every answer says the id, and tells a browser what it may do.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and note how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = name_request(scope)
        begin = time.perf_counter()
        status = CLIENT_GONE

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                id_header = b"x-request-id", request_id.encode()
                message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS, id_header]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            status = 500
            raise
        finally:
            self._note(scope, status, time.perf_counter() - begin)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        fields = {
            "request_id": scope["state"]["request_id"],
            "method": method,
            "path": scope["path"][:200],
            "status": status,
            "milliseconds": round(1000 * seconds, 2),
        }
        log.info("request", extra={"fields": fields})


def name_request(scope: Scope) -> str:
    """Return the id that a request goes by from now on: its own, if it brings a plain one."""
    plain = (value.decode() for name, value in scope["headers"] if name == b"x-request-id" and _ID.fullmatch(value))
    request_id = next(plain, None) or f"{random.getrandbits(64):016x}"
    scope.setdefault("state", {})["request_id"] = request_id
    return request_id
