"""The training loop, one for every task.

Two runs of the same task on the same machine end in the same weights, also when one of them was killed and resumed:
what a task shows depends on its seed and the place alone, and the generator that dropout draws from is seeded anew each
epoch and kept in the checkpoint.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from inkdigits.errors import NonFiniteLossError, TrainingInterrupted, printable
from inkdigits.training.loop.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from inkdigits.training.loop.chunks import threads
from inkdigits.training.loop.devices import autocast, keep_freed_memory
from inkdigits.training.loop.history import EpochRecord, Observer, StepReport
from inkdigits.training.loop.optimization import make_optimizers, schedule, set_learning_rates
from inkdigits.training.loop.seeds import mix
from inkdigits.training.loop.task import Batch, Chunk, Task


def fit(
    task: Task,
    *,
    checkpoint: Path,
    identity: dict[str, Any],
    resume: bool = False,
    observers: Sequence[Observer] = (),
    should_stop: Callable[[], bool] = lambda: False,
    once_stopped: str | None = None,
) -> tuple[nn.Sequential, list[EpochRecord]]:
    """Train a network.

    Args:
        task: the network, what it learns from, and how. Each process of a team calls this function with the same task;
            the first one writes the checkpoint.
        checkpoint: the checkpoint file, written after each epoch, each minute, and when stopped.
        identity: what decides the run; a checkpoint of another run is refused.
        resume: go on from the checkpoint.
        observers: who is told how it goes.
        should_stop: asked a few times a second; once true, the run stops with a complete checkpoint.
        once_stopped: how to go on, for whoever stopped it.

    Returns:
        the network as the last epoch left it, in evaluation mode, and one record an epoch.

    Raises:
        NonFiniteLossError: the loss became infinite or not a number; the last good checkpoint is kept.
        TrainingInterrupted: `should_stop` said so.
        CheckpointError: there is nothing to resume from, or it is another run's.
        OutputError: a file cannot be written.
        UsageError: the team's processes cannot share a batch evenly.

    """
    task.team.check(task.recipe.batch_size)
    keep_freed_memory()
    torch.manual_seed(task.seed)
    run = _Run(task, checkpoint, identity, observers, should_stop, once_stopped)
    if resume:
        run.resume()
    # One is left to whoever prepares the chunks.
    with threads(max(1, torch.get_num_threads() - task.ahead)):
        while run.progress.epoch < len(task.sizes):
            run.train_epoch()
            run.end_epoch()
    return run.network.eval(), run.progress.history


@dataclass
class _Run:
    """One run: what `fit` was given, what it works on, and how far it has come."""

    task: Task
    checkpoint: Path
    identity: dict[str, Any]
    observers: Sequence[Observer]
    should_stop: Callable[[], bool]
    once_stopped: str | None

    def __post_init__(self) -> None:
        task, self.progress = self.task, TrainingState()
        self.network = task.build().to(task.device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
        self.trained = task.team.trainable(self.network)
        self.optimizers = make_optimizers(task.recipe, self.network)

    def resume(self) -> None:
        """Go on from the checkpoint."""
        task = self.task
        self.progress = load_checkpoint(self.checkpoint, self.network, self.optimizers, task, self.identity)
        if not task.team.leads:  # the checkpoint holds the leader's random state
            torch.manual_seed(mix(task.seed, self.progress.epoch, self.progress.position, -1 - task.team.rank))
        self._tell_epoch()

    def train_epoch(self) -> None:
        """Learn from what is left of the current epoch."""
        task, progress = self.task, self.progress
        self.trained.train()
        if progress.position == 0:
            torch.manual_seed(mix(task.seed, progress.epoch, -1 - task.team.rank))  # for dropout
        saved = began = time.perf_counter()
        for chunk in task.chunks(progress.epoch, progress.position):
            self._learn(chunk)
            progress.seconds += time.perf_counter() - began
            self._tell_step()
            if task.team.agree(self.should_stop()):
                self._save()
                raise TrainingInterrupted(
                    f"stopped in epoch {progress.epoch + 1} of {len(task.sizes)}; "
                    f"the checkpoint is {printable(self.checkpoint)}",
                    self.once_stopped,
                )
            if time.perf_counter() - saved > 60.0:  # seconds
                self._save()
                saved = time.perf_counter()
            began = time.perf_counter()

    def end_epoch(self) -> None:
        """Judge the epoch, record it, and save."""
        progress = self.progress
        epoch, size = progress.epoch + 1, self.task.sizes[progress.epoch]
        # Processes' running statistics differ where torch cannot share them: the leader's are kept.
        validation_loss, validation_accuracy = self.task.team.from_leader(lambda: self.task.judge(self.network))
        progress.history.append(
            EpochRecord(
                epoch=epoch,
                loss=progress.loss_sum / size,
                accuracy=progress.correct / size,
                validation_loss=validation_loss,
                validation_accuracy=validation_accuracy,
                learning_rate=self._rate(self._steps(epoch) - 1),
                seconds=progress.seconds,
                images_per_second=size / max(progress.seconds, 1e-9),
            )
        )
        self.progress = TrainingState(epoch=epoch, history=progress.history)
        self._save()
        self._tell_epoch()

    def _learn(self, chunk: Chunk) -> None:
        team, progress = self.task.team, self.progress
        losses, answers = [], []
        for step, batch in enumerate(chunk.batches, self._steps_done()):
            set_learning_rates(self.optimizers, schedule(self.task.recipe, step, self._steps()))
            loss, answer = self._step(batch)
            losses.append(loss)
            answers.append(answer)
        # Looked at once a chunk, since on a GPU each look waits for all that was asked for before.
        sizes = torch.tensor([len(batch.inputs) for batch in chunk.batches])
        batch_losses = team.sum(torch.stack(losses).double().cpu() * sizes)
        self._check_finite(batch_losses)
        progress.loss_sum += float(batch_losses.sum())
        progress.correct += self.task.note(chunk, answers)
        progress.position += chunk.count

    def _step(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Take one step; return the batch's mean loss and the network's answers, both still on the device."""
        recipe = self.task.recipe
        with autocast(recipe.precision, self.task.device):
            answers = self.trained(batch.inputs).float()
        loss = self.task.loss(answers, batch.truth)
        self.network.zero_grad(set_to_none=True)
        loss.backward()
        if recipe.largest_gradient:
            nn.utils.clip_grad_norm_(self.network.parameters(), recipe.largest_gradient)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach(), answers.detach()

    def _steps(self, epochs: int | None = None) -> int:
        """Return how many steps the first so many epochs take, or the whole run; an epoch's last batch may be small."""
        return sum(math.ceil(size / self.task.recipe.batch_size) for size in self.task.sizes[:epochs])

    def _steps_done(self) -> int:
        """Return how many steps have been taken since the run began."""
        return self._steps(self.progress.epoch) + self.progress.position // self.task.recipe.batch_size

    def _rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0 since the run began."""
        return schedule(self.task.recipe, step, self._steps()) * self.task.recipe.learning_rate

    def _check_finite(self, batch_losses: Tensor) -> None:
        """Raise NonFiniteLossError, which says where, if a loss is not a finite number."""
        finite = batch_losses.isfinite()
        if finite.all():
            return
        epoch, first = self.progress.epoch, int((~finite).nonzero()[0])
        step, before = self._steps_done() + first, self._steps(epoch)
        raise NonFiniteLossError(
            f"the loss became {batch_losses[first].item()} in epoch {epoch + 1} at step {step + 1} "
            f"(batch {step - before + 1} of {self._steps(epoch + 1) - before}, learning rate {self._rate(step):.3g})",
            "lower the learning rate or look at that batch; the checkpoint before it is kept",
        )

    def _save(self) -> None:
        if self.task.team.leads:
            save_checkpoint(self.checkpoint, self.network, self.optimizers, self.task, self.progress, self.identity)

    def _tell_epoch(self) -> None:
        for observer in self.observers:
            observer.on_epoch(self.progress.history)

    def _tell_step(self) -> None:
        progress, sizes = self.progress, self.task.sizes
        report = StepReport(
            epoch=progress.epoch + 1,
            epochs=len(sizes),
            position=progress.position,
            size=sizes[progress.epoch],
            seen=sum(sizes[: progress.epoch]) + progress.position,
            total=sum(sizes),
            loss=progress.loss_sum / progress.position,
            accuracy=progress.correct / progress.position,
        )
        for observer in self.observers:
            observer.on_step(report)
