"""Samples that are synthesised as training goes, of which none comes twice."""

from __future__ import annotations

import itertools
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from inkdigits.training.loop.task import Batch, Chunk, Task
from inkdigits.training.recipes.stream_recipes import StreamRecipe

Sample = TypeVar("Sample")
Truth = TypeVar("Truth")


class SampleStream(Dataset[list[Truth]], ABC, Generic[Sample, Truth]):
    """Batches of synthesised samples; each group of them depends on the seed and its number alone.

    What writes a sample from a source of chance must be picklable.
    """

    batches_a_group: int
    batches_a_sample = 1  # how many batches of a group each sample is in

    def __init__(self, write: Callable[[np.random.Generator], Sample], *, batch_size: int, seed: int) -> None:
        self._write, self._batch_size, self._seed = write, batch_size, seed

    def __getitem__(self, number: int) -> list[Truth]:
        """Return the batches of a group."""
        rng = np.random.default_rng((self._seed, number))
        count = self.batches_a_group // self.batches_a_sample * self._batch_size
        return self.collate([self._write(rng) for _ in range(count)], rng)

    @abstractmethod
    def collate(self, samples: list[Sample], rng: np.random.Generator) -> list[Truth]:
        """Return a group's samples as batches."""

    def batches(self, first: int, last: int, *, workers: int = 0) -> Iterator[Truth]:
        """Yield the batches from one number up to another, made ahead by so many processes, or by this one.

        They are the same for any number of processes.
        """
        size = self.batches_a_group
        loader: DataLoader[Any] = DataLoader(
            self,
            batch_size=None,
            sampler=range(first // size, -(-last // size)),
            num_workers=workers,
            worker_init_fn=_begin_worker,
            # Forked, a process could wait for ever for threads of OpenCV's that only its parent has.
            multiprocessing_context="spawn" if workers else None,
        )
        yield from itertools.islice(itertools.chain.from_iterable(loader), first % size, first % size + last - first)


def _begin_worker(number: int) -> None:
    """Leave the other cores alone, and Ctrl-C, which reaches all processes at once, to the one that trains."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class StreamTask(Task, Generic[Truth]):
    """Synthesised samples, so many steps of which count as an epoch, which is judged on the same batches each time.

    The seed decides the first weights; the stream has its own. So many workers, processes, make samples ahead; without
    any, they are made between the steps.
    """

    recipe: StreamRecipe

    def __init__(
        self,
        recipe: StreamRecipe,
        stream: SampleStream[Any, Truth],
        validation: Sequence[Truth],
        *,
        seed: int,
        device: torch.device,
        workers: int = 1,
    ) -> None:
        self.recipe, self.seed, self.device = recipe, seed, device
        self._stream, self._validation, self._workers = stream, validation, workers
        self._coming: Iterator[Truth] | None = None
        starts = range(0, recipe.steps, recipe.every)
        self.sizes = [recipe.batch_size * min(recipe.every, recipe.steps - start) for start in starts]

    def chunks(self, epoch: int, position: int) -> Iterator[Chunk]:
        """Yield a few batches at a time; the processes that make them go on from one epoch to the next."""
        size = self.recipe.batch_size
        begin, end = (sum(self.sizes[:epoch]) + position) // size, sum(self.sizes[: epoch + 1]) // size
        if self._coming is None:
            self._coming = self._stream.batches(begin, self.recipe.steps, workers=self._workers)
        chunk = 4  # steps of a second or so between two looks at whether to stop
        for start in range(begin, end, chunk):
            count = min(chunk, end - start)
            batches = [self.batch(truth) for truth in itertools.islice(self._coming, count)]
            yield Chunk(batches, count * size)

    def judge(self, network: nn.Module) -> tuple[float, float]:
        """Return the mean loss on the validation samples, and the share that is read right."""
        network.eval()
        loss, right, count = 0.0, 0, 0
        with torch.no_grad():
            for batch in map(self.batch, self._validation):
                answers, size = network(batch.inputs), len(batch.inputs)
                loss += self.loss(answers, batch.truth).item() * size
                right += self.count_right(answers, batch.truth)
                count += size
        return loss / count, right / count

    def note(self, chunk: Chunk, answers: Sequence[Tensor]) -> int:
        """Return how many samples the network read right."""
        return sum(self.count_right(answer, batch.truth) for answer, batch in zip(answers, chunk.batches, strict=True))

    def batch(self, truth: Truth) -> Batch:
        """Return what the network is given, and what it should answer, where it computes."""
        here = type(truth)(*(tensor.to(self.device) for tensor in vars(truth).values()))
        return Batch(self.inputs(here).unsqueeze(1).contiguous(memory_format=torch.channels_last), here)

    @abstractmethod
    def inputs(self, truth: Truth) -> Tensor:
        """Return what the network is given, float32 (N,H,W)."""

    @abstractmethod
    def count_right(self, answers: Tensor, truth: Truth) -> int:
        """Return how many samples of a batch the network read right, by its answers."""
