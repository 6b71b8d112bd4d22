"""One run shared by several processes: each takes an even part of every batch, and all take the same steps.

Torch's DistributedDataParallel averages their gradients. Whoever starts the processes, torchrun or Ray, says which is
which.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from inkdigits.errors import InkdigitsError, UsageError, argument

BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}  # by the type of the device that computes

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Team:
    """The processes that share a run, and this one's place among them; a single process is a team as well."""

    size: int = 1  # how many there are
    rank: int = 0  # which one this is, from 0; the first writes what is to be written

    @property
    def leads(self) -> bool:
        """Whether this process writes the files and talks to people."""
        return self.rank == 0

    def check(self, batch_size: int) -> None:
        """Raise UsageError if the processes cannot share a batch evenly."""
        if batch_size % self.size:
            even = [size for size in range(1, self.size) if not batch_size % size]
            raise UsageError(
                f"{self.size} processes cannot share batches of {batch_size} evenly",
                f"use {even[-1]}, or another {argument('batch_size')}",
            )

    def part(self, rows: Tensor) -> Tensor:
        """Return this process' part of some rows, as many as of each other; at most `size` - 1 are nobody's."""
        return rows[: len(rows) // self.size * self.size][self.rank :: self.size]

    def trainable(self, network: nn.Sequential) -> nn.Module:
        """Return a network with the same weights which, differentiated by all, has the mean of all gradients.

        On GPUs batch normalisation takes the mean and variance of all processes' parts of a batch; on CPUs, where torch
        has no such layer, each process' own.
        """
        if self.size == 1:
            return network
        shared: nn.Module = nn.Sequential(*network)
        if next(network.parameters()).is_cuda:
            shared = nn.SyncBatchNorm.convert_sync_batchnorm(shared)
        return DistributedDataParallel(shared, broadcast_buffers=False, gradient_as_bucket_view=True)

    def sum(self, own: Tensor) -> Tensor:
        """Return the sum of all processes' tensors of this shape."""
        if self.size == 1:
            return own
        total = own.clone()
        distributed.all_reduce(total)
        return total

    def gather(self, own: Tensor) -> Tensor:
        """Return the rows of which each process holds its `part`."""
        if self.size == 1:
            return own
        parts = [torch.empty_like(own) for _ in range(self.size)]
        distributed.all_gather(parts, own)
        return torch.stack(parts, dim=1).flatten(0, 1)

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

    Where the team computes is told as to `find_device`.
    """
    if distributed.is_initialized():
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
    try:
        yield Team(distributed.get_world_size(), distributed.get_rank())
    finally:
        distributed.destroy_process_group()
