"""A sweep: many variations of a recipe tried on Ray, those that promise little stopped early.

Ray Tune runs the trials and Optuna's TPE (Bergstra et al. 2011) draws them; ASHA (Li et al. 2020) stops most before
their last epoch. Each trial is a `fit` that keeps its recipe, history and checkpoint in a folder of its own.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import optuna
import ray
from ray import tune
from ray.tune.schedulers import ASHAScheduler
from ray.tune.search.optuna import OptunaSearch

from inkdigits.cluster.ray_cluster import LIVES
from inkdigits.data import Dataset
from inkdigits.errors import CheckpointError, NonFiniteLossError, OutputError, TrainingInterrupted, printable
from inkdigits.files import make_folder, write_atomically
from inkdigits.training.data.training_data import load_source
from inkdigits.training.loop.history import EpochRecord, Observer
from inkdigits.training.recipes.recipe import RECIPES, Augmentation, Recipe
from inkdigits.training.recipes.recipe_file import write_recipe

_SETTINGS = "sweep.json"
_CHECKPOINT = "checkpoint.safetensors"
_WIDTHS = ("convnet-xs", "convnet-s", "convnet-m", "convnet-l")


@dataclass(frozen=True)
class Sweep:
    """What decides a sweep, and its folder, which all nodes must see under the same name.

    Attributes:
        folder: holds `sweep.json`, and a folder for each trial under `trials/`.
        recipe: what is varied.
        trials: how many variations are tried.
        data: each "mnist", "optdigits", or a folder or CSV of your own pictures; they are joined.
        data_dir: where to look for the data first.
        seed: of what is drawn, and of each trial.

    """

    folder: Path
    recipe: Recipe
    trials: int
    data: Sequence[str]
    data_dir: str | None
    seed: int

    @property
    def trials_folder(self) -> Path:
        """Where each trial has its folder."""
        return self.folder / "trials"

    @classmethod
    def begun(cls, folder: Path) -> Sweep:
        """Return the sweep that was begun in a folder, or raise CheckpointError."""
        try:
            values = json.loads((folder / _SETTINGS).read_bytes())
            return cls(folder, **values | {"recipe": Recipe.from_dict(values["recipe"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise CheckpointError(
                f"there is no sweep to go on with in {printable(folder)}", "name the folder of one with --out"
            ) from error

    def run(self, *, threads: int = 1, offline: bool = False, resume: bool = False) -> None:
        """Run the trials, or what is left of them, on the Ray cluster that this process is connected to.

        Args:
            threads: cores of each trial; as many trials run at a time as the cluster has cores for.
            offline: never download.
            resume: go on with the trials that were begun.

        Raises:
            UsageError: the data do not exist.
            DataError: they cannot be used.
            OutputError: the folder cannot be written to, or holds a sweep already and `resume` is not given.
            TrainingInterrupted: Ctrl-C was pressed.

        """
        data = self.data if isinstance(self.data, str) else list(self.data)
        source = load_source(data, None, self.data_dir, offline=offline)
        if not resume:
            self._begin()
        on_gpu = ray.cluster_resources().get("GPU", 0) >= 1
        trial = tune.with_resources(
            tune.with_parameters(_try, sweep=self, digits=(source.training, source.validation), threads=threads),
            {"cpu": threads, "gpu": int(on_gpu)},
        )
        notes = self.folder / "ray"
        if resume and tune.Tuner.can_restore(str(notes / "sweep")):
            tuner = tune.Tuner.restore(str(notes / "sweep"), trial, resume_errored=True)
        else:
            tuner = self._tuner(trial, notes)
        results = tuner.fit()
        each = (results[place] for place in range(len(results)))
        ended = sum(bool(result.error or (result.metrics or {}).get("done")) for result in each)
        if ended < self.trials:
            raise TrainingInterrupted(
                f"stopped after {ended} of {self.trials} trials",
                f"go on with: inkdigits cluster sweep --resume --out {printable(self.folder)}",
            )
        for checkpoint in self.trials_folder.glob(f"*/{_CHECKPOINT}"):
            checkpoint.unlink()  # nobody goes on from it

    def _begin(self) -> None:
        """Make the folder, and note what decides the sweep."""
        settings = self.folder / _SETTINGS
        if settings.exists():
            raise OutputError(
                f"{printable(self.folder)} holds a sweep already",
                "go on with it by --resume, or name another folder with --out",
            )
        make_folder(self.trials_folder)
        deciding = {name: value for name, value in vars(self).items() if name != "folder"}
        write_atomically(settings, json.dumps(deciding | {"recipe": self.recipe.to_dict()}, indent=1) + "\n")

    def _tuner(self, trial: Any, notes: Path) -> Any:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        return tune.Tuner(
            trial,
            param_space=_draw_from(self.recipe),
            tune_config=tune.TuneConfig(
                metric="validation_accuracy",
                mode="max",
                num_samples=self.trials,
                search_alg=OptunaSearch(sampler=optuna.samplers.TPESampler(seed=self.seed)),
                scheduler=ASHAScheduler(
                    time_attr="epoch",
                    max_t=self.recipe.epochs,
                    grace_period=max(1, self.recipe.epochs // 4),  # a trial is left alone for this part of its epochs
                    reduction_factor=3,  # one trial of so many goes on
                ),
            ),
            run_config=tune.RunConfig(
                name="sweep",
                storage_path=str(notes),
                failure_config=tune.FailureConfig(max_failures=LIVES),
                callbacks=[_Spokesman(self.trials)],
                verbose=0,
            ),
        )


def _draw_from(recipe: Recipe) -> dict[str, Any]:
    """Return the distributions, as Ray Tune has them, that the variations of a recipe are drawn from."""
    rate = recipe.learning_rate
    further = 5.0  # from a fifth of the recipe's rate to five times that
    return {
        "learning_rate": tune.loguniform(rate / further, rate * further),
        "batch_size": tune.choice((64, 128, 256, 512)),
        "model": tune.choice(_WIDTHS if recipe.model in _WIDTHS else (recipe.model,)),
        "augmentation": tune.uniform(0.0, 1.5),  # from none at all to so many times the recipe's
    }


def varied(recipe: Recipe, drawn: dict[str, Any]) -> Recipe:
    """Return a recipe with what was drawn for it.

    Args:
        recipe: the recipe that is varied.
        drawn: a value for each key of `_draw_from`; `augmentation` multiplies the recipe's own, or that of 'accurate'
            where it has none, and Muon's learning rate follows the other one.

    """
    own = recipe.augmentation
    amounts = asdict(RECIPES["accurate"].augmentation if own == Augmentation() else own)
    stronger = {name: amount * drawn["augmentation"] for name, amount in amounts.items()}
    stronger["rewritten"] = min(1.0, stronger["rewritten"])
    return replace(
        recipe,
        model=drawn["model"],
        batch_size=drawn["batch_size"],
        learning_rate=drawn["learning_rate"],
        muon_rate=recipe.muon_rate * drawn["learning_rate"] / recipe.learning_rate,
        augmentation=Augmentation(**stronger),
    )


def _try(drawn: dict[str, Any], *, sweep: Sweep, digits: tuple[Dataset, Dataset], threads: int) -> None:
    """Train one variation, in a process of its own, from its checkpoint if it has one."""
    import torch

    from inkdigits.training.loop.devices import find_device
    from inkdigits.training.loop.fit import fit
    from inkdigits.training.loop.history import HistoryFiles
    from inkdigits.training.tasks.digit_task import DigitsTask

    torch.set_num_threads(threads)
    recipe = varied(sweep.recipe, drawn)
    folder = make_folder(sweep.trials_folder / tune.get_context().get_trial_id())
    write_recipe(folder / "recipe.json", recipe)
    checkpoint = folder / _CHECKPOINT
    with suppress(NonFiniteLossError):  # a trial that failed, as some do
        fit(
            DigitsTask(*digits, recipe, seed=sweep.seed, device=find_device()),
            checkpoint=checkpoint,
            identity={"recipe": recipe.to_dict(), "seed": sweep.seed, "data": [split.sha256 for split in digits]},
            resume=checkpoint.exists(),
            observers=[HistoryFiles(folder), _Reporter()],
        )


class _Reporter(Observer):
    """An observer in a trial, who tells Ray Tune of each epoch."""

    def __init__(self) -> None:
        self._told = 0

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        for record in history[self._told :]:
            tune.report({"epoch": record.epoch, "validation_accuracy": record.validation_accuracy})
        self._told = len(history)


class _Spokesman(tune.Callback):
    """Says a line on stderr at the end of each trial."""

    def __init__(self, trials: int) -> None:
        self._trials = trials

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        ended = 1 + sum(other.is_finished() for other in trials if other is not trial)
        accuracy = trial.last_result.get("validation_accuracy")
        reached = "failed" if accuracy is None else f"{accuracy:.2%} after {trial.last_result['epoch']} epochs"
        sys.stderr.write(f"trial {ended} of {self._trials}: {reached}\n")
