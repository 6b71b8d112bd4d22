"""A small release in the shape of MNIST, and servers on this machine to fetch it from."""

import gzip
import os
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from inkdigits.data.release import PublishedFile, Release
from inkdigits.data.stored_files import encode_idx
from inkdigits.files import sha256
from inkdigits.settings import DATA_DIR_VARIABLE

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Answers every request in one way, and keeps what was asked for."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.requests: list[str] = []
        self.closing = threading.Event()  # lets go of the answers that stall

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        with suppress(ConnectionError):
            self.server.answer(self)

    do_CONNECT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def _only_what_the_test_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(variable)
    monkeypatch.delenv(DATA_DIR_VARIABLE, raising=False)
    monkeypatch.setattr(urllib.request, "_opener", None)  # it keeps the proxies of its first use


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Server]]:
    """Start a server that answers as it is told; it ends with the test."""
    with ExitStack() as running:

        def start(answer: Answer) -> Server:
            server = running.enter_context(Server(answer))
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            running.callback(thread.join)
            running.callback(server.shutdown)
            running.callback(server.closing.set)
            return server

        yield start


@pytest.fixture
def deaf_url() -> str:
    """An address on this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as passing:
        return f"http://127.0.0.1:{passing.getsockname()[1]}/"


@pytest.fixture
def offering() -> Callable[[dict[str, bytes]], Answer]:
    """Return the answer of a server that has some files by name, and 404 for all others."""

    def offer(files: dict[str, bytes]) -> Answer:
        def answer(request: BaseHTTPRequestHandler) -> None:
            content = files.get(request.path.rpartition("/")[2])
            request.send_response(404 if content is None else 200)
            request.send_header("Content-Length", str(len(content or b"")))
            request.end_headers()
            request.wfile.write(content or b"")

        return answer

    return offer


@pytest.fixture(scope="session")
def arrays() -> dict[str, np.ndarray]:
    """120 pictures to learn from and 30 to test on, by the names that Keras gives them."""
    random = np.random.default_rng(0)
    made = {}
    for part, n in (("train", 120), ("test", 30)):
        made[f"x_{part}"] = random.integers(0, 256, (n, 28, 28), np.uint8)
        made[f"y_{part}"] = np.arange(n, dtype=np.uint8) % 10
    return made


@pytest.fixture(scope="session")
def publish() -> Callable[[dict[str, np.ndarray]], Release]:
    """Return a release of some arrays, with their checksums and without mirrors."""
    names = {
        "x_train": "train-images-idx3-ubyte",
        "y_train": "train-labels-idx1-ubyte",
        "x_test": "t10k-images-idx3-ubyte",
        "y_test": "t10k-labels-idx1-ubyte",
    }

    def made(arrays: dict[str, np.ndarray]) -> Release:
        files = (PublishedFile(name, key, sha256(encode_idx(arrays[key]))) for key, name in names.items())
        return Release("mnist", tuple(files), mirrors={}, answer_within=0.5)

    return made


@pytest.fixture(scope="session")
def release(arrays: dict[str, np.ndarray], publish: Callable[[dict[str, np.ndarray]], Release]) -> Release:
    return publish(arrays)


@pytest.fixture(scope="session")
def idx_files(arrays: dict[str, np.ndarray], release: Release) -> dict[str, bytes]:
    """The release's files as mirrors offer them."""
    return {f"{file.name}.gz": gzip.compress(encode_idx(arrays[file.key])) for file in release.files}
