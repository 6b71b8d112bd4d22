"""Who is read for, and when: the pool's turns, with readers whose work a test ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from inkdigits.service import reading_pool
from inkdigits.service.error_answers import ApiError
from inkdigits.service.reading_pool import ReadingPool
from inkdigits.service.service_metrics import Metrics


class Readers:
    """Stands for processes: keeps what it was asked for."""

    def __init__(self):
        self.begun = []
        self.futures = []

    def submit(self, work, seconds):
        self.begun.append(work)
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
