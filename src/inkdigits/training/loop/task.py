"""What a training is of: all that differs between one network and another, and `fit` does not know."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from inkdigits.training.loop.distributed import ALONE, Team
from inkdigits.training.recipes.recipe import Optimisation

__all__ = ["Batch", "Chunk", "Task"]


@dataclass(frozen=True)
class Batch:
    """What one step learns from.

    Attributes:
        inputs: float32 (n,…), what the network is given, where it computes.
        truth: what the loss compares its answer with.

    """

    inputs: Tensor
    truth: Any


@dataclass(frozen=True)
class Chunk:
    """Some steps, after which a run looks at what came of them.

    Attributes:
        batches: this process' part of them.
        count: how many samples they hold, all processes together.

    """

    batches: Sequence[Batch]
    count: int


C = TypeVar("C", bound=Chunk)


class Task(ABC, Generic[C]):
    """A network, where its batches come from, its loss, and the figure that is watched.

    Attributes:
        recipe: how the weights are moved.
        seed: decides all chance: the first weights, the samples and the dropout.
        device: where to compute.
        sizes: how many samples each epoch has, all processes together.
        team: the processes that share the run.
        ahead: whether a thread prepares the chunks beside the computation, which leaves it a core.

    """

    recipe: Optimisation
    seed: int
    device: torch.device
    sizes: Sequence[int]
    team: Team = ALONE
    ahead: bool = False

    @abstractmethod
    def build(self) -> nn.Sequential:
        """Return a new network; its weights are drawn from torch's global generator."""

    @abstractmethod
    def chunks(self, epoch: int, position: int) -> Iterator[C]:
        """Yield what is left of an epoch, counted from 0, after so many of its samples; epochs come in turn."""

    @abstractmethod
    def loss(self, answers: Tensor, truth: Any) -> Tensor:
        """Return the mean loss, float32 (), of a batch for float32 answers."""

    @abstractmethod
    def note(self, chunk: C, answers: Sequence[Tensor]) -> int:
        """Take note of what the network answered to each batch; return how many samples the team read right."""

    @abstractmethod
    def judge(self, network: nn.Module) -> tuple[float, float]:
        """Return the mean loss on held-out samples, and the share, 0 to 1, of those that are read right."""

    def state_dict(self) -> dict[str, Tensor]:
        """Return all that a resumed run needs beside network, optimizers and its place."""
        return {}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Take back what `state_dict` returned."""
