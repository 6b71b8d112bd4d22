"""Who reads what is sent: threads, or the event loop itself; and a bound on how many requests wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from inkdigits.service.errors import ApiError
from inkdigits.service.limits import busy
from inkdigits.service.metrics import Metrics

__all__ = ["ReadingPool"]

_Result = TypeVar("_Result")

_SPELL = 0.025  # seconds


class ReadingPool:
    """Works off requests in a few threads, or at once; refuses what is more than it may keep waiting.

    Args:
        threads: how many requests are worked on at a time.
        places: how many requests are worked on or wait, at most.
        timeout: seconds after which a request is given up.
        metrics: told of the queue and of refusals.

    """

    def __init__(self, threads: int, places: int, timeout: float, metrics: Metrics) -> None:
        self._threads = ThreadPoolExecutor(threads, "reading")
        self._places = places
        self._timeout = timeout
        self._metrics = metrics
        self._taken = 0
        self._small: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()
        self._working: asyncio.Task[None] | None = None

    def check_room(self) -> None:
        """Raise ApiError (503) if no place is free."""
        if self._taken >= self._places:
            self._metrics.count_refusal()
            raise busy()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for a request.

        Raises:
            ApiError: there is none (503).

        """
        self.check_room()
        self._change(1)
        try:
            yield
        finally:
            self._change(-1)

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """Return what some work returns, done in a thread.

        Work that takes too long goes on, since a thread cannot be stopped, and keeps a place until it ends.

        Raises:
            ApiError: it takes too long (504).

        """
        task = asyncio.get_running_loop().run_in_executor(self._threads, work)
        done, _ = await asyncio.wait((task,), timeout=self._timeout)
        if not done:
            self._change(1)
            task.add_done_callback(self._end_late)
            raise ApiError(504, "timeout", f"this took more than {self._timeout:g} seconds; send less at a time")
        return task.result()

    async def run_at_once(self, work: Callable[[], _Result]) -> _Result:
        """Return what some work returns that takes a few milliseconds, done in the event loop.

        To hand so little to a thread, and to share Python's lock with it, takes longer than the work.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Result] = loop.create_future()
        self._small.append((work, future))
        if self._working is None:
            self._working = loop.create_task(self._work_off())
        return await future

    def close(self) -> None:
        """Wait for what is being worked on, and let go of the threads."""
        self._threads.shutdown()

    async def _work_off(self) -> None:
        """Do what is small, for a spell at a time; in between the loop goes round, and others are answered or refused.

        If it went round after each piece, a crowd that is refused would take most of the time from those who are read.
        """
        loop = asyncio.get_running_loop()
        while self._small:
            await asyncio.sleep(0)
            end = loop.time() + _SPELL
            while self._small and loop.time() < end:
                work, future = self._small.popleft()
                try:
                    result = work()
                except Exception as error:  # for whoever asked
                    if not future.cancelled():
                        future.set_exception(error)
                else:
                    if not future.cancelled():
                        future.set_result(result)
        self._working = None

    def _end_late(self, task: asyncio.Future[_Result]) -> None:
        self._change(-1)
        task.exception()  # asked for, so that asyncio does not report it

    def _change(self, by: int) -> None:
        self._taken += by
        self._metrics.set_queue(self._taken)
