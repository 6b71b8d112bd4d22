"""Training pictures a chunk at a time, prepared ahead by a second thread where the network leaves it a core."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import nn

from inkdigits.models.digit_networks import count_multiply_adds

C = TypeVar("C")


def prepared(starts: range, prepare: Callable[[int], C], *, ahead: bool) -> Iterator[C]:
    """Yield the chunk that begins at each place; `ahead`, a thread of its own prepares each while the last is used."""
    if not ahead:
        yield from map(prepare, starts)
        return
    # torch counts threads apart for each thread that asks: this one computes alone.
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        waiting = [pool.submit(prepare, start) for start in starts[:1]]
        for start in starts[1:]:
            chunk = waiting.pop().result()
            waiting.append(pool.submit(prepare, start))
            yield chunk
        yield from (future.result() for future in waiting)


def leaves_a_core(network: nn.Module, batch_size: int, device: torch.device) -> bool:
    """Return whether a network is too small to use all cores, so that one of them can prepare pictures."""
    # A step of fewer multiply-adds is not quicker with a second thread: what it has to share out is less than the
    # sharing costs. Measured with the notebook's network, 9 million: 1.7 ms with one thread, 2.4 ms with two.
    small = batch_size * count_multiply_adds(network) < 30_000_000
    return device.type == "cpu" and torch.get_num_threads() > 1 and small


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Compute with so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
