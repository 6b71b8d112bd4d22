"""Who is read for, and when: places for requests, shared fairly, and a bound on the time of each."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from inkdigits.pool import Readers
from inkdigits.reading.reader import Reader
from inkdigits.service.error_answers import ApiError
from inkdigits.service.middleware.body_limits import busy, client_of
from inkdigits.service.service_metrics import Metrics

_Result = TypeVar("_Result")

QUICK_BYTES = 64 * 1024  # what takes some milliseconds is no larger: a small PNG, 80 images of 28×28, or 20 in JSON

_NEARLY_DONE = 0.2  # seconds that what nobody waits for may still run: a drawing ends sooner than a reader is replaced
# Small pictures that are handed to each reader ahead: between one and the next it would wait for the event loop, which
# has hundreds of connections to look after (1: 206 drawings a second, 4: 285; experiments/LOG.md, 30 November).
_AHEAD = 4


@dataclass(frozen=True)
class ReadingSlot:
    """A request's place."""

    request: Request
    readers: Readers  # all of it is read by one model
    deadline: float  # of the whole request, on the event loop's clock
    small: _Turns  # for what takes some milliseconds
    large: _Turns  # for all else

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
        loop = asyncio.get_running_loop()
        turns = self.small if quick else self.large
        answer = turns.ask(lambda: self.readers.submit(work, self.deadline - loop.time()))

        def hang_up(gone: asyncio.Future[Any]) -> None:
            if not answer.done():
                answer.set_exception(ClientDisconnect())

        gone = asyncio.ensure_future(self.request.receive())  # its body has come: what comes now is the end
        gone.add_done_callback(hang_up)
        try:
            async with asyncio.timeout_at(self.deadline):
                return await answer
        except TimeoutError:
            raise ApiError(504, "timeout", "this took too long; send fewer or smaller pictures") from None
        finally:
            gone.cancel()


class _Turns:
    """Has work done in the order in which it is asked for, so many pieces at a time."""

    def __init__(self, at_a_time: int) -> None:
        self._left = at_a_time
        self._waiting: deque[tuple[asyncio.Future[Any], Callable[[], Future[Any]]]] = deque()

    def ask(self, begin: Callable[[], Future[_Result]]) -> asyncio.Future[_Result]:
        """Return the future answer of work that is begun in its turn, unless the answer is cancelled before.

        Cancelled later, it ends the work, which keeps its turn until then.
        """
        answer: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((answer, begin))
        self._begin()
        return answer

    def _begin(self) -> None:
        while self._waiting and self._left:
            answer, begin = self._waiting.popleft()
            if not answer.done():
                self._left -= 1
                work = begin()
                answer.add_done_callback(partial(_end_soon, work))
                work.add_done_callback(partial(self._end_in_loop, asyncio.get_running_loop(), answer))

    def _end_in_loop(self, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Any], work: Future[Any]) -> None:
        with suppress(RuntimeError):  # it is closed
            loop.call_soon_threadsafe(self._end, answer, work)

    def _end(self, answer: asyncio.Future[Any], work: Future[Any]) -> None:
        self._left += 1
        if not answer.done():  # somebody waits for it, so that it was not cancelled
            error = work.exception()
            if error is None:
                answer.set_result(work.result())
            else:
                answer.set_exception(error)
        self._begin()


def _end_soon(work: Future[Any], answer: asyncio.Future[Any]) -> None:
    """End work that nobody waits for, unless it is nearly done."""
    if not work.done():
        asyncio.get_running_loop().call_later(_NEARLY_DONE, work.cancel)


class ReadingPool:
    """Gives requests their places; refuses what is more than it may keep waiting.

    Large pictures leave one reader free for small ones, where there is more than one.
    """

    def __init__(self, processes: int, places: int, timeout: float, metrics: Metrics) -> None:
        self._small = _Turns(_AHEAD * processes)
        self._large = _Turns(max(1, processes - 1))
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
                yield ReadingSlot(request, readers, deadline, self._small, self._large)
        finally:
            self._change(client, -1)

    def _change(self, client: str, by: int) -> None:
        self._taken[client] += by
        if not self._taken[client]:
            del self._taken[client]
        self._metrics.queue.set(self._taken.total())
