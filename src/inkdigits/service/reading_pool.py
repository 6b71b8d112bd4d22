"""Who is read for, and when: places for requests, shared fairly, and a bound on the time of each."""

from __future__ import annotations

import asyncio
import signal
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
_QUICK_SECONDS = 0.1  # of a processor, for what should take milliseconds; then it waits among what takes longer
# Small pictures that are handed to each reader ahead: between one and the next it would wait for the event loop, which
# has hundreds of connections to look after (1: 206 drawings a second, 4: 285; experiments/LOG.md, 30 November).
_AHEAD = 4


class NotQuickError(BaseException):
    """Work that should have taken milliseconds takes longer; no `except Exception` of what works on it may catch it."""


@dataclass
class ReadingSlot:
    """A request's place."""

    request: Request
    readers: Readers  # all of it is read by one model
    deadline: float  # of the whole request, on the event loop's clock
    pool: ReadingPool
    is_large: bool = False  # whether it is one of the places for what takes longer

    async def run(self, work: Callable[[Reader], _Result], *, quick: bool = False) -> _Result:
        """Return what some work with a reader returns.

        Args:
            work: what is done; it and its result must be picklable.
            quick: it takes some milliseconds, and may take the last free reader.

        Raises:
            ApiError: the request takes too long (504), or too much that takes long is waiting (503).
            ClientDisconnect: nobody waits for the answer any more.
            PictureError: the work takes too long or costs too much, and whatever the work raises.

        """
        if quick:
            # What is not done keeps its place, though it is none of those for what takes longer: refused, it would come
            # again at once, and cost as much again.
            with suppress(NotQuickError):
                return await self._in_turn(self.pool.small, partial(_briefly, work=work))
        else:
            self.pool.make_large(self)
        return await self._in_turn(self.pool.large, work)

    async def _in_turn(self, turns: _Turns, work: Callable[[Reader], _Result]) -> _Result:
        loop = asyncio.get_running_loop()
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


def _briefly(reader: Reader, *, work: Callable[[Reader], _Result]) -> _Result:
    """Do some work in a reader's process, which goes on with other work where this takes longer than it should.

    Raises:
        NotQuickError: it took longer.

    """

    def give_up(*_: object) -> None:
        raise NotQuickError

    if not hasattr(signal, "SIGPROF"):  # Windows
        return work(reader)
    signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, _QUICK_SECONDS)
    try:
        return work(reader)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


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

    Large pictures leave one reader free for small ones, where there is more than one, and half of the places.
    """

    def __init__(self, processes: int, places: int, timeout: float, metrics: Metrics) -> None:
        self.small = _Turns(_AHEAD * processes)  # for what takes some milliseconds
        self.large = _Turns(max(1, processes - 1))  # for all else
        self._places = places  # for requests that are read for or wait
        self._share = places - places // 4  # one of four is kept from a client that has all the others
        self._timeout = timeout  # seconds for a whole request
        self._metrics = metrics
        self._taken: Counter[str] = Counter()
        self._large_left = places - 2 * (places // 4)

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
        now = asyncio.get_running_loop().time()
        deadline = request.scope.setdefault("deadline", now + self._timeout)  # it may take one place after another
        slot = ReadingSlot(request, readers, deadline, self)
        try:
            with readers.kept():
                yield slot
        finally:
            self._large_left += slot.is_large
            self._change(client, -1)

    def make_large(self, slot: ReadingSlot) -> None:
        """Let a request wait among those that take longer, unless too many do: raise ApiError (503)."""
        if not (slot.is_large or self._large_left):
            self._metrics.refused.inc()
            raise busy()
        self._large_left -= not slot.is_large
        slot.is_large = True

    def _change(self, client: str, by: int) -> None:
        self._taken[client] += by
        if not self._taken[client]:
            del self._taken[client]
        self._metrics.queue.set(self._taken.total())
