"""Downloads, from servers that really answer, and from those that answer badly, late or never."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from inkdigits.data.mirrors import download
from inkdigits.errors import DataNotFoundError

Serve = Callable[[Callable[[BaseHTTPRequestHandler], None]], Any]
Offering = Callable[[dict[str, bytes]], Callable[[BaseHTTPRequestHandler], None]]


def test_what_is_there_is_returned_and_its_coming_told(serve: Serve, offering: Offering) -> None:
    content = bytes(range(256)) * 200
    told: list[tuple[str, int, int]] = []
    server = serve(offering({"file.gz": content}))
    got = download(f"{server.url}mnist/file.gz", limit=10**6, progress=lambda *progress: told.append(progress))
    assert got == content
    assert server.requests == ["/mnist/file.gz"]
    assert {(doing, total) for doing, _, total in told} == {("downloading file.gz", len(content))}
    done = [done for _, done, _ in told]
    assert done == sorted(done)
    assert done[-1] == len(content)


def test_a_server_that_does_not_say_how_much_will_come_is_trusted_to_its_end(serve: Serve) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(bytes(40_000))

    assert download(serve(answer).url, limit=10**6) == bytes(40_000)


def test_a_limit_is_met_exactly(serve: Serve, offering: Offering) -> None:
    url = f"{serve(offering({'file': bytes(50_000)})).url}file"
    assert len(download(url, limit=50_000)) == 50_000
    with pytest.raises(DataNotFoundError, match="file is larger than"):
        download(url, limit=49_999)


def _stall(request: BaseHTTPRequestHandler) -> None:
    request.server.closing.wait()  # type: ignore[attr-defined]


def _stall_half_way(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    request.wfile.write(bytes(50_000))
    request.wfile.flush()
    _stall(request)


def _drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    while not request.server.closing.wait(0.05):  # type: ignore[attr-defined]
        request.wfile.write(b"x")


def _stop_half_way(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    request.wfile.write(bytes(50_000))


def _never_end(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    while not request.server.closing.is_set():  # type: ignore[attr-defined]
        request.wfile.write(bytes(50_000))


def _speak_another_protocol(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"220 mail.example \x1b[31mESMTP\r\n")


def _send_elsewhere(request: BaseHTTPRequestHandler) -> None:
    request.send_response(302)
    request.send_header("Location", "file:///etc/hostname")
    request.end_headers()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_stall, "no answer within 0.3 s|timed out"),
        (_stall_half_way, "no answer within 0.3 s|timed out"),
        (_drip, "no answer within 0.3 s"),
        (_stop_half_way, "stopped after 50000 of 100000 bytes|IncompleteRead"),
        (_never_end, "larger than 1 MiB"),
        (_speak_another_protocol, "220 mail.example"),
        (_send_elsewhere, "HTTP 302"),
    ],
)
def test_a_bad_mirror_is_given_up(answer: Callable[[BaseHTTPRequestHandler], None], said: str, serve: Serve) -> None:
    with pytest.raises(DataNotFoundError, match=said) as caught:
        download(f"{serve(answer).url}file.gz", limit=2**20, answer_within=0.3)
    assert str(caught.value).isprintable()


def test_what_is_not_there_is_said_by_its_number(serve: Serve, offering: Offering) -> None:
    with pytest.raises(DataNotFoundError, match=r"^HTTP 404$"):
        download(f"{serve(offering({})).url}file.gz", limit=2**20)


def test_a_machine_that_does_not_listen_is_said_in_words(deaf_url: str) -> None:
    with pytest.raises(DataNotFoundError, match=r"^Connection refused$"):
        download(deaf_url, limit=2**20)


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY"])
def test_a_proxy_is_respected(variable: str, serve: Serve, offering: Offering, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(offering({"file": b"through the proxy"}))
    monkeypatch.setenv(variable, proxy.url)
    assert download("http://mirror.invalid/file", limit=1000) == b"through the proxy"
    assert proxy.requests == ["http://mirror.invalid/file"]


def test_an_exception_from_the_proxy_is_respected(
    serve: Serve, offering: Offering, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(offering({})), serve(offering({"file": b"directly"}))
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert download(f"{server.url}file", limit=1000) == b"directly"
    assert proxy.requests == []
