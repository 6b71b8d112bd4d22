"""Load on a service, by wrk and hey from Debian's packages, for seconds that are given."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

__all__ = ["Answered", "Answers", "finish_wrk", "need", "open_load", "p99", "start_wrk"]

_SCRIPT = """
local file = io.open("{picture}", "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "image/png"
wrk.headers["Authorization"] = "Bearer {token}"
file:close()
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\n{{"requests": %d, "seconds": %f, "p50": %f, "p99": %f, "refused": %d, "lost": %d, "status": %d}}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.write, errors.read + errors.timeout, errors.status -- a refused one fails as it writes
  ))
end
"""


@dataclass(frozen=True)
class Answers:
    """What wrk saw.

    Attributes:
        requests: how many were answered.
        seconds: how long it took.
        p50: milliseconds within which half were answered.
        p99: milliseconds within which 99 of 100 were answered.
        refused: connections that were not taken.
        lost: requests that were sent and not answered.
        status: answers that tell of an error.

    """

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    lost: int
    status: int

    @property
    def rate(self) -> float:
        """Requests answered a second."""
        return self.requests / self.seconds


def need(*programs: str) -> None:
    """End with advice unless some programs are there."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise SystemExit(f"not installed: {', '.join(missing)}; on Debian: apt-get install {' '.join(missing)}")


def start_wrk(url: str, picture: Path, connections: int, seconds: float, token: str = "") -> subprocess.Popen[str]:
    """Start sending a picture over some connections, each request as soon as the one before is answered."""
    script = picture.with_suffix(".lua")
    script.write_text(_SCRIPT.format(picture=picture, token=token))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "-s", str(script), url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish_wrk(running: subprocess.Popen[str]) -> Answers:
    """Wait for wrk's end, and return what it saw."""
    output, _ = running.communicate()
    return Answers(**json.loads(output.strip().splitlines()[-1]))


@dataclass(frozen=True)
class Answered:
    """One answer that hey saw: its status, and the milliseconds that it took."""

    status: int
    milliseconds: float


def open_load(url: str, picture: Path, connections: int, rate: float, seconds: float) -> list[Answered]:
    """Send a picture so many times a second, spread over some connections; return the answers."""
    command = [
        *("hey", "-z", f"{seconds:g}s", "-c", str(connections), "-q", f"{rate / connections:g}"),
        *("-m", "POST", "-T", "image/png", "-D", str(picture), "-o", "csv", url),
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = csv.DictReader(io.StringIO(output))
    return [Answered(int(row["status-code"]), 1000 * float(row["response-time"])) for row in rows]


def p99(milliseconds: Sequence[float]) -> float:
    """Return within how many milliseconds 99 of 100 were answered."""
    return quantiles(milliseconds, n=100)[-1] if len(milliseconds) > 1 else float("nan")
