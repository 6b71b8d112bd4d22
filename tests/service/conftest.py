"""The real service, started as a user starts it, and pictures to send."""

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from inkdigits.samples import sample_pictures

from ..waiting import PATIENCE, wait_until

# However slow the machine is, and however many cores it has; tests of these options give their own, which count.
UNHURRIED = ("--workers", "1", "--timeout", str(PATIENCE), "--picture-seconds", str(PATIENCE))


class Asked:
    """Whatever answers at a URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.host, port = url.removeprefix("http://").rsplit(":", 1)
        self.port = int(port)
        self.client = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)

    def connect(self) -> socket.socket:
        """Open a connection to send anything by."""
        return socket.create_connection((self.host, self.port), timeout=PATIENCE)

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
    """A service that runs in a process of its own.

    Args:
        options: of `inkdigits serve`.
        log: the file for what it says.
        before: Python code that runs first in each process of it, to make slow on purpose what should be slow.

    """

    def __init__(self, *options: str, log: Path, before: str = "") -> None:
        self.log = log
        environment = dict(os.environ)
        if before:
            (log.parent / "sitecustomize.py").write_text(before)
            environment["PYTHONPATH"] = os.pathsep.join([str(log.parent), os.environ.get("PYTHONPATH", "")])
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "inkdigits", "serve", "--port", "0", *UNHURRIED, *options],
                env=environment,
                stderr=stderr,
                stdout=stderr,
                stdin=subprocess.DEVNULL,
            )
        wait_until(self._url, self.process)
        super().__init__(self._url())
        wait_until(self._answers, self.process)

    def _url(self) -> str:
        """Return where it is, or nothing while it does not say so."""
        match = re.search(r"http://[^\s\"]+:\d+", self.log.read_text())
        return match[0] if match else ""

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            self.client.get("/v2/health/ready")
            return True
        return False

    def memory(self) -> int:
        """Return the resident bytes of the process."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> int:
        """Tell it to stop, and return its exit code."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


Serve = Callable[..., Served]


def readers_of(parent: int) -> list[int]:
    """Return the processes that answer; they are forked from one that has everything imported."""
    forking = [child for child in children(parent) if b"forkserver" in Path(f"/proc/{child}/cmdline").read_bytes()]
    return [worker for process in forking for worker in children(process)]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start services with options of `inkdigits serve`; they end with the module."""
    started: list[Served] = []

    def start(*options: str, before: str = "") -> Served:
        served = Served(*options, log=tmp_path_factory.mktemp("service") / "log", before=before)
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
