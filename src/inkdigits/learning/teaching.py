"""A trained network learns a few digits more and keeps what it knew."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.learning.augmentation import augment
from inkdigits.learning.digits import Digits, predict_logits, scale
from inkdigits.learning.optimization import make_optimizers, schedule, set_learning_rates
from inkdigits.learning.recipes import Augmentation, Optimisation
from inkdigits.learning.seeds import generator

__all__ = ["Lesson", "teach_network"]


@dataclass(frozen=True, kw_only=True)
class Lesson(Optimisation):
    """How a network is taught; chosen on validation writers (experiments/LOG.md).

    Attributes:
        steps: how many; each shows as many new digits as known ones.
        augmentation: how new digits are varied: strongly, since they are few.

    """

    steps: int = 150
    batch_size: int = 128
    learning_rate: float = 1e-3
    precision: str = "float32"  # type: ignore[assignment]
    augmentation: Augmentation = field(
        default_factory=lambda: Augmentation(rotation=10, shift=0.06, zoom=0.12, slant=0.15, bend=1.2)
    )


def teach_network(
    network: nn.Sequential,
    new: Digits,
    known: Tensor,
    lesson: Lesson,
    *,
    seed: int,
    step_done: Callable[[], None] = lambda: None,
) -> nn.Sequential:
    """Return a copy of a network that has learned new digits and answers known ones as before.

    Batch normalisation keeps the averages that it has: a few digits of one hand are no sample of all.

    Args:
        network: float32 (N,1,28,28) from 0 to 1 → float32 (N,10) logits.
        new: the digits to learn.
        known: uint8 (M,1,28,28), pictures whose answers should stay as they are (Li & Hoiem 2016).
        lesson: how.
        seed: decides what is drawn.
        step_done: called after each step.

    """
    answers = torch.softmax(predict_logits(network, known), dim=1)
    taught = copy.deepcopy(network).eval()
    optimizers = make_optimizers(lesson, taught)
    half = lesson.batch_size // 2
    for step in range(lesson.steps):
        source = generator(seed, step)
        shown = _draw_evenly(new.labels, half, source)
        kept = torch.randint(len(known), (half,), generator=source)
        pictures = augment(scale(new.images[shown]), lesson.augmentation, source)
        logits = taught(torch.cat([pictures, scale(known[kept])]))
        learned = functional.cross_entropy(logits[:half], new.labels[shown])
        remembered = functional.cross_entropy(logits[half:], answers[kept])
        set_learning_rates(optimizers, schedule(lesson, step, lesson.steps))
        for optimizer in optimizers:
            optimizer.zero_grad()
        (learned + remembered).backward()
        for optimizer in optimizers:
            optimizer.step()
        step_done()
    return taught


def _draw_evenly(labels: Tensor, count: int, source: torch.Generator) -> Tensor:
    """Draw so many places of digits, each label as often as any other."""
    often = 1 / torch.bincount(labels, minlength=10)[labels].float()
    return torch.multinomial(often, count, replacement=True, generator=source)
