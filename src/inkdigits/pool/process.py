"""What runs in a reader's process: it loads its model once, then does one piece of work after the other."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from typing import TypeVar

import cv2

from inkdigits.errors import InkdigitsError, ModelFileError
from inkdigits.pool.bounds import Bounds, bound_memory, bound_processor_time, use_one_heap
from inkdigits.reading.reader import Reader

__all__ = ["OUT_OF_MEMORY", "begin", "is_out_of_memory", "work_on"]

OUT_OF_MEMORY = errno.ENOMEM  # how a process ends that may have no more

_Result = TypeVar("_Result")

_loaded: list[Reader | InkdigitsError] = []


def begin(model: str, bounds: Bounds, min_confidence: float | None) -> None:
    """Load a model; what is wrong with it is told to whoever asks for work."""
    # At once, also amid a library's work: while pebble waits for a handler in Python to run, nobody gets any work.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    cv2.setNumThreads(1)
    use_one_heap()
    try:
        _loaded.append(Reader(model, min_confidence=min_confidence, threads=1))
    except InkdigitsError as error:
        _loaded.append(error)
    except Exception as error:  # whatever libraries raise over damaged files
        _loaded.append(ModelFileError(f"the model cannot be loaded: {error}", "choose another"))
    bound_memory(bounds.memory)


def work_on(work: Callable[[Reader], _Result], seconds: float) -> _Result:
    """Return what some work with the reader returns; end the process where that takes more memory than it may.

    What libraries hold of a heap that is full they may hold for ever: a new process begins with none.

    Raises:
        ModelFileError: the model could not be loaded; and whatever the work raises.

    """
    (reader,) = _loaded
    if isinstance(reader, InkdigitsError):
        raise reader
    bound_processor_time(seconds)
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
        if isinstance(error, MemoryError) or any(sign in words for sign in ("bad alloc", "insufficient memory")):
            return True
        if "failed to allocate" in words or "cannot allocate" in words:
            return True
        error = error.__cause__ or error.__context__
    return False
