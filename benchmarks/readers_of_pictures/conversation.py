"""What the readers of pictures have in common: they are asked by lines of JSON on stdin, and answer on stdout.

A question is `{"path": ..., "kind": ...}`, an answer `{"text": ..., "status": ..., "seconds": ...}`. The status is "ok"
if the reader would have its reading used without a further look, and null if it says nothing about that. Before the
first question it says its `{"version": ...}`. Only what Python itself brings is imported here, so that a reader can run
in any environment.
"""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable

__all__ = ["converse", "only_digits"]

_DIGITS = frozenset("0123456789")


def converse(version: str, read: Callable[[str, str], tuple[str, str | None]]) -> None:
    """Say the version, then read the picture that each line names, until stdin ends.

    Args:
        version: of the reader.
        read: takes a path and a kind, returns the text and the status. What it raises is an answer too: no text.

    """
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        begin = time.perf_counter()
        try:
            text, status = read(question["path"], question["kind"])
        except Exception as error:  # somebody else's reader may raise anything
            print(f"{question['path']}: {error!r}", file=sys.stderr)
            text, status = "", None
        seconds = time.perf_counter() - begin
        print(json.dumps({"text": text, "status": status, "seconds": seconds}), flush=True)


def only_digits(lines: Iterable[str]) -> str:
    r"""Return the digits of each line, joined by "\n"; a line without any is left away.

    Other forms of digits, such as full-width ones, are brought to 0 to 9; whatever else was read is dropped.
    """
    reduced = ("".join(filter(_DIGITS.__contains__, unicodedata.normalize("NFKC", line))) for line in lines)
    return "\n".join(filter(None, reduced))
