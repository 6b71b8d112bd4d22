"""The task of digits on 28×28: what a network learns from them, and what it says about them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.data import Dataset
from inkdigits.models.digit_networks import build_model
from inkdigits.synthesis.writers import Hands
from inkdigits.training.data.augmentation import augment, rewrite_some
from inkdigits.training.loop.chunks import leaves_a_core, prepared
from inkdigits.training.loop.distributed import ALONE, Team
from inkdigits.training.loop.seeds import generator, mix
from inkdigits.training.loop.task import Batch, Chunk, Task
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.tasks.curriculum import Curriculum

# Float32 (N,1,28,28) pictures and the number of the chunk → float32 (N,10) probabilities, on the pictures' device.
Teacher = Callable[[Tensor, int], Tensor]

_CHUNK = 2048  # pictures augmented at once: enough to make it cheap, few enough to stop quickly


@dataclass(frozen=True)
class Digits:
    """A data set on the device: images uint8 (N,1,28,28), labels int64 (N,)."""

    images: Tensor
    labels: Tensor

    @classmethod
    def of(cls, dataset: Dataset, device: torch.device) -> Digits:
        """Bring a data set to a device, where it stays for the run; on a CPU the pictures are not copied."""
        with warnings.catch_warnings():
            # Data sets are read-only, for which torch has no word; nothing here writes to them.
            warnings.simplefilter("ignore", UserWarning)
            images, labels = torch.from_numpy(dataset.images), torch.from_numpy(dataset.labels)
        return cls(images.unsqueeze(1).to(device), labels.to(device))

    def __len__(self) -> int:
        return len(self.labels)


@torch.no_grad()
def predict_logits(network: nn.Module, images: Tensor) -> Tensor:
    """Return float32 (N,10) logits for uint8 (N,1,28,28) pictures, with the network in evaluation mode."""
    network.eval()
    return torch.cat([network(scale(batch)) for batch in images.split(1000)])


def scale(images: Tensor) -> Tensor:
    """Bring uint8 pictures to float32 from 0 to 1."""
    return images.to(torch.float32).div_(255)


class DigitsTask(Task):
    """Labelled digits, shown in epochs, augmented and written again: cross-entropy, accuracy.

    The order of an epoch depends on (seed, epoch), and its augmentation on (seed, epoch, place, process). Each epoch is
    judged on the validation digits, by which nothing is chosen. A teacher answers each augmented picture; `hands` write
    what the recipe has written again, the training digits with other pens if not given; `network` learns in the place
    of the recipe's.
    """

    recipe: Recipe

    def __init__(
        self,
        training: Dataset,
        validation: Dataset,
        recipe: Recipe,
        *,
        seed: int,
        device: torch.device,
        teacher: Teacher | None = None,
        hands: Hands | None = None,
        network: nn.Sequential | None = None,
        team: Team = ALONE,
    ) -> None:
        self._network = network
        self.recipe, self.seed, self.device, self.team = recipe, seed, device, team
        self._teacher, self._hands = teacher, hands or Hands(training)
        self._digits, self._held_out = Digits.of(training, device), Digits.of(validation, device)
        self._curriculum = Curriculum(recipe, len(training), seed)
        self.sizes = [size // team.size * team.size for size in self._curriculum.sizes]
        self.ahead = leaves_a_core(self.build(), recipe.batch_size, device)

    def build(self) -> nn.Sequential:
        """Return the recipe's network, or the one that was given."""
        return self._network or build_model(self.recipe.model)

    def chunks(self, epoch: int, position: int) -> Iterator[Chunk]:
        """Yield augmented pictures in the epoch's order: whole batches, so that only its last may be smaller."""
        if position == 0:
            self._curriculum.begin_epoch(epoch)
        size = max(1, _CHUNK // self.recipe.batch_size) * self.recipe.batch_size
        starts = range(position, self.sizes[epoch], size)
        return prepared(starts, partial(self._prepare, epoch, size), ahead=self.ahead)

    def loss(self, answers: Tensor, truth: Tensor) -> Tensor:
        """Return the cross-entropy of logits with labels, int64 (n,), or probabilities, float32 (n,10)."""
        return functional.cross_entropy(answers, truth, label_smoothing=self.recipe.label_smoothing)

    def note(self, chunk: Chunk, answers: Sequence[Tensor]) -> int:
        """Remember how well the network knew each picture; return how many it read right."""
        picked, labels = chunk.about
        logits = torch.cat([*answers])
        own = functional.cross_entropy(logits, labels, reduction="none").cpu()
        self._curriculum.losses[picked] = self.team.gather(own)
        return int(self.team.sum((logits.argmax(1) == labels).sum()))

    def judge(self, network: nn.Module) -> tuple[float, float]:
        """Return the mean loss on the validation digits, and the accuracy."""
        logits, labels = predict_logits(network, self._held_out.images), self._held_out.labels
        right = (logits.argmax(1) == labels).double().mean()
        return functional.cross_entropy(logits, labels).item(), right.item()

    def state_dict(self) -> dict[str, Tensor]:
        """Return the current epoch's order, and what the curriculum remembers of each picture."""
        return self._curriculum.state_dict()

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Take back what `state_dict` returned."""
        self._curriculum.load_state_dict(state)

    def _prepare(self, epoch: int, size: int, start: int) -> Chunk:
        """Return the augmented pictures of an epoch from a place on, and what to answer to them.

        They are about int64 (N,), the indices of all processes' pictures, and int64 (n,), the labels of its own.
        """
        picked = self._curriculum.order[start : min(start + size, self.sizes[epoch])]
        on_device = self.team.part(picked).to(self.device)
        # The place of no other chunk: a batch has a place for each process.
        chance = (self.seed, epoch, start + self.team.rank)
        variation = self.recipe.augmentation
        own, labels = self._digits.images[on_device], self._digits.labels[on_device]
        own, is_rewritten = rewrite_some(own, labels, variation.rewritten, mix(*chance), self._hands)
        images = augment(scale(own), variation, generator(*chance))
        targets = self._targets(images, labels, is_rewritten, start // size)
        batch_size = self.recipe.batch_size // self.team.size
        parts = zip(images.split(batch_size), targets.split(batch_size), strict=True)
        return Chunk([Batch(*part) for part in parts], len(picked), (picked, labels))

    def _targets(self, images: Tensor, labels: Tensor, is_rewritten: Tensor, chunk: int) -> Tensor:
        """Return what the network should answer: the labels, or mixed with what a teacher says."""
        if self._teacher is None:
            return labels
        answers = self._teacher(images, chunk)
        # Teachers have not seen digits that were written again: there the label alone counts.
        trust = self.recipe.teaching * (~is_rewritten).to(answers.dtype)[:, None]
        return torch.lerp(functional.one_hot(labels, 10).to(answers.dtype), answers, trust)
