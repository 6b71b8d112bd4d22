"""What a training is of: all that differs between one network and another, and `fit` does not know."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from inkdigits.training.loop.distributed import ALONE, Team
from inkdigits.training.recipes.recipe import Optimisation


@dataclass(frozen=True)
class Batch:
    """What one step learns from."""

    inputs: Tensor  # float32 (n,…), what the network is given, where it computes
    truth: Any  # what the loss compares its answer with


@dataclass(frozen=True)
class Chunk:
    """Some steps, after which a run looks at what came of them."""

    batches: Sequence[Batch]  # this process' part of them
    count: int  # how many samples they hold, all processes together
    about: Any = None  # what the task wants to know of them again


class Task(ABC):
    """A network, where its batches come from, its loss, and the figure that is watched."""

    recipe: Optimisation  # how the weights are moved
    seed: int  # decides all chance: the first weights, the samples and the dropout
    device: torch.device  # where to compute
    sizes: Sequence[int]  # how many samples each epoch has, all processes together
    team: Team = ALONE  # the processes that share the run
    ahead: bool = False  # whether a thread prepares the chunks beside the computation, which leaves it a core

    @abstractmethod
    def build(self) -> nn.Sequential:
        """Return a new network; its weights are drawn from torch's global generator."""

    @abstractmethod
    def chunks(self, epoch: int, position: int) -> Iterator[Chunk]:
        """Yield what is left of an epoch, counted from 0, after so many of its samples; epochs come in turn."""

    @abstractmethod
    def loss(self, answers: Tensor, truth: Any) -> Tensor:
        """Return the mean loss, float32 (), of a batch for float32 answers."""

    @abstractmethod
    def note(self, chunk: Chunk, answers: Sequence[Tensor]) -> int:
        """Take note of what the network answered to each batch; return how many samples the team read right."""

    @abstractmethod
    def judge(self, network: nn.Module) -> tuple[float, float]:
        """Return the mean loss on held-out samples, and the share, 0 to 1, of those that are read right."""

    def state_dict(self) -> dict[str, Tensor]:
        """Return all that a resumed run needs beside network, optimizers and its place."""
        return {}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Take back what `state_dict` returned."""
        return
