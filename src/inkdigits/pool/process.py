"""What runs in a reader's process: it loads its model once, then does one piece of work after the other."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TypeVar

import cv2

from inkdigits.errors import InkdigitsError, ModelFileError, PictureError
from inkdigits.pool.bounds import Bounds, bound_memory, bound_processor_time
from inkdigits.reading.reader import Reader

__all__ = ["begin", "is_out_of_memory", "work_on"]

_Result = TypeVar("_Result")

_loaded: list[Reader | InkdigitsError] = []


def begin(model: str, bounds: Bounds, min_confidence: float | None) -> None:
    """Load a model; what is wrong with it is told to whoever asks for work."""
    # At once, also amid a library's work: while pebble waits for a handler in Python to run, nobody gets any work.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    cv2.setNumThreads(1)
    try:
        _loaded.append(Reader(model, min_confidence=min_confidence, threads=1))
    except InkdigitsError as error:
        _loaded.append(error)
    except Exception as error:  # whatever libraries raise over damaged files
        _loaded.append(ModelFileError(f"the model cannot be loaded: {error}", "choose another"))
    bound_memory(bounds.memory)


def work_on(work: Callable[[Reader], _Result], seconds: float) -> _Result:
    """Return what some work with the reader returns.

    Raises:
        ModelFileError: the model could not be loaded.
        PictureError: the work takes more memory than it may ("too_costly"), and whatever the work raises.

    """
    (reader,) = _loaded
    if isinstance(reader, InkdigitsError):
        raise reader
    bound_processor_time(seconds)
    try:
        return work(reader)
    except Exception as error:
        if is_out_of_memory(error):
            raise PictureError(
                f"{os.strerror(12).lower()}: the picture takes more than it may", "scale it down", code="too_costly"
            ) from None
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
