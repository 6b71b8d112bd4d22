"""One run shared by several processes: each takes its share of every batch, and all take the same steps.

Whoever starts the processes, torchrun or Ray, says who is who; torch's own process groups carry what they tell each
other. Batches, order and augmentation are those of a run in one process, whatever the number of processes.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from inkdigits.errors import InkdigitsError, UsageError, argument
from inkdigits.learning.shared_batch_norm import SharedBatchNorm

__all__ = ["ALONE", "BACKENDS", "Share", "Team", "joined"]

BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}  # by the type of the device that computes

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Share:
    """Which pictures of a chunk a process learns from.

    Attributes:
        count: how many pictures the chunk has.
        rows: int64 (n,), the places of its own among them.
        sizes: how many of them belong to each batch of the chunk.
        weights: what the mean loss of each of these counts in the mean of the processes' losses.

    """

    count: int
    rows: Tensor
    sizes: list[int]
    weights: list[float]


@dataclass(frozen=True)
class Team:
    """The processes that share a run, and this one's place among them; a single process is a team as well.

    Attributes:
        size: how many there are.
        rank: which one this is, from 0; the first writes what is to be written.

    """

    size: int = 1
    rank: int = 0

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and talks to people."""
        return self.rank == 0

    def check(self, batch_size: int) -> None:
        """Raise UsageError if a batch has no picture for some of the processes."""
        if self.size > batch_size:
            raise UsageError(
                f"{self.size} processes cannot share batches of {batch_size}",
                f"use fewer, or raise {argument('batch_size')}",
            )

    def share(self, count: int, batch_size: int) -> Share:
        """Return this process' share of a chunk of so many pictures: as even a part of each batch as can be."""
        batches = torch.arange(count).split(batch_size)
        own = [self.part(batch) for batch in batches]
        return Share(
            count,
            torch.cat(own),
            [len(rows) for rows in own],
            [self.size * len(rows) / len(batch) for rows, batch in zip(own, batches, strict=True)],
        )

    def part(self, rows: Tensor) -> Tensor:
        """Return this process' even part of some rows."""
        return rows[len(rows) * self.rank // self.size : len(rows) * (self.rank + 1) // self.size]

    def trainable(self, network: nn.Sequential) -> nn.Module:
        """Return a network that has the same weights and, called and differentiated by all, learns as one."""
        if self.size == 1:
            return network
        layers = [SharedBatchNorm(layer) if isinstance(layer, nn.BatchNorm2d) else layer for layer in network]
        return DistributedDataParallel(nn.Sequential(*layers), gradient_as_bucket_view=True)

    def sum(self, own: Tensor) -> Tensor:
        """Return the sum of all processes' tensors of this shape."""
        if self.size == 1:
            return own
        total = own.clone()
        distributed.all_reduce(total)
        return total

    def gather(self, own: Tensor, rows: Tensor, count: int) -> Tensor:
        """Return the (count,…) tensor of which each process holds some rows."""
        if self.size == 1:
            return own
        whole = own.new_zeros(count, *own.shape[1:])
        whole[rows.to(own.device)] = own
        distributed.all_reduce(whole)
        return whole

    def agree(self, wanted: bool) -> bool:
        """Return whether any process wants something."""
        return bool(self.sum(torch.tensor(int(wanted))))

    def from_leader(self, make: Callable[[], _Result]) -> _Result:
        """Return what the leader makes, everywhere.

        Raises:
            InkdigitsError: the leader could not make it, everywhere.

        """
        if self.size == 1:
            return make()
        made: list[_Result | InkdigitsError | None] = [None]
        if self.leads:
            try:
                made = [make()]
            except InkdigitsError as error:
                made = [error]
        distributed.broadcast_object_list(made)
        if isinstance(made[0], InkdigitsError):
            raise made[0]
        return made[0]  # type: ignore[return-value]


ALONE = Team()


@contextmanager
def joined(device: str = "auto") -> Iterator[Team]:
    """Take this process' place in the team that it was started in, and leave it at the end of the block.

    Args:
        device: where the team computes, as `find_device` takes it.

    """
    if distributed.is_initialized():
        _let_computation_first()
        yield Team(distributed.get_world_size(), distributed.get_rank())
        return
    if not distributed.is_torchelastic_launched():
        yield ALONE
        return
    on_gpu = device.startswith("cuda") or (device == "auto" and torch.cuda.is_available())
    if on_gpu:
        # What "cuda" means from here on: each process of a machine has one of its own.
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    # Functions in there take the group that exists as a default. Imported later, as DistributedDataParallel does, they
    # hold it beyond its end: its threads meet the end of Python, and now and then abort the process.
    importlib.import_module("torch.distributed.nn")
    distributed.init_process_group(BACKENDS["cuda" if on_gpu else "cpu"])
    _let_computation_first()
    try:
        yield Team(distributed.get_world_size(), distributed.get_rank())
    finally:
        distributed.destroy_process_group()


def _let_computation_first() -> None:
    """Have Gloo listen only on cores where nobody computes.

    What another process sends before this one waits for it makes Gloo ask in a loop whether it does. That takes half a
    core from the very process that the others wait for: a fifth to a third of the time of a step on two cores.
    """
    for thread in Path("/proc/self/task").glob("*"):  # which Linux alone has
        with suppress(OSError):  # it has ended
            if (thread / "comm").read_text().strip() == "gloo_tcp_loop":
                os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))
