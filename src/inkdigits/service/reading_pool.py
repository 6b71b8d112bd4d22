"""Who is read for, and when: places for requests, shared fairly, and a bound on the time of each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from inkdigits.pool import Readers
from inkdigits.reading.reader import Reader
from inkdigits.service.error_answers import ApiError
from inkdigits.service.middleware.limits import busy, client_of
from inkdigits.service.service_metrics import Metrics

__all__ = ["ReadingPool", "ReadingSlot"]

_Result = TypeVar("_Result")

_NEARLY_DONE = 0.2  # seconds that what nobody waits for may still run: a drawing ends sooner than a reader is replaced


@dataclass(frozen=True)
class ReadingSlot:
    """A request's place."""

    request: Request
    readers: Readers  # all of it is read by one model
    deadline: float  # of the whole request, on the event loop's clock
    turns: asyncio.Semaphore  # holds a picture until a reader is free
    large: asyncio.Semaphore  # holds a large picture until it may have a turn

    async def run(self, work: Callable[[Reader], _Result], *, quick: bool = False) -> _Result:
        """Return what some work with a reader returns.

        Args:
            work: what is done; it and its result must be picklable.
            quick: it takes some milliseconds, and may take the last free reader.

        Raises:
            ApiError: the request takes too long (504).
            ClientDisconnect: nobody waits for the answer any more.
            PictureError: the work takes too long or costs too much, and whatever the work raises.

        """
        try:
            async with asyncio.timeout_at(self.deadline):
                return await _unless_gone(self.request, self._read(work, quick=quick))
        except TimeoutError:
            raise ApiError(504, "timeout", "this took too long; send fewer or smaller pictures") from None

    async def _read(self, work: Callable[[Reader], _Result], *, quick: bool) -> _Result:
        """Wait for a turn and keep it until a reader is free again, also if nobody waits for the result any more."""
        async with nullcontext() if quick else self.large, self.turns:
            left = self.deadline - asyncio.get_running_loop().time()
            reading = asyncio.wrap_future(self.readers.submit(work, left))
            try:
                return await asyncio.shield(reading)
            except asyncio.CancelledError:
                await asyncio.wait((reading,), timeout=_NEARLY_DONE)
                reading.cancel()
                raise


class ReadingPool:
    """Gives requests their places; refuses what is more than it may keep waiting.

    Large pictures leave one reader free for small ones, where there is more than one.
    """

    def __init__(self, processes: int, places: int, timeout: float, metrics: Metrics) -> None:
        self._turns = asyncio.Semaphore(processes)
        self._large = asyncio.Semaphore(max(1, processes - 1))
        self._places = places  # for requests that are read for or wait
        self._share = places - places // 4  # one of four is kept from a client that has all the others
        self._timeout = timeout  # seconds for a whole request
        self._metrics = metrics
        self._taken: Counter[str] = Counter()

    def check_room(self, client: str) -> None:
        """Raise ApiError (503) if no place is free for a client."""
        if self._taken.total() >= self._places or self._taken[client] >= self._share:
            self._metrics.refused.inc()
            raise busy()

    @contextmanager
    def place(self, request: Request, readers: Readers) -> Iterator[ReadingSlot]:
        """Hold a place for a request.

        Raises:
            ApiError: there is none (503).

        """
        client = client_of(request.scope)
        self.check_room(client)
        self._change(client, 1)
        try:
            deadline = asyncio.get_running_loop().time() + self._timeout
            with readers.kept():
                yield ReadingSlot(request, readers, deadline, self._turns, self._large)
        finally:
            self._change(client, -1)

    def _change(self, client: str, by: int) -> None:
        self._taken[client] += by
        if not self._taken[client]:
            del self._taken[client]
        self._metrics.queue.set(self._taken.total())


async def _unless_gone(request: Request, work: Coroutine[Any, Any, _Result]) -> _Result:
    """Return what is awaited; cancel it as soon as the client hangs up."""
    reading = asyncio.create_task(work)
    gone = asyncio.ensure_future(request.receive())  # its body has come: what comes now is the end of the connection
    try:
        await asyncio.wait((reading, gone), return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            raise ClientDisconnect
        return reading.result()
    finally:
        reading.cancel()
        gone.cancel()
