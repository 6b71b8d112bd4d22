"""The standard streams, where they are closed or full: one line and exit code 1, as for any other file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["explained_output", "replace_closed_streams"]


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
