"""What runs in a reader's process: it loads its model once, then does one piece of work after the other."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2

from inkdigits.errors import InkdigitsError, ModelFileError
from inkdigits.pictures.limits import Limits
from inkdigits.reading.reader import Reader

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

OUT_OF_MEMORY = errno.ENOMEM  # how a process ends that may have no more

_SIGNS = ("bad alloc", "bad_alloc", "insufficient memory", "failed to allocate", "cannot allocate")

_Result = TypeVar("_Result")

_loaded: list[Reader | InkdigitsError] = []


@dataclass(frozen=True)
class Bounds:
    """What the work on one picture may cost; on Windows, the time on the clock alone is bounded.

    Attributes:
        seconds: by the clock, from the moment at which a reader begins; then the reader is killed. The largest page
            that is read takes 3.
        memory: bytes that a reader may ask for beyond what it has once it is warm. A page of 50 megapixels in colour
            takes 300 MB.
        starting: seconds of a processor for a model to be loaded, and by the clock for a new one to be tried. The
            bundled ones take 0.4.
        pixels: of a picture, at most; no more than `Limits.pixels` in any case.

    """

    seconds: float = 20.0
    memory: int = 512 * 2**20
    starting: float = 10.0
    pixels: int = Limits.pixels


def begin(model: str, bounds: Bounds, min_confidence: float | None) -> None:
    """Load a model; what is wrong with it is told to whoever asks for work."""
    # At once, also amid a library's work: while pebble waits for a handler in Python to run, nobody gets any work.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    cv2.setNumThreads(1)
    _use_one_heap()
    Limits.pixels, Limits.pdf_pixels = min(Limits.pixels, bounds.pixels), min(Limits.pdf_pixels, bounds.pixels)
    _bound_memory(max(bounds.memory, Bounds.memory))
    _bound_processor_time(bounds.starting)  # a model may be an endless loop
    try:
        _loaded.append(Reader(model, min_confidence=min_confidence, threads=1))
    except InkdigitsError as error:
        _loaded.append(error)
    except Exception as error:  # whatever libraries raise over damaged files
        _loaded.append(ModelFileError(f"the model cannot be loaded: {error}", "choose another"))
    _bound_memory(bounds.memory)


def work_on(work: Callable[[Reader], _Result], seconds: float) -> _Result:
    """Return what some work with the reader returns; end the process where that takes more memory than it may.

    What libraries hold of a heap that is full they may hold for ever: a new process begins with none.

    Raises:
        ModelFileError: the model could not be loaded; and whatever the work raises.

    """
    (reader,) = _loaded
    if isinstance(reader, InkdigitsError):
        raise reader
    # Beyond what it may take by the clock: this is for the time when whoever should have killed the process is gone.
    _bound_processor_time(seconds + 5.0)
    try:
        return work(reader)
    except Exception as error:
        if is_out_of_memory(error):
            os._exit(OUT_OF_MEMORY)
        raise


def is_out_of_memory(error: BaseException | None) -> bool:
    """Say whether an error, or what led to it, is that there is no memory; libraries say so in their own ways."""
    while error is not None:
        words = str(error).lower()
        if isinstance(error, MemoryError) or any(sign in words for sign in _SIGNS):
            return True
        error = error.__cause__ or error.__context__
    return False


def _use_one_heap() -> None:
    """Have glibc keep one heap for all threads: each further one reserves 64 MiB, which count as if they were used."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(-8, 1)  # M_ARENA_MAX of glibc's malloc.h


def _bound_memory(allowance: int) -> None:
    """Let this process map so many bytes more than it has; asked for more, it gets a MemoryError.

    Only Linux says how much a process has mapped; elsewhere nothing happens.
    """
    with suppress(OSError, ValueError):
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (mapped + allowance, hard))


def _bound_processor_time(seconds: float) -> None:
    """Have the operating system end this process once it has worked for so many seconds more."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))
