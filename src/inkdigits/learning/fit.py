"""The training loop.

Two runs of the same recipe, seed and data on the same machine end in the same weights, also when one of them was
killed and resumed: the order of an epoch depends on (seed, epoch), its augmentation on (seed, epoch, place), and the
generator that dropout draws from is seeded anew each epoch and kept in the checkpoint.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.data import Dataset
from inkdigits.errors import NonFiniteLossError, TrainingInterrupted, printable
from inkdigits.learning.augmentation import augment
from inkdigits.learning.checkpoint import Progress, load_checkpoint, save_checkpoint
from inkdigits.learning.chunks import Chunk, leaves_a_core, one_thread_fewer, prepared
from inkdigits.learning.curriculum import Curriculum
from inkdigits.learning.devices import autocast, keep_freed_memory
from inkdigits.learning.digits import Digits, predict_logits, scale
from inkdigits.learning.distributed import ALONE, Team
from inkdigits.learning.history import EpochRecord, Observer, StepReport
from inkdigits.learning.models import build_model
from inkdigits.learning.optimization import make_optimizers, schedule, set_learning_rates
from inkdigits.learning.recipes import Recipe
from inkdigits.learning.rewriting import rewrite_some
from inkdigits.learning.seeds import generator, mix

__all__ = ["Teacher", "fit"]

# Float32 (N,1,28,28) pictures and the number of the chunk → float32 (N,10) probabilities, on the pictures' device.
Teacher = Callable[[Tensor, int], Tensor]

_CHUNK = 2048  # pictures augmented at once: enough to make it cheap, few enough to stop quickly
_SECONDS_BETWEEN_CHECKPOINTS = 60.0


def fit(
    training: Dataset,
    validation: Dataset,
    recipe: Recipe,
    *,
    seed: int,
    device: torch.device,
    checkpoint: Path,
    identity: dict[str, Any],
    teacher: Teacher | None = None,
    resume: bool = False,
    observers: Sequence[Observer] = (),
    should_stop: Callable[[], bool] = lambda: False,
    team: Team = ALONE,
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
        teacher: answers each augmented picture; a recipe's `teaching` says how much its answers count.
        resume: go on from the checkpoint.
        observers: who is told how it goes.
        should_stop: asked a few times a second; once true, the run stops with a complete checkpoint.
        team: the processes that share the run, each of which calls this function with the same arguments; the first
            one writes the checkpoint.

    Returns:
        the network as the last epoch left it, and one record an epoch.

    Raises:
        NonFiniteLossError: the loss became infinite or not a number; the last good checkpoint is kept.
        TrainingInterrupted: `should_stop` said so.
        CheckpointError: there is nothing to resume from, or it is another run's.
        OutputError: a file cannot be written.
        UsageError: a batch has fewer pictures than the team has processes.

    """
    team.check(recipe.batch_size)
    keep_freed_memory()
    torch.manual_seed(seed)
    network = build_model(recipe.model).to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
    run = _Run(
        recipe=recipe,
        seed=seed,
        network=network,
        trained=team.trainable(network),
        optimizers=make_optimizers(recipe, network),
        curriculum=Curriculum(recipe, len(training), seed),
        digits=Digits.of(training, device),
        teacher=teacher,
        checkpoint=checkpoint,
        identity=identity,
        observers=observers,
        should_stop=should_stop,
        team=team,
        progress=Progress(),
    )
    held_out = Digits.of(validation, device)
    if resume:
        run.progress = load_checkpoint(checkpoint, network, run.optimizers, run.curriculum, identity)
        if not team.leads:  # the checkpoint holds the leader's random state
            torch.manual_seed(mix(seed, run.progress.epoch, run.progress.position, -1 - team.rank))
        run.tell_epoch()
    run.ahead = leaves_a_core(network, recipe.batch_size, device)
    with one_thread_fewer(run.ahead):
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
    trained: nn.Module
    optimizers: list[torch.optim.Optimizer]
    curriculum: Curriculum
    digits: Digits
    teacher: Teacher | None
    checkpoint: Path
    identity: dict[str, Any]
    observers: Sequence[Observer]
    should_stop: Callable[[], bool]
    team: Team
    progress: Progress
    ahead: bool = False

    def train_epoch(self) -> None:
        """Learn from what is left of the current epoch."""
        self.trained.train()
        if self.progress.position == 0:
            self.curriculum.begin_epoch(self.progress.epoch)
            torch.manual_seed(mix(self.seed, self.progress.epoch, -1 - self.team.rank))  # for dropout
        saved, began = time.monotonic(), time.perf_counter()
        starts = range(self.progress.position, len(self.curriculum.order), self._chunk_size())
        for chunk in prepared(starts, self._prepare, ahead=self.ahead):
            self._learn(chunk)
            self.progress.seconds += time.perf_counter() - began
            self._tell_step()
            if self.team.agree(self.should_stop()):
                self.save()
                raise TrainingInterrupted(
                    f"stopped in epoch {self.progress.epoch + 1} of {self.recipe.epochs}; "
                    f"the checkpoint is {printable(self.checkpoint)}",
                    f"go on with: inkdigits train --resume --out {printable(self.checkpoint.parent)}",
                )
            if time.monotonic() - saved > _SECONDS_BETWEEN_CHECKPOINTS:
                self.save()
                saved = time.monotonic()
            began = time.perf_counter()

    def end_epoch(self, held_out: Digits) -> None:
        """Judge the epoch on the validation digits, record it, and save."""
        progress, size = self.progress, len(self.curriculum.order)
        rows = self.team.part(torch.arange(len(held_out)))
        own = predict_logits(self.network, self.team.part(held_out.images))
        logits = self.team.gather(own, rows, len(held_out))
        progress.history.append(
            EpochRecord(
                epoch=progress.epoch + 1,
                loss=progress.loss_sum / size,
                accuracy=progress.correct / size,
                validation_loss=functional.cross_entropy(logits, held_out.labels).item(),
                validation_accuracy=(logits.argmax(1) == held_out.labels).double().mean().item(),
                learning_rate=self.optimizers[0].param_groups[0]["lr"],
                seconds=progress.seconds,
                images_per_second=size / max(progress.seconds, 1e-9),
            )
        )
        self.progress = Progress(epoch=progress.epoch + 1, history=progress.history)
        self.save()
        self.tell_epoch()

    def save(self) -> None:
        """Write the checkpoint."""
        if self.team.leads:
            state = self.network, self.optimizers, self.curriculum, self.progress
            save_checkpoint(self.checkpoint, *state, self.identity)

    def tell_epoch(self) -> None:
        """Tell the observers of the history so far."""
        for observer in self.observers:
            observer.on_epoch(self.progress.history)

    def _prepare(self, start: int) -> Chunk:
        """Return the augmented pictures of the current epoch from a place on, and what to answer to them."""
        picked = self.curriculum.order[start : start + self._chunk_size()]
        share = self.team.share(len(picked), self.recipe.batch_size)
        on_device = picked[share.rows].to(self.digits.labels.device)
        source = generator(self.seed, self.progress.epoch, start)
        variation, labels = self.recipe.augmentation, self.digits.labels[on_device]
        seed = mix(self.seed, self.progress.epoch, start)
        own, strange = rewrite_some(self.digits.images[on_device], labels, variation.rewritten, seed, share)
        images = augment(scale(own), variation, source, share)
        if self.teacher is None:
            return Chunk(picked, share, images, labels, labels)
        answers = self.teacher(images, start // self._chunk_size())
        # Teachers have not seen digits that were written again: there the label alone counts.
        trust = self.recipe.teaching * (~strange).to(answers.dtype)[:, None]
        targets = torch.lerp(functional.one_hot(labels, 10).to(answers.dtype), answers, trust)
        return Chunk(picked, share, images, labels, targets)

    def _learn(self, chunk: Chunk) -> None:
        """Learn from a chunk, batch by batch."""
        share, team, progress = chunk.share, self.team, self.progress
        batches = zip(chunk.images.split(share.sizes), chunk.targets.split(share.sizes), share.weights, strict=True)
        losses, logits = [], []
        for step, (images, targets, weight) in enumerate(batches, self._steps_done()):
            set_learning_rates(self.optimizers, schedule(self.recipe, step, self.curriculum.steps()))
            loss, answers = self._step(images, targets, weight)
            losses.append(loss)
            logits.append(answers)
        # Looked at once a chunk, since on a GPU each look waits for all that was asked for before.
        answers = torch.cat(logits)
        batch_losses = team.sum(torch.stack(losses).double().cpu() * torch.tensor(share.sizes))
        self._check_finite(batch_losses)
        own = functional.cross_entropy(answers, chunk.labels, reduction="none").cpu()
        self.curriculum.record(chunk.picked, team.gather(own, share.rows, share.count))
        progress.loss_sum += float(batch_losses.sum())
        progress.correct += int(team.sum((answers.argmax(1) == chunk.labels).sum()))
        progress.position += len(chunk.picked)

    def _step(self, images: Tensor, targets: Tensor, weight: float) -> tuple[Tensor, Tensor]:
        """Take one step; return the batch's mean loss and its logits, both still on the device."""
        with autocast(self.recipe.precision, images.device):
            logits = self.trained(images).float()
        # A small last batch may leave a process without a picture.
        loss = (
            functional.cross_entropy(logits, targets, label_smoothing=self.recipe.label_smoothing)
            if len(targets)
            else logits.sum()
        )
        self.network.zero_grad(set_to_none=True)
        (loss * weight).backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach(), logits.detach()

    def _chunk_size(self) -> int:
        """Return how many pictures to take at once: whole batches, so that only an epoch's last may be smaller."""
        return max(1, _CHUNK // self.recipe.batch_size) * self.recipe.batch_size

    def _steps_done(self) -> int:
        """Return how many steps have been taken since the run began."""
        return self.curriculum.steps(self.progress.epoch) + self.progress.position // self.recipe.batch_size

    def _check_finite(self, batch_losses: Tensor) -> None:
        """Raise NonFiniteLossError, which says where, if a loss is not a finite number."""
        finite = batch_losses.isfinite()
        if finite.all():
            return
        first = int((~finite).nonzero()[0])
        batch = self.progress.position // self.recipe.batch_size + first
        step = self._steps_done() + first
        rate = self.recipe.learning_rate * schedule(self.recipe, step, self.curriculum.steps())
        raise NonFiniteLossError(
            f"the loss became {batch_losses[first].item()} in epoch {self.progress.epoch + 1} at step {step + 1} "
            f"(batch {batch + 1} of {self.curriculum.steps_of(len(self.curriculum.order))}, learning rate {rate:.3g})",
            "lower the learning rate or look at that batch; the checkpoint before it is kept",
        )

    def _tell_step(self) -> None:
        progress = self.progress
        report = StepReport(
            epoch=progress.epoch + 1,
            epochs=self.recipe.epochs,
            position=progress.position,
            size=len(self.curriculum.order),
            seen=sum(self.curriculum.sizes[: progress.epoch]) + progress.position,
            total=sum(self.curriculum.sizes),
            loss=progress.loss_sum / progress.position,
            accuracy=progress.correct / progress.position,
        )
        for observer in self.observers:
            observer.on_step(report)
