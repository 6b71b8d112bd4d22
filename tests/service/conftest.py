"""The real service, started as a user starts it, and pictures to send."""

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from inkdigits.samples import sample_pictures

_STARTING = 60.0  # seconds, on a machine that is busy


class Asked:
    """Whatever answers at a URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.host, port = url.removeprefix("http://").rsplit(":", 1)
        self.port = int(port)
        self.client = httpx.Client(base_url=url, timeout=60, trust_env=False)

    def connect(self) -> socket.socket:
        """Open a connection to send anything by."""
        return socket.create_connection((self.host, self.port), timeout=60)

    def talk(self, *sent: bytes) -> bytes:
        """Send bytes and return all that comes back until the service closes the connection."""
        with self.connect() as connection, contextlib.suppress(ConnectionError):
            for part in sent:
                connection.sendall(part)
            received = b""
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(65536):
                    received += part
            return received
        return b""


class Served(Asked):
    """A service that runs in a process of its own."""

    def __init__(self, *options: str, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "inkdigits", "serve", "--port", "0", *options]
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(command, stderr=stderr, stdout=stderr, stdin=subprocess.DEVNULL)
        super().__init__(self._wait_for_url())
        self._wait_until_it_answers()

    def _wait_for_url(self) -> str:
        deadline = time.monotonic() + _STARTING
        while time.monotonic() < deadline and self.process.poll() is None:
            match = re.search(r"http://[^\s\"]+:\d+", self.log.read_text())
            if match:
                return match[0]
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _STARTING
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                self.client.get("/v2/health/ready")
                return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def memory(self) -> int:
        """Return the resident bytes of the process."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> int:
        """Tell it to stop, and return its exit code."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


Serve = Callable[..., Served]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start services with options of `inkdigits serve`; they end with the module."""
    started: list[Served] = []

    def start(*options: str) -> Served:
        served = Served(*options, log=tmp_path_factory.mktemp("service") / "log")
        started.append(served)
        return served

    yield start
    for served in started:
        served.stop()


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    """A service as `inkdigits serve` starts it, for the tests of a module."""
    return serve()


@pytest.fixture(scope="session")
def digit() -> bytes:
    """A PNG of 280×280 with an 8, as a web page's canvas has it."""
    source = next(path for path in sample_pictures() if path.stem == "mouse")
    buffer = io.BytesIO()
    with Image.open(source) as sample:
        sample.convert("L").resize((280, 280)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def string() -> bytes:
    """A photograph with 407."""
    return next(path for path in sample_pictures() if path.stem == "string-407").read_bytes()
