"""The service put together."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from inkdigits.errors import InkdigitsError
from inkdigits.service.error_answers import install_error_handlers, refuse_unknown_parameters
from inkdigits.service.logs import log
from inkdigits.service.middleware.access import Access
from inkdigits.service.middleware.answers import answer_head
from inkdigits.service.middleware.body_limits import BodyLimits, refusal_of
from inkdigits.service.middleware.request_log import RequestLog
from inkdigits.service.routes import correct, explain, inference, model, readings, reference, samples, teach
from inkdigits.service.service import Service
from inkdigits.service.service_settings import Settings
from inkdigits.version import __version__

_STATIC = Path(__file__).with_name("static")
_FRESH = "no-cache"  # may be kept, but not used without asking
_RELOAD = getattr(signal, "SIGHUP", None)  # Windows has none
_SUMMARY = "Reads handwritten digits in pictures: `/v1`, and the Open Inference Protocol on 28×28 tensors: `/v2`."


def create_app(settings: Settings) -> FastAPI:
    """Return the service as an ASGI application whose readers have their model loaded.

    Raises:
        InkdigitsError: what `Service` raises.

    """
    service = Service(settings)
    app = _App(
        title="inkdigits",
        version=__version__,
        description=_SUMMARY,
        lifespan=_lifespan,
        dependencies=[Depends(refuse_unknown_parameters)],
        docs_url=None,  # the framework's page loads its script from another host
        redoc_url=None,
        redirect_slashes=False,  # a redirect would echo whatever host was asked for
    )
    app.state.service = service
    install_error_handlers(app)
    for part in (readings, model, explain, correct, teach, inference, reference, samples):
        app.include_router(part.router)
    app.add_api_route("/", _page, include_in_schema=False)
    app.mount("/static", _Static(directory=_STATIC, check_dir=False), "static")
    # The last one added stands outermost.
    app.add_middleware(answer_head)
    app.add_middleware(BodyLimits, max_body=settings.max_body, timeout=settings.timeout)
    app.add_middleware(Access, settings=settings)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
        )
    app.add_middleware(RequestLog, metrics=service.metrics)
    return app


class _Static(StaticFiles):
    """Files that a browser asks for anew each time, since an update may have changed them; unchanged, a 304."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """Return the answer for a file."""
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = _FRESH
        return response


class _App(FastAPI):
    """Refuses a crowd before all middleware, and says in its document that a token may be asked for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        refusal = refusal_of(scope, self.state.service.pool.check_room)
        answer = super().__call__ if refusal is None else refusal
        await answer(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        document = super().openapi()
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}, {}]
        return document


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Reload the model at SIGHUP, and wait at the end for what is being read."""
    service: Service = app.state.service
    loop = asyncio.get_running_loop()

    def reload() -> None:
        with suppress(InkdigitsError):  # logged where it happens
            service.models.reload()

    # Elsewhere the thread and the signals are the host's, as on Ray Serve.
    if _RELOAD is not None and threading.current_thread() is threading.main_thread():
        loop.add_signal_handler(_RELOAD, loop.run_in_executor, None, reload)
    gc.freeze()  # what is there now stays: it need not be looked at again and again
    gc.enable()
    log.info("ready", extra={"fields": {"model": service.models.current.about.name}})
    yield
    if service.teaching is not None:
        await service.teaching.close()
    await loop.run_in_executor(None, service.models.current.retire)


async def _page() -> FileResponse:
    return FileResponse(_STATIC / "index.html", headers={"Cache-Control": _FRESH})
