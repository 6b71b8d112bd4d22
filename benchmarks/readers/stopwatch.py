"""What the readers have in common: trying ways of reading, and a stopwatch that is asked for by lines on stdin."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

__all__ = ["answer", "quickest", "seconds"]


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def quickest(ways: dict[str, Callable[[], object]]) -> str:
    """Return the name of the way that takes least, each tried twice."""
    return min(ways, key=lambda name: min(seconds(ways[name]) for _ in range(2)))


def answer(ways: dict[str, Callable[[], Any]], **facts: object) -> None:
    """Say what is offered, then do the way that each line names and print its seconds, until stdin ends.

    Args:
        ways: each reads all the pictures and returns their probabilities, (N,10).
        facts: what else is to be said.

    """
    read = {name: "".join(map(str, work().argmax(1).tolist())) for name, work in ways.items()}
    print(json.dumps({"ways": list(ways), "read": read, **facts}), flush=True)
    for line in sys.stdin:
        print(seconds(ways[line.strip()]), flush=True)
