"""Downloading from a place that may be slow, wrong, or not there at all."""

from __future__ import annotations

import http.client
import queue
import threading
import urllib.error
import urllib.request
from typing import TypeAlias

from inkdigits.data.dataset import Progress
from inkdigits.errors import DataNotFoundError, printable
from inkdigits.version import __version__

ANSWER_WITHIN = 10.0  # seconds


# a chunk, empty at the end, and how many bytes there are in all; or why there is none
_Arriving: TypeAlias = "queue.Queue[tuple[bytes, int] | Exception]"


def download(url: str, *, limit: int, answer_within: float = ANSWER_WITHIN, progress: Progress | None = None) -> bytes:
    """Return what an HTTP address holds, through the proxy that the environment names, if it names one.

    Args:
        url: an http or https address.
        limit: how many bytes it may be.
        answer_within: how many seconds to wait for the first 16 KiB, and for each 16 KiB after them.
        progress: told the file's name, the bytes that have come, and those that will come.

    Raises:
        DataNotFoundError: there is no answer in time, an answer that is no success, too much, or too little.

    """
    # A socket's time-out covers neither the look-up of the name nor a server that drips; a clock outside does.
    arriving: _Arriving = queue.Queue()
    threading.Thread(target=_receive, args=(url, answer_within, limit, arriving), daemon=True).start()
    name = url.rpartition("/")[2]
    content = bytearray()
    while True:
        try:
            arrival = arriving.get(timeout=answer_within)
        except queue.Empty:
            raise DataNotFoundError(f"no answer within {answer_within:g} s") from None
        if isinstance(arrival, Exception):
            raise DataNotFoundError(_reason(arrival)) from arrival
        chunk, total = arrival
        if not chunk:
            break
        content += chunk
        if len(content) > limit:
            raise DataNotFoundError(f"{name} is larger than {limit >> 20} MiB")
        if progress is not None:
            progress(f"downloading {name}", len(content), total)
    if len(content) < total:
        raise DataNotFoundError(f"{name} stopped after {len(content)} of {total} bytes")
    return bytes(content)


def _receive(url: str, timeout: float, limit: int, arriving: _Arriving) -> None:
    """Put what an address holds into a queue, up to one chunk more than the limit."""
    request = urllib.request.Request(url, headers={"User-Agent": f"inkdigits/{__version__}"})  # noqa: S310 - a mirror, not input
    step = 16 * 2**10  # bytes; a mirror that gives fewer within `answer_within` is as good as silent
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310 - a mirror, not input
            total = int(response.headers.get("Content-Length") or 0)
            for _ in range(limit // step + 2):
                chunk = response.read(step)
                arriving.put((chunk, total))
                if not chunk:
                    break
    except (OSError, ValueError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # it is the answer, still open
        arriving.put(error)


def _reason(error: Exception) -> str:
    """Return in a few words why a download failed."""
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    if isinstance(error, urllib.error.URLError):
        error = error.reason if isinstance(error.reason, Exception) else error
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return printable(str(error).strip()) or type(error).__name__
