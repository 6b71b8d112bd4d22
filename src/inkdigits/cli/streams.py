"""What the world does to a command: standard streams that are closed or full, and signals that end it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from inkdigits.files import remove_unfinished

_ENDING = ("SIGTERM", "SIGHUP")  # Windows lacks the second


def replace_closed_streams() -> None:
    """Put something in the place of streams that were closed before the start, which Python leaves out.

    Reading and writing fail as they do with a closed file; only what is said on stderr is lost.
    """
    if sys.stdin is None:
        sys.stdin = open(os.open(os.devnull, os.O_WRONLY))  # noqa: PTH123, SIM115 - it is never closed
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115


def leave_in_order() -> None:
    """Have the signals that end a process remove its half-written files first.

    A signal that is ignored, as under nohup, stays so.
    """
    for number in (getattr(signal, name) for name in _ENDING if hasattr(signal, name)):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)


def _leave(number: int, _: FrameType | None) -> None:
    # An exception in its place would be lost where a library written in C is just being imported.
    remove_unfinished()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


@contextmanager
def explained_output() -> Iterator[None]:
    """Say in one line why stdout cannot be written to; where nobody reads it any more, say nothing.

    Raises:
        SystemExit: it cannot.

    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.filename is not None:  # no stream of ours
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python writes what is left when it ends
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"inkdigits: cannot write to standard output: {error.strerror or error}\n")
        sys.exit(1)
