"""The service started: one process that answers, and those that read for it."""

from __future__ import annotations

import gc
import signal
import socket
import sys
import webbrowser
from logging.config import dictConfig
from threading import Thread
from types import FrameType

import uvicorn

from inkdigits.errors import UsageError, printable
from inkdigits.service.connection import Connection
from inkdigits.service.leaving import take_in_who_waits
from inkdigits.service.logs import log, log_configuration
from inkdigits.service.service_settings import Settings

__all__ = ["run"]


def run(settings: Settings) -> None:
    """Serve until told to stop: SIGTERM and Ctrl-C finish what was begun, SIGHUP loads the model again.

    Raises:
        UsageError: the address cannot be listened on; and what `Service` raises.

    """
    from inkdigits.service.application import create_app

    gc.disable()  # nothing that is made while starting is garbage; switched on again when all is ready
    dictConfig(log_configuration(settings.log_format))
    signal.signal(signal.SIGTERM, _leave)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the model is just being loaded; unheard, it would end the start
    listener = _bind(settings.host, settings.port)
    configuration = uvicorn.Config(
        create_app(settings),
        http=Connection,
        ws="none",
        lifespan="on",
        log_config=log_configuration(settings.log_format),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=30,  # for what is being answered
    )
    _Server(configuration, settings).run([listener])


class _Server(uvicorn.Server):
    """uvicorn's server, which says where it is once it answers there, and accepts all who wait before it leaves."""

    def __init__(self, configuration: uvicorn.Config, settings: Settings) -> None:
        super().__init__(configuration)
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so, and open the page in a browser if that was asked for."""
        await super().startup(sockets)
        url = _url(sockets[0]) if sockets else ""
        if self._settings.log_format == "text":
            sys.stderr.write(f"Open {url} · Ctrl-C stops\n")
        else:
            log.info("serving", extra={"fields": {"url": url}})
        if self._settings.opens:
            Thread(target=webbrowser.open, args=[url], name="browser", daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who waits, then finish what was begun."""
        await take_in_who_waits(sockets or [])
        await super().shutdown(sockets)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, so that asyncio sends what is written at once: without, an answer's end waits 40 ms for the client's ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen on {printable(host)}, port {port}: {error.strerror}", "name another --port or --host"
        ) from error
    return listener


def _url(listener: socket.socket) -> str:
    """Return where a browser on this machine finds what listens at an address."""
    host, port = listener.getsockname()[:2]
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is looked for, not listened on
    return f"http://{f'[{here}]' if ':' in here else here}:{port}"


def _leave(number: int, frame: FrameType | None) -> None:
    """End without an error: uvicorn raises the signal again once all is answered."""
    sys.exit(0)
