"""The trials of a sweep, as each leaves them in a folder, and what they say together: a table, a figure, the best."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from inkdigits.files import write_atomically
from inkdigits.training.loop.history import EpochRecord, read_history
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.recipes.recipe_file import read_recipe, write_recipe


@dataclass(frozen=True)
class Trial:
    """One variation of a recipe and how far it came.

    Attributes:
        name: of its folder.
        recipe: what was tried.
        history: one record an epoch, at least one.
        multiply_adds: how many its training took; the same on every machine.

    """

    name: str
    recipe: Recipe
    history: Sequence[EpochRecord]
    multiply_adds: float

    @property
    def accuracy(self) -> float:
        """Accuracy on the validation digits after the last epoch, from 0 to 1."""
        return self.history[-1].validation_accuracy

    @property
    def loss(self) -> float:
        """Mean loss on the validation digits after the last epoch."""
        return self.history[-1].validation_loss

    @property
    def complete(self) -> bool:
        """Whether it went through all epochs: those that promised little were stopped before."""
        return len(self.history) == self.recipe.epochs


def read_trials(folder: Path) -> list[Trial]:
    """Return the trials that have at least one epoch, the best first: complete ones before those that were stopped."""
    trials = [_read_trial(history.parent) for history in folder.glob("*/history.json")]
    return sorted(trials, key=lambda trial: (not trial.complete, -trial.accuracy, trial.loss))


def _read_trial(folder: Path) -> Trial:
    from inkdigits.models.digit_networks import build_model, count_multiply_adds

    recipe, history = read_recipe(folder / "recipe.json"), read_history(folder)
    pictures = sum(record.seconds * record.images_per_second for record in history)
    # a step takes about three times the multiply-adds of an answer
    a_picture = 3 * count_multiply_adds(build_model(recipe.model))
    return Trial(folder.name, recipe, history, pictures * a_picture)


def pareto_front(trials: Sequence[Trial]) -> list[Trial]:
    """Return the complete trials that no other one beats in accuracy without costing more, the cheapest first."""
    front: list[Trial] = []
    for trial in sorted(trials, key=lambda trial: (trial.multiply_adds, -trial.accuracy)):
        if trial.complete and (not front or trial.accuracy > front[-1].accuracy):
            front.append(trial)
    return front


def write_best(path: Path, trials: Sequence[Trial]) -> Path | None:
    """Write the recipe of the best trial, the first, for `inkdigits train --recipe`, if a trial is complete."""
    chosen = next((trial for trial in trials if trial.complete), None)
    if chosen is None:
        return None
    recipe = chosen.recipe
    summary = f"The best of {len(trials)} variations of '{recipe.name}': {chosen.accuracy:.2%} on validation."
    return write_recipe(path, replace(recipe, name=f"{recipe.name}-swept", summary=summary))


def write_table(path: Path, trials: Sequence[Trial]) -> Path:
    """Write one row for each of some trials as CSV."""
    rows = [
        {
            "trial": trial.name,
            "epochs": len(trial.history),
            "complete": int(trial.complete),
            "validation_accuracy": trial.accuracy,
            "validation_loss": trial.loss,
            "multiply_adds": trial.multiply_adds,
            "seconds": round(sum(record.seconds for record in trial.history), 1),
        }
        | {name: getattr(trial.recipe, name) for name in ("model", "batch_size", "learning_rate", "muon_rate")}
        | asdict(trial.recipe.augmentation)
        for trial in trials
    ]
    content = io.StringIO()
    writer = csv.DictWriter(content, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return write_atomically(path, content.getvalue())


def write_figure(path: Path, trials: Sequence[Trial]) -> Path:
    """Draw accuracy against cost, and the Pareto front."""
    from inkdigits.evaluation import figures
    from inkdigits.results.figure import FAINT, GREY, RIGHT, Figure, tidy

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axis = figure.subplots()
    for complete, colour, label in ((False, FAINT, "stopped early"), (True, GREY, "complete")):
        shown = [trial for trial in trials if trial.complete is complete]
        axis.scatter(*_coordinates(shown), color=colour, label=f"{label} ({len(shown)})", zorder=2)
    front = pareto_front(trials)
    axis.step(*_coordinates(front), where="post", color=RIGHT, marker="o", label="Pareto front", zorder=3)
    for trial, place in zip(front, zip(*_coordinates(front), strict=True), strict=True):
        text = f"{trial.recipe.model}, {trial.recipe.batch_size}"
        axis.annotate(text, place, textcoords="offset points", xytext=(5, -12), fontsize=8, color=RIGHT)
    axis.set(xscale="log", xlabel="multiply-adds of the training", ylabel="validation accuracy, %")
    axis.legend(frameon=False, loc="lower right")
    tidy(axis)
    return figures.save(figure, path)


def _coordinates(trials: Sequence[Trial]) -> tuple[list[float], list[float]]:
    """Return the costs of trials and their accuracies in percent."""
    return [trial.multiply_adds for trial in trials], [100 * trial.accuracy for trial in trials]
