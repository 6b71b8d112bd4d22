"""The service started, one process that answers and those that read for it; and its address given up again."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import selectors
import signal
import socket
import struct
import sys
import webbrowser
from contextlib import suppress
from logging.config import dictConfig
from threading import Thread
from types import FrameType

import uvicorn

from inkdigits.errors import UsageError, printable
from inkdigits.pool import fork_readers_with
from inkdigits.service.connection import Connection
from inkdigits.service.logs import log, log_configuration
from inkdigits.service.service_settings import Settings

# A program of the kernel's packet filter, an instruction a line: drop what asks for a connection (SYN without ACK), let
# pass all that belongs to one.
_NO_NEWCOMERS = (
    (0x30, 0, 0, 13),  # load the byte with TCP's flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # if it is SYN alone
    (0x06, 0, 0, 0),  # drop the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # else let it pass
)


def run(settings: Settings) -> None:
    """Serve until told to stop: SIGTERM and Ctrl-C finish what was begun, SIGHUP loads the model again.

    Raises:
        UsageError: the address cannot be listened on; and what `Service` raises.

    """
    fork_readers_with("inkdigits.service.application")  # first, on another core: it imports what follows here as well
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
        await _take_in_who_waits(sockets or [])
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


async def _take_in_who_waits(listeners: list[socket.socket]) -> None:
    """Return when nobody waits to be accepted at some addresses, to which the kernel makes no more connections.

    The kernel makes connections ahead of the service and keeps them in a queue, with requests that may be in them. When
    a listener is closed, it resets those that are still there: for their clients, requests are lost.
    """
    loop = asyncio.get_running_loop()
    begin = loop.time()
    with selectors.DefaultSelector() as waiting:
        for listener in listeners:
            _shut(listener)
            waiting.register(listener, selectors.EVENT_READ)
        await asyncio.sleep(0.25)  # for connections that are half made when the door is shut, from far away too
        while waiting.select(0) and loop.time() < begin + 5.0:  # where the door cannot be shut, newcomers do not end
            await asyncio.sleep(0.02)  # the event loop is what accepts


def _shut(listener: socket.socket) -> None:
    """Have the kernel make no more connections to an address.

    A newcomer's packet gets no answer; it is sent again after a second, and refused then, for the listener is closed.
    Elsewhere than on Linux nothing happens.
    """
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _NO_NEWCOMERS))
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox without packet filters
            reference = struct.pack("HP", len(_NO_NEWCOMERS), ctypes.addressof(program))
            # SO_ATTACH_FILTER of Linux; Python has no name for it
            listener.setsockopt(socket.SOL_SOCKET, 26, reference)
