"""Who may ask: only pages and programs that were meant to."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from inkdigits.service.error_answers import ApiError, error_response
from inkdigits.service.service_settings import Settings, is_loopback

_GUARDED = ("/v1", "/v2", "/metrics")
_PROBES = ("/v2/health/live", "/v2/health/ready")
_HARMLESS = ("GET", "HEAD", "OPTIONS")


class Access:
    """Lets a request through if it carries the token, and comes from no other site's page.

    Without a token, on this machine alone, it must also ask for this machine by name: a site that points its own name
    at 127.0.0.1 is not let in (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._token = _digest(settings.token) if settings.token else None
        self._only_local = not settings.token and not settings.serves_anyone
        self._origins = settings.cors_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that may not pass, or hand it on."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await error_response(scope, refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> ApiError | None:
        headers = dict(scope["headers"])
        if sum(name == b"host" for name, _ in scope["headers"]) > 1:
            return ApiError(400, "bad_request", "there are several Host headers", {"Connection": "close"})
        host = headers.get(b"host", b"").decode("latin-1")
        if self._only_local and not _is_local(host):
            return ApiError(421, "wrong_host", "ask for this machine as localhost or 127.0.0.1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        is_unnamed = origin and origin not in self._origins
        if is_unnamed and scope["method"] not in _HARMLESS and urlsplit(origin).netloc != host:
            return ApiError(403, "cross_origin", "pages of other sites may not call; --cors-origin lets one")
        path = scope["path"]
        if self._token and path.startswith(_GUARDED) and path not in _PROBES:
            kind, _, given = headers.get(b"authorization", b"").partition(b" ")
            # Digests are of one length, so that the time this takes says nothing about the token.
            if kind.lower() != b"bearer" or not hmac.compare_digest(_digest(given.strip()), self._token):
                message = "send the token: Authorization: Bearer …"
                return ApiError(401, "unauthorised", message, {"WWW-Authenticate": "Bearer"})
        return None


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


@lru_cache(maxsize=64)
def _is_local(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
