"""Answers each line on stdin with the seconds that one pass over the pictures took."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

__all__ = ["answer", "quickest", "seconds"]


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def quickest(ways: dict[str, Callable[[], object]]) -> str:
    """Return the name of the way that takes least, each tried twice."""
    return min(ways, key=lambda name: min(seconds(ways[name]) for _ in range(2)))


def answer(ways: dict[str, Callable[[], object]], **facts: object) -> None:
    """Say what is offered, then do the way that each line names and print its seconds, until stdin ends."""
    for work in ways.values():
        work()
    print(json.dumps({"ways": list(ways), **facts}), flush=True)
    for line in sys.stdin:
        print(seconds(ways[line.strip()]), flush=True)
