"""A service in processes of its own, for as long as a block runs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

__all__ = ["Service"]

_STARTING = 60.0  # seconds
_SERVE = ("-m", "inkdigits", "serve")


class Service:
    """`inkdigits serve`, or another that is given, on a free port of this machine.

    Args:
        folder: where its log goes.
        options: of the command.
        command: that starts it, with its Python.
        source: where it is imported from; as here if not given.

    Attributes:
        url: where it is.
        seconds: from its start to its first answer.

    """

    def __init__(
        self, folder: Path, *options: str, command: Sequence[str] = _SERVE, source: Path | None = None
    ) -> None:
        self._log = folder / "service.log"
        environment = os.environ | ({"PYTHONPATH": str(source)} if source else {})
        begin = time.perf_counter()
        with self._log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, *command, "--port", "0", *options],
                env=environment, stderr=file, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.url = self._wait()
        self.seconds = time.perf_counter() - begin

    def __enter__(self) -> Service:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def _wait(self) -> str:
        deadline = time.perf_counter() + _STARTING
        while time.perf_counter() < deadline and self.process.poll() is None:
            match = re.search(r"http://\S+:\d+", self._log.read_text())
            if match and self._answers(match[0]):
                return match[0]
            time.sleep(0.01)
        raise SystemExit(f"the service did not start:\n{self._log.read_text()}")

    @staticmethod
    def _answers(url: str) -> bool:
        try:
            with urllib.request.urlopen(f"{url}/v2/health/ready"):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def readers(self) -> list[int]:
        """Return the ids of the processes that read."""
        return [reader for process in self._forking() for reader in _children(process)]

    def _forking(self) -> list[int]:
        """Return the process that readers are forked from."""
        children = _children(self.process.pid)
        return [child for child in children if b"forkserver" in Path(f"/proc/{child}/cmdline").read_bytes()]

    def mebibytes(self) -> float:
        """Return the memory of all its processes; what they share counts once (PSS)."""
        kibibytes = 0
        for pid in (self.process.pid, *self._forking(), *self.readers()):
            with suppress(OSError):  # it has just been killed
                match = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
                kibibytes += int(match[1]) if match else 0
        return kibibytes / 1024


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
