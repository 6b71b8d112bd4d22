"""What the work on a picture may cost, and how the operating system is told."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

try:
    import resource
except ImportError:  # Windows, where only the time on the clock is bounded
    resource = None  # type: ignore[assignment]

__all__ = ["Bounds", "bound_memory", "bound_processor_time", "use_one_heap"]


@dataclass(frozen=True)
class Bounds:
    """What the work on one picture may cost.

    Attributes:
        seconds: by the clock, from the moment at which a reader begins; then the reader is killed. The largest page
            that is read takes 3.
        memory: bytes that a reader may ask for beyond what it has once it is warm. A page of 50 megapixels in colour
            takes 300 MB.
        starting: seconds for a new model to be loaded and tried.

    """

    seconds: float = 20.0
    memory: int = 512 * 2**20
    starting: float = 30.0


def use_one_heap() -> None:
    """Have glibc keep one heap for all threads: each further one reserves 64 MiB, which count as if they were used."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(-8, 1)  # M_ARENA_MAX of glibc's malloc.h


def bound_memory(allowance: int) -> None:
    """Let this process map so many bytes more than it has; asked for more, it gets a MemoryError.

    Only Linux says how much a process has mapped; elsewhere nothing happens.
    """
    with suppress(OSError, ValueError):
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (mapped + allowance, hard))


def bound_processor_time(seconds: float) -> None:
    """Have the operating system end this process once it has worked for so many seconds more.

    It is there for the time when whoever should have killed the process is gone.
    """
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    grace = 5.0  # beyond what a picture may take by the clock
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds + grace) + 1, hard))
