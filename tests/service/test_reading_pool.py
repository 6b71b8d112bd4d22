"""Who is read for, and when: the pool's turns, with readers whose work a test ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from inkdigits.service import reading_pool
from inkdigits.service.error_answers import ApiError
from inkdigits.service.reading_pool import NotQuickError, ReadingPool, _briefly
from inkdigits.service.service_metrics import Metrics


class Readers:
    """Stands for processes: keeps what it was asked for."""

    def __init__(self):
        self.begun = []
        self.futures = []

    def submit(self, work, seconds):
        self.begun.append(getattr(work, "keywords", {}).get("work", work))  # without what ends it early
        self.futures.append(Future())
        return self.futures[-1]

    @contextmanager
    def kept(self):
        yield


async def nothing_more() -> Any:
    await asyncio.Event().wait()


async def asked(
    readers: Readers,
    works: str,
    *,
    quick: bool,
    timeout: float = 60,
    receive: Callable[[], Awaitable[Any]] = nothing_more,
) -> list[asyncio.Task[Any]]:
    """Ask for each letter's work at a pool of two readers, and let what can begin begin."""
    pool = ReadingPool(2, 32, timeout, Metrics())
    request = Request({"type": "http", "client": ("127.0.0.1", 1)}, receive)

    async def run(work: str) -> Any:
        with pool.place(request, readers) as slot:
            return await slot.run(work, quick=quick)

    tasks = [asyncio.create_task(run(work)) for work in works]
    await settled()
    return tasks


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_small_pictures_are_handed_over_ahead_and_large_ones_leave_a_reader_free():
    async def scenario():
        small, large = Readers(), Readers()
        await asked(small, "abcdefghij", quick=True)
        await asked(large, "xyz", quick=False)
        return small.begun, large.begun

    assert asyncio.run(scenario()) == (list("abcdefgh"), ["x"])


def test_each_turn_that_ends_begins_the_next_in_order_and_errors_reach_who_asked():
    async def scenario():
        readers = Readers()
        tasks = await asked(readers, "xyz", quick=False)
        readers.futures[0].set_result("read")
        await settled()
        readers.futures[1].set_exception(ValueError("damaged"))
        await settled()
        readers.futures[2].set_result("read too")
        return readers.begun, await asyncio.gather(*tasks, return_exceptions=True)

    begun, answers = asyncio.run(scenario())
    assert begun == ["x", "y", "z"]
    assert [answers[0], str(answers[1]), answers[2]] == ["read", "damaged", "read too"]


def test_who_leaves_before_their_turn_is_never_read_for():
    async def scenario():
        readers = Readers()
        tasks = await asked(readers, "xyz", quick=False)
        tasks[1].cancel()
        await settled()
        readers.futures[0].set_result("read")
        await settled()
        return readers.begun

    assert asyncio.run(scenario()) == ["x", "z"]


@pytest.mark.parametrize("ends", ["hangs up", "is late"])
def test_what_nobody_waits_for_is_ended_and_keeps_its_turn_until_then(monkeypatch, ends):
    monkeypatch.setattr(reading_pool, "_NEARLY_DONE", 0.05)

    async def gone() -> Any:
        return {"type": "http.disconnect"}

    async def scenario():
        readers = Readers()
        how = {"receive": gone} if ends == "hangs up" else {"timeout": 0.01}
        (task,) = await asked(readers, "x", quick=False, **how)
        (answer,) = await asyncio.gather(task, return_exceptions=True)
        at_once = readers.futures[0].cancelled()
        await asyncio.sleep(0.2)
        return answer, at_once, readers.futures[0].cancelled()

    answer, at_once, in_the_end = asyncio.run(scenario())
    assert isinstance(answer, ClientDisconnect if ends == "hangs up" else ApiError)
    assert (at_once, in_the_end) == (False, True)


def test_small_pictures_that_are_not_read_quickly_wait_among_the_large_ones() -> None:
    async def scenario():
        readers = Readers()
        tasks = await asked(readers, "abc", quick=True)
        for future in list(readers.futures):
            future.set_exception(NotQuickError())
        await settled()
        begun = readers.begun[3:]
        readers.futures[3].set_result("read")
        return begun, await asyncio.wait_for(tasks[0], 10)

    assert asyncio.run(scenario()) == (["a"], "read")


@pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="Windows has no timers of a processor's time")
def test_a_reader_gives_up_what_is_not_quick_and_reads_on(monkeypatch) -> None:
    monkeypatch.setattr(reading_pool, "_QUICK_SECONDS", 0.05)

    def endless(reader: object) -> None:
        while True:
            pass

    with pytest.raises(NotQuickError):
        _briefly(None, work=endless)
    assert _briefly(None, work=lambda reader: "read") == "read"


def test_large_pictures_leave_half_of_the_places_to_small_ones() -> None:
    async def scenario():
        readers, pool = Readers(), ReadingPool(2, 32, 60, Metrics())
        statuses = []

        async def run(client: int, quick: bool) -> None:
            request = Request({"type": "http", "client": (str(client), 1)}, nothing_more)
            with pool.place(request, readers) as slot:
                await slot.run("x", quick=quick)

        for client in range(20):
            task = asyncio.create_task(run(client, False))
            await settled()
            statuses.append(task.exception().status_code if task.done() else 200)
        small = asyncio.create_task(run(20, True))
        await settled()
        return statuses, small.done()

    statuses, is_refused = asyncio.run(scenario())
    assert statuses == 16 * [200] + 4 * [503]
    assert not is_refused


def test_a_request_has_one_deadline_whatever_places_it_takes() -> None:
    async def scenario():
        pool, readers = ReadingPool(2, 32, 60, Metrics()), Readers()
        request = Request({"type": "http", "client": ("127.0.0.1", 1)}, nothing_more)
        deadlines = []
        for _ in range(2):
            with pool.place(request, readers) as slot:
                deadlines.append(slot.deadline)
            await asyncio.sleep(0.01)
        return deadlines

    first, second = asyncio.run(scenario())
    assert first == second


def test_no_client_has_all_places() -> None:
    def has_room(pool: ReadingPool, client: str) -> bool:
        try:
            pool.check_room(client)
        except ApiError as refused:
            return refused.status_code != 503
        return True

    async def held_by_each() -> list[int]:
        pool, held = ReadingPool(2, 8, 60, Metrics()), []
        with ExitStack() as places:
            for client in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
                held.append(0)
                while has_room(pool, client):
                    request = Request({"type": "http", "client": (client, 1)}, nothing_more)
                    places.enter_context(pool.place(request, Readers()))
                    held[-1] += 1
        assert has_room(pool, "10.0.0.1")
        return held

    assert asyncio.run(held_by_each()) == [6, 2, 0]
