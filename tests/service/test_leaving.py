"""The end of the service: what it has taken is answered, and it takes nothing more."""

import os
import signal

import httpx
import pytest

from ..waiting import PATIENCE, wait_until
from .conftest import readers_of
from .load import PNG, Load

HEAD = b"POST /v1/read?single=true HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"


def is_answering(served) -> bool:
    try:
        return httpx.get(f"{served.url}/v2/health/live", trust_env=False, timeout=PATIENCE).status_code == 200
    except httpx.ConnectError:
        return False


def test_what_was_begun_is_finished(serve, digit) -> None:
    served = serve()
    begun = [served.connect() for _ in range(4)]
    for connection in begun:
        connection.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(digit))
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")  # it waits for the body
        connection.sendall(digit[:-1])
    served.process.send_signal(signal.SIGTERM)
    wait_until(lambda: not is_answering(served))
    for connection in begun:
        connection.sendall(digit[-1:])
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        connection.close()
    assert served.process.wait(PATIENCE) == 0


def test_who_waits_to_be_let_in_is_answered(serve, digit) -> None:
    served = serve()
    os.kill(served.process.pid, signal.SIGSTOP)
    waiting = [served.connect() for _ in range(20)]
    for connection in waiting:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(digit) + digit)
    os.kill(served.process.pid, signal.SIGTERM)
    os.kill(served.process.pid, signal.SIGCONT)
    for connection in waiting:
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        connection.close()
    assert served.process.wait(PATIENCE) == 0


def stop_under_load(served, digit) -> Load:
    with Load(served, digit) as load:
        wait_until(lambda: len(load.statuses) > 20)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE) == 0
    return load


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_stops_under_load_without_losing_a_request_that_it_took(serve, digit, workers) -> None:
    load = stop_under_load(serve("--workers", workers), digit)
    assert set(load.statuses) == {200}
    assert load.lost == []


@pytest.mark.long
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_hundred_stops_under_load_lose_nothing(serve, digit, workers) -> None:
    loads = [stop_under_load(serve("--workers", workers), digit) for _ in range(100)]
    assert {status for load in loads for status in load.statuses} == {200}
    assert [lost for load in loads for lost in load.lost] == []


def test_a_reader_that_leaves_alone_shuts_nobody_out(serve, digit) -> None:
    served = serve("--workers", "2")
    wait_until(lambda: len(readers_of(served.process.pid)) == 2)
    leaving, _ = readers_of(served.process.pid)
    os.kill(leaving, signal.SIGTERM)
    wait_until(lambda: leaving not in readers_of(served.process.pid))
    assert is_answering(served)
    assert served.client.post("/v1/read?single=true", content=digit, headers=PNG).json()["text"] == "8"
    assert len(set(readers_of(served.process.pid)) - {leaving}) == 2
