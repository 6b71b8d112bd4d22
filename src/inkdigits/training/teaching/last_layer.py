"""A trained network learns a few digits more and keeps what it knew: its last layer learns, the others stay."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.errors import ModelFileError
from inkdigits.training.data.augmentation import augment
from inkdigits.training.loop.optimization import make_optimizers, schedule, set_learning_rates
from inkdigits.training.loop.seeds import generator
from inkdigits.training.recipes.recipe import Augmentation, Optimisation
from inkdigits.training.tasks.digit_task import Digits, scale

_BATCH = 250  # pictures that are looked at together
_VIEWS, _STEPS, _KNOWN = range(3)  # what is drawn at random, each by a generator of its own


@dataclass(frozen=True, kw_only=True)
class Lesson(Optimisation):
    """How a network is taught; chosen on the validation writers of the hands (experiments/LOG.md, 2026-11-25 and 30).

    Attributes:
        steps: how many; each shows as many new digits as known ones.
        views: how often each new digit is varied at most, besides as it is.
        most_views: of all new digits together: of many, each is varied less often.
        doubt: how little an example counts that stays misread, as one may that is badly written: near 0 not less (cross
            entropy), 1 least (mean absolute error).
        remember: how much it counts to answer known digits as before; to learn new ones counts 1.
        anchor: how much it counts that weights stay where they were: squared distance.
        anchor_without_mnist: the same, where other digits than MNIST's take the place of known ones.
        known: how many known digits there are; they are shown as they are, and varied once.
        emphasis: how many times what was learned counts beside what the page detector and the line model say.
        augmentation: how new digits are varied.

    """

    steps: int = 150
    batch_size: int = 512
    learning_rate: float = 0.02
    rise: float = 0.0
    precision: Literal["float32", "auto"] = "float32"
    views: int = 16
    most_views: int = 4000
    doubt: float = 0.7
    remember: float = 2.0
    anchor: float = 0.0
    anchor_without_mnist: float = 0.01
    known: int = 6000
    emphasis: float = 4.0
    augmentation: Augmentation = field(
        default_factory=lambda: Augmentation(rotation=10, shift=0.06, zoom=0.12, slant=0.15, bend=1.2)
    )

    def views_of(self, new: int) -> int:
        """Return how often each of so many new digits is varied."""
        return max(1, min(self.views, self.most_views // new))

    def looks_at(self, new: int) -> int:
        """Return how many pictures of so many new digits are looked at."""
        return new * (1 + self.views_of(new))


class Pupil:
    """A network that can be taught, again and again from the same beginning.

    All but its last layer stay as they are, so that what they make of a picture, its features, is computed once.

    Args:
        network: an `nn.Sequential`, float32 (N,1,28,28) from 0 to 1 → float32 (N,10) logits; left as it is.
        temperature: what the logits are divided by.
        known: uint8 (M,28,28): pictures that it should go on answering as it does (Z. Li, D. Hoiem, "Learning
            without forgetting", 2016).
        lesson: how it is taught.
        seed: decides what is drawn at random.
        looked: told how many pictures have been looked at.

    Raises:
        ModelFileError: its last layer is not dense.

    """

    def __init__(
        self,
        network: nn.Module,
        temperature: float,
        known: Tensor,
        lesson: Lesson,
        *,
        seed: int = 0,
        looked: Callable[[int], None] = lambda pictures: None,
    ) -> None:
        layers = list(network.children())
        if not isinstance(network, nn.Sequential) or not isinstance(layers[-1], nn.Linear):
            raise ModelFileError("the last layer of this network is not dense", "teach another model")
        self._body, self.untaught, self._temperature = layers[:-1], layers[-1], temperature
        self._lesson, self._seed, self._looked = lesson, seed, looked
        pictures = scale(known.unsqueeze(1))
        varied = augment(pictures, lesson.augmentation, generator(seed, _KNOWN))
        # Varied, they lie nearer to what it could be taught to take for something else.
        self._known = torch.cat([self.features(pictures), self.features(varied)])
        self._answers = self.answers(self.untaught, self._known)

    @torch.no_grad()
    def features(self, pictures: Tensor) -> Tensor:
        """Return what the last layer sees of pictures float32 (N,1,28,28): float32 (N,F)."""
        parts, body = [], nn.Sequential(*self._body).eval()
        for batch in pictures.split(_BATCH):
            parts.append(body(batch))
            self._looked(len(batch))
        return torch.cat(parts)

    def look(self, new: Digits) -> Tensor:
        """Return the features of new digits, as they are and varied: float32 (V,N,F)."""
        pictures, source = scale(new.images), generator(self._seed, _VIEWS)
        count = self._lesson.views_of(len(new))
        varied = [augment(pictures, self._lesson.augmentation, source) for _ in range(count)]
        return torch.stack([self.features(view) for view in (pictures, *varied)])

    def learn(self, seen: Tensor, labels: Tensor) -> nn.Linear:
        """Return a last layer that has learned new digits and answers known ones as before.

        Args:
            seen: float32 (V,N,F), as `look` returns it, or some of its digits.
            labels: int64 (N,).

        """
        lesson, last = self._lesson, copy.deepcopy(self.untaught).train()
        optimizers, half = make_optimizers(lesson, last), lesson.batch_size // 2
        before = self.untaught.weight.detach()
        source = generator(self._seed, _STEPS)
        for step in range(lesson.steps):
            shown, view = _draw_evenly(labels, half, source), torch.randint(len(seen), (half,), generator=source)
            kept = torch.randint(len(self._known), (half,), generator=source)
            learned = _robust_loss(last(seen[view, shown]) / self._temperature, labels[shown], lesson.doubt)
            remembered = functional.cross_entropy(last(self._known[kept]) / self._temperature, self._answers[kept])
            moved = (last.weight - before).square().sum()
            set_learning_rates(optimizers, schedule(lesson, step, lesson.steps))
            for optimizer in optimizers:
                optimizer.zero_grad()
            (learned + lesson.remember * remembered + lesson.anchor * moved).backward()
            for optimizer in optimizers:
                optimizer.step()
        return last.eval()

    @torch.no_grad()
    def answers(self, last: nn.Linear, features: Tensor) -> Tensor:
        """Return the probabilities that a last layer gives, float32 (N,10)."""
        return torch.softmax(last(features) / self._temperature, dim=1)

    def forgotten(self, last: nn.Linear) -> float:
        """Return of how many known pictures a last layer says something else than before, 0 to 1."""
        now = self.answers(last, self._known).argmax(1)
        return float((now != self._answers.argmax(1)).double().mean())

    def taught(self, last: nn.Linear) -> nn.Sequential:
        """Return the whole network with another last layer."""
        return nn.Sequential(*self._body, last).eval()


def _robust_loss(logits: Tensor, labels: Tensor, doubt: float) -> Tensor:
    """Return the generalized cross entropy of Z. Zhang and M. Sabuncu (2018), which misleading examples move little."""
    right = functional.softmax(logits, dim=1).gather(1, labels.unsqueeze(1)).clamp_min(1e-7)  # at 0 it has no slope
    return (1 - right**doubt).mean() / doubt


def _draw_evenly(labels: Tensor, count: int, source: torch.Generator) -> Tensor:
    """Draw so many places of digits, each label as often as any other."""
    often = 1 / torch.bincount(labels, minlength=10)[labels].float()
    return torch.multinomial(often, count, replacement=True, generator=source)
