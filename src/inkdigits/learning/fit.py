"""The training loop.

Two runs of the same recipe, seed and data on the same machine end in the same weights, also when one of them was
killed and resumed: the order of an epoch depends on (seed, epoch), its augmentation on (seed, epoch, place), and the
generator that dropout draws from is seeded anew each epoch and kept in the checkpoint.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.data import Dataset
from inkdigits.errors import NonFiniteLossError, TrainingInterrupted, printable
from inkdigits.learning.augmentation import augment
from inkdigits.learning.checkpoint import Progress, load_checkpoint, save_checkpoint
from inkdigits.learning.devices import autocast
from inkdigits.learning.history import EpochRecord, Observer, StepReport
from inkdigits.learning.models import build_model
from inkdigits.learning.optimization import learning_rate, make_optimizer
from inkdigits.learning.recipes import Recipe

__all__ = ["Digits", "fit", "predict_logits"]

_CHUNK = 2048  # pictures augmented at once: enough to make it cheap, few enough to stop quickly
_SECONDS_BETWEEN_CHECKPOINTS = 60.0


@dataclass(frozen=True)
class Digits:
    """A data set on the device: images uint8 (N,1,28,28), labels int64 (N,)."""

    images: Tensor
    labels: Tensor

    @classmethod
    def of(cls, dataset: Dataset, device: torch.device) -> Digits:
        """Copy a data set to a device, where it stays for the run."""
        images = torch.from_numpy(dataset.images.copy()).unsqueeze(1)
        return cls(images.to(device), torch.from_numpy(dataset.labels.copy()).to(device))

    def __len__(self) -> int:
        return len(self.labels)


def fit(
    training: Dataset,
    validation: Dataset,
    recipe: Recipe,
    *,
    seed: int,
    device: torch.device,
    checkpoint: Path,
    identity: dict[str, Any],
    resume: bool = False,
    observers: Sequence[Observer] = (),
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[nn.Module, list[EpochRecord]]:
    """Train a network by a recipe.

    Args:
        training: the digits to learn from.
        validation: the digits that each epoch is judged on; nothing is chosen by it.
        recipe: what to do.
        seed: decides the first weights, the order, the augmentation and the dropout.
        device: where to compute.
        checkpoint: the checkpoint file, written after each epoch, each minute, and when stopped.
        identity: what decides the run; a checkpoint of another run is refused.
        resume: go on from the checkpoint.
        observers: who is told how it goes.
        should_stop: asked a few times a second; once true, the run stops with a complete checkpoint.

    Returns:
        the network as the last epoch left it, and one record an epoch.

    Raises:
        NonFiniteLossError: the loss became infinite or not a number; the last good checkpoint is kept.
        TrainingInterrupted: `should_stop` said so.
        CheckpointError: there is nothing to resume from, or it is another run's.
        OutputError: a file cannot be written.

    """
    torch.manual_seed(seed)
    network = build_model(recipe.model).to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
    run = _Run(
        recipe=recipe,
        seed=seed,
        network=network,
        optimizer=make_optimizer(recipe, network),
        digits=Digits.of(training, device),
        checkpoint=checkpoint,
        identity=identity,
        observers=observers,
        should_stop=should_stop,
        progress=Progress(),
    )
    held_out = Digits.of(validation, device)
    if resume:
        run.progress = load_checkpoint(checkpoint, network, run.optimizer, identity)
        run.tell_epoch()
    while run.progress.epoch < recipe.epochs:
        run.train_epoch()
        run.end_epoch(held_out)
    return network.eval(), run.progress.history


@dataclass
class _Run:
    """One run: what it works on, and how far it has come."""

    recipe: Recipe
    seed: int
    network: nn.Module
    optimizer: torch.optim.Optimizer
    digits: Digits
    checkpoint: Path
    identity: dict[str, Any]
    observers: Sequence[Observer]
    should_stop: Callable[[], bool]
    progress: Progress

    def train_epoch(self) -> None:
        """Learn from what is left of the current epoch."""
        self.network.train()
        order = torch.randperm(len(self.digits), generator=_generator(self.seed, self.progress.epoch))
        if self.progress.position == 0:
            torch.manual_seed(_mix(self.seed, self.progress.epoch, -1))  # for dropout
        saved = time.monotonic()
        chunk = self._chunk_size()
        for start in range(self.progress.position, len(order), chunk):
            self._train_chunk(order[start : start + chunk].to(self.digits.labels.device))
            self._tell_step()
            if self.should_stop():
                self.save()
                raise TrainingInterrupted(
                    f"stopped in epoch {self.progress.epoch + 1} of {self.recipe.epochs}; "
                    f"the checkpoint is {printable(self.checkpoint)}",
                    f"go on with: inkdigits train --resume --out {printable(self.checkpoint.parent)}",
                )
            if time.monotonic() - saved > _SECONDS_BETWEEN_CHECKPOINTS:
                self.save()
                saved = time.monotonic()

    def end_epoch(self, held_out: Digits) -> None:
        """Judge the epoch on the validation digits, record it, and save."""
        progress, size = self.progress, len(self.digits)
        logits = predict_logits(self.network, held_out.images)
        progress.history.append(
            EpochRecord(
                epoch=progress.epoch + 1,
                loss=progress.loss_sum / size,
                accuracy=progress.correct / size,
                validation_loss=functional.cross_entropy(logits, held_out.labels).item(),
                validation_accuracy=(logits.argmax(1) == held_out.labels).double().mean().item(),
                learning_rate=self.optimizer.param_groups[0]["lr"],
                seconds=progress.seconds,
                images_per_second=size / max(progress.seconds, 1e-9),
            )
        )
        self.progress = Progress(epoch=progress.epoch + 1, history=progress.history)
        self.save()
        self.tell_epoch()

    def save(self) -> None:
        """Write the checkpoint."""
        save_checkpoint(self.checkpoint, self.network, self.optimizer, self.progress, self.identity)

    def tell_epoch(self) -> None:
        """Tell the observers of the history so far."""
        for observer in self.observers:
            observer.on_epoch(self.progress.history)

    def _train_chunk(self, picked: Tensor) -> None:
        """Learn from some pictures, given by their indices, batch by batch."""
        start, progress = time.perf_counter(), self.progress
        generator = _generator(self.seed, progress.epoch, progress.position)
        images = augment(_scale(self.digits.images[picked]), self.recipe.augmentation, generator)
        labels = self.digits.labels[picked]
        losses, counts = [], []
        for step, (batch, batch_labels) in enumerate(self._batches(images, labels), self._steps_done()):
            self._set_learning_rate(step)
            loss, correct = self._step(batch, batch_labels)
            losses.append(loss)
            counts.append(correct)
        # Looked at once a chunk, since on a GPU each look waits for all that was asked for before.
        batch_losses = torch.stack(losses).double().cpu()
        self._check_finite(batch_losses)
        sizes = torch.tensor([len(batch) for batch in labels.split(self.recipe.batch_size)])
        progress.loss_sum += float((batch_losses * sizes).sum())
        progress.correct += int(torch.stack(counts).sum())
        progress.position += len(picked)
        progress.seconds += time.perf_counter() - start

    def _step(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Take one step; return the batch's mean loss and how many were read right, both still on the device."""
        with autocast(self.recipe.precision, images.device):
            logits = self.network(images)
        loss = functional.cross_entropy(logits.float(), labels, label_smoothing=self.recipe.label_smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def _batches(self, images: Tensor, labels: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        return zip(images.split(self.recipe.batch_size), labels.split(self.recipe.batch_size), strict=True)

    def _chunk_size(self) -> int:
        """Return how many pictures to take at once: whole batches, so that only an epoch's last may be smaller."""
        return max(1, _CHUNK // self.recipe.batch_size) * self.recipe.batch_size

    def _steps_an_epoch(self) -> int:
        return math.ceil(len(self.digits) / self.recipe.batch_size)

    def _steps_done(self) -> int:
        """Return how many steps have been taken since the run began."""
        return self.progress.epoch * self._steps_an_epoch() + self.progress.position // self.recipe.batch_size

    def _set_learning_rate(self, step: int) -> None:
        rate = learning_rate(self.recipe, step, self.recipe.epochs * self._steps_an_epoch())
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def _check_finite(self, batch_losses: Tensor) -> None:
        """Raise NonFiniteLossError, which says where, if a loss is not a finite number."""
        finite = batch_losses.isfinite()
        if finite.all():
            return
        first = int((~finite).nonzero()[0])
        step = self._steps_done() + first
        steps = self._steps_an_epoch()
        rate = learning_rate(self.recipe, step, self.recipe.epochs * steps)
        raise NonFiniteLossError(
            f"the loss became {batch_losses[first].item()} in epoch {self.progress.epoch + 1} at step {step + 1} "
            f"(batch {step % steps + 1} of {steps}, learning rate {rate:.3g})",
            "lower the learning rate or look at that batch; the checkpoint before it is kept",
        )

    def _tell_step(self) -> None:
        progress = self.progress
        report = StepReport(
            epoch=progress.epoch + 1,
            epochs=self.recipe.epochs,
            position=progress.position,
            size=len(self.digits),
            loss=progress.loss_sum / progress.position,
            accuracy=progress.correct / progress.position,
        )
        for observer in self.observers:
            observer.on_step(report)


@torch.no_grad()
def predict_logits(network: nn.Module, images: Tensor, batch_size: int = 1000) -> Tensor:
    """Return float32 (N,10) logits for uint8 (N,1,28,28) pictures, with the network in evaluation mode."""
    network.eval()
    return torch.cat([network(_scale(batch)) for batch in images.split(batch_size)])


def _scale(images: Tensor) -> Tensor:
    """Bring uint8 pictures to float32 from 0 to 1."""
    return images.to(torch.float32).div_(255)


def _mix(*numbers: int) -> int:
    """Return one seed that depends on all the numbers and looks unlike that of any others."""
    entropy = [number % 2**63 for number in numbers]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _generator(*numbers: int) -> torch.Generator:
    """Return a CPU generator seeded with the numbers, so that every device draws the same."""
    return torch.Generator().manual_seed(_mix(*numbers))
