"""How a connection is treated that sends or takes too slowly, sends too much, or comes just when the service stops."""

from __future__ import annotations

import itertools
from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from inkdigits.service.logs import log

_HEAD_SECONDS = 10.0  # for a request's first line and headers to arrive
_HEAD_BYTES = 64 * 1024  # of those, and of what comes between or behind a body's chunks and is none
_ANSWER_SECONDS = 10.0  # for a client to take what is in its way
_LAST_REQUEST_SECONDS = 1.5  # that an idle connection is listened to once the service stops
_CONNECTIONS = 512  # at a time; for one more, the one that has been idle longest is closed

_arrivals = itertools.count()


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with limits on what is sent and taken, and a gentler end.

    uvicorn waits for a head for ever, takes one of any size, and as much behind a body; it waits for ever for a client
    that does not read its answer. When it stops, it closes idle connections at once, and with them a request that is on
    its way; here, such a request is still answered, and told that the connection closes.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: TimerHandle | None = None
        self._answer_timer: TimerHandle | None = None
        self._bare_bytes = 0  # that came since the last that was a body's
        self._last_used = 0
        self._answered: RequestResponseCycle | None = None  # what is being answered; `cycle` came last, and may wait
        self._stopping = False

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: BaseTransport) -> None:
        """Wait for the first head, if there is room for one more connection."""
        super().connection_made(cast("Transport", transport))
        self._last_used = next(_arrivals)
        if len(self.connections) > _CONNECTIONS:
            self._make_room()
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take what comes, as long as a head is neither too long nor too slow, and a body is a body."""
        if self._head_timer is None and self.is_idle:
            self._expect_head()
        self._last_used = next(_arrivals)
        self._bare_bytes += len(data)
        super().data_received(data)
        # What came may have held the end of the head, and then of the body too.
        if self._bare_bytes > _HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Wait for the rest of a head; it may come right behind another request."""
        if self._head_timer is None:
            self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop waiting; the request begins."""
        self._end_of_head()
        super().on_headers_complete()
        if not self.pipeline:
            self._answered = self.cycle
        if self._stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._bare_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count anew for the next request."""
        self._bare_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Answer what came next."""
        if self.pipeline:
            self._answered = self.pipeline[-1][0]
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, and log that it came."""
        self._log("malformed request", 400)
        super().send_400_response(msg)

    def pause_writing(self) -> None:
        """Wait for a client to take what is in its way; give it up if it does not."""
        super().pause_writing()
        self._answer_timer = self.loop.call_later(_ANSWER_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        """Go on."""
        if self._answer_timer is not None:
            self._answer_timer.cancel()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting, and tell what is being answered; uvicorn tells what came last."""
        self._end_of_head()
        if self._answer_timer is not None:
            self._answer_timer.cancel()
        self._end_answering()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Listen a little longer to an idle connection, then close it; let one that is being answered finish."""
        self._stopping = True
        if self.is_idle:
            self.loop.call_later(_LAST_REQUEST_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def _give_up(self) -> None:
        """Cut the connection; what would still be answered is not."""
        self._end_answering()
        self.transport.abort()

    def _end_answering(self) -> None:
        """Tell what is being answered that nobody is there; what waits behind it will not be."""
        self.pipeline.clear()
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = True  # before the connection is cut: uvloop raises where one then writes
            self._answered.message_event.set()

    def _make_room(self) -> None:
        """Close the connection that has been idle longest; this one, if all others are busy."""
        idle = [one for one in self.connections if isinstance(one, Connection) and one.is_idle and one is not self]
        longest = min(idle, key=lambda one: one._last_used, default=self)
        longest._refuse(b"503 Service Unavailable")

    def _expect_head(self) -> None:
        self._bare_bytes = 0
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._refuse, b"408 Request Timeout")

    def _end_of_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: bytes) -> None:
        """Answer what is not taken, and close the connection."""
        self._end_of_head()
        self._end_answering()
        if not self.transport.is_closing():
            self._log("connection refused", int(status[:3]))
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()

    def _log(self, what: str, status: int) -> None:
        log.info(what, extra={"fields": {"client": (self.client or ("unknown",))[0], "status": status}})
