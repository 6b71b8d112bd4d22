"""How a connection is treated that sends its request too slowly, too large, or just when the service stops."""

from __future__ import annotations

from asyncio import BaseTransport, TimerHandle, Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

__all__ = ["Connection"]

_HEAD_SECONDS = 10.0  # for a request's first line and headers to arrive
_HEAD_BYTES = 64 * 1024
_LAST_REQUEST_SECONDS = 1.5  # how long an idle connection is listened to once the service stops


class Connection(HttpToolsProtocol):
    """uvicorn's connection, with limits on a request's head and a gentler end.

    uvicorn waits for a head for ever, and takes one of any size. When it stops, it closes idle connections at once, and
    with them a request that is on its way; here, such a request is still answered, and told that the connection closes.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_timer: TimerHandle | None = None
        self._head_bytes = 0
        self._stopping = False

    def connection_made(self, transport: BaseTransport) -> None:
        """Wait for the first head."""
        super().connection_made(cast("Transport", transport))
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take what comes, as long as a head is neither too long nor too slow."""
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()
        if self._head_timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        # What came may have held the end of the head, and then of the body too.
        if self._head_timer is not None and self._head_bytes > _HEAD_BYTES:
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
        if self._stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._end_of_head()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Listen a little longer to an idle connection, then close it; let one that is being answered finish."""
        self._stopping = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(_LAST_REQUEST_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def _expect_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._refuse, b"408 Request Timeout")

    def _end_of_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, status: bytes) -> None:
        """Answer a head that is not taken, and close the connection."""
        self._end_of_head()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()
