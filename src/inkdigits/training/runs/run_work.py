"""The work of a whole run: fit, calibrate, write the model file and its figures."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from inkdigits.errors import ModelFileError, call, printable
from inkdigits.files import write_atomically
from inkdigits.models.onnx_file import DigitModel, check_parity, read_model, write_model
from inkdigits.reading.model_file import ModelInfo
from inkdigits.synthesis.writers import Hands
from inkdigits.training.data.training_data import TrainingData, describe
from inkdigits.training.loop.distributed import Team
from inkdigits.training.loop.fit import fit
from inkdigits.training.loop.history import EpochRecord, History, HistoryFiles, Observer, TensorBoardLog
from inkdigits.training.loop.stopping import stopping_on_signals
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.runs.run_folder import RunFolder
from inkdigits.training.runs.trained_run import TrainedRun
from inkdigits.training.tasks.digit_task import Digits, DigitsTask, predict_logits
from inkdigits.training.tasks.teachers import describe_model, taking_turns
from inkdigits.version import __version__

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """One run, and all that it takes."""

    run: RunFolder  # where it leaves what comes of it
    config: dict[str, Any]  # what stands in the run's config.json
    source: TrainingData  # what it learns from
    hands: Hands | None  # who write digits again, where the recipe has that
    device: torch.device  # where to compute
    observers: Sequence[Observer]  # who is told how it goes
    team: Team  # the processes that share the run
    network: nn.Sequential | None  # what learns, in the place of the recipe's

    def finish(self, *, resume: bool, should_stop: Callable[[], bool] | None = None) -> TrainedRun:
        """Fit, and write all that a complete run leaves; the team's leader writes, and the others wait for it."""
        run, config, recipe = self.run, self.config, Recipe.from_dict(self.config["recipe"])
        training, validation = self.source.training, self.source.validation
        hands = self.hands
        sources = hands.sources if hands else (training.name,)
        if hands and hands.absent and self.team.leads:
            _log.warning("%s", hands.absent)
        teachers = [teacher["path"] for teacher in config["teachers"]]
        identity = {
            "recipe": recipe.to_dict(),
            "seed": config["seed"],
            "training": training.sha256,
            "validation": validation.sha256,
            "teachers": [describe_model(model)["sha256"] for model in teachers],
            "hands": list(sources),
        }
        identity |= ({} if self.network is None else {"network": config["network"]}) | self._from
        observers = [HistoryFiles(run.path), TensorBoardLog(run.path), *self.observers]
        how: dict[str, Any] = {"seed": config["seed"], "device": self.device, "team": self.team}
        how |= {"teacher": taking_turns(teachers), "hands": hands, "network": self.network or self._base(resume=resume)}
        with run.locked() if self.team.leads else nullcontext(), stopping_on_signals() as asked_to:
            network, history = fit(
                DigitsTask(training, validation, recipe, **how),
                checkpoint=run.checkpoint_file,
                identity=identity,
                resume=resume,
                observers=observers if self.team.leads else [],
                should_stop=should_stop or asked_to,
                once_stopped=f"go on with: {call('train', resume=True, out=str(run.path))}",
            )
        metrics = self.team.from_leader(lambda: self._record(network, recipe, history, sources))
        few = 1000  # digits, with which a run that begins from nothing may stay near chance
        if len(training) < few and self.network is None and self.team.leads:
            advice = "'inkdigits teach', in Python inkdigits.teach, is made for so few"
            _log.warning("%d digits are few to train with: %s", len(training), advice)
        return TrainedRun(run.path, run.model_file, recipe, History(history), metrics)

    @property
    def _from(self) -> dict[str, str]:
        """Which model's weights the run goes on from, if it does; runs of older versions say nothing of it."""
        base = self.config.get("base")
        return {"base": base["sha256"]} if base else {}

    def _base(self, *, resume: bool) -> nn.Sequential | None:
        """Return the network that the run goes on from, unless it stands in a checkpoint by now.

        ModelFileError says that its file is gone, or another one.
        """
        if not self._from or resume:
            return None
        path = self.config["base"]["path"]
        if describe_model(path)["sha256"] != self._from["base"]:
            raise ModelFileError(f"{printable(path)} is another model than when this run was begun", "begin a new run")
        return nn.Sequential(*read_model(path)[0].network.children())

    def _record(
        self, network: nn.Module, recipe: Recipe, history: Sequence[EpochRecord], sources: Sequence[str]
    ) -> dict[str, Any]:
        """Write the curves, the model file and the figures; return the figures."""
        from inkdigits.evaluation import charts, figures

        figures.save(charts.learning_curves(History(history).rows()), self.run.learning_curve_file)
        metrics = self._export(network, recipe, sources)
        metrics["training_seconds"] = sum(record.seconds for record in history)
        write_atomically(self.run.metrics_file, json.dumps(metrics, indent=1) + "\n")
        return metrics

    def _export(self, network: nn.Module, recipe: Recipe, sources: Sequence[str]) -> dict[str, Any]:
        """Calibrate on the validation digits, write the model file, check it, and return its figures."""
        from inkdigits.evaluation.calibration import fit_temperature, reject_threshold
        from inkdigits.evaluation.digit_evaluation import Evaluation

        begin, validation, seed = time.perf_counter(), self.source.validation, self.config["seed"]
        held_out = Digits.of(validation, next(network.parameters()).device)
        logits = predict_logits(network, held_out.images).cpu()
        temperature = fit_temperature(logits.numpy(), validation.labels)
        probabilities = torch.softmax(logits / temperature, dim=1).numpy()
        name = f"{recipe.name}-{seed}"
        figures = Evaluation(
            probabilities,
            validation.labels,
            model=name,
            data=validation.name,
            split=validation.split,
            seconds=time.perf_counter() - begin,
        ).to_dict()
        own = self.network is not None
        info = ModelInfo(
            name=name,
            recipe=recipe.to_dict() | ({"model": None} if own else {}),
            data=describe(self.source.training) | {"hands": list(sources)} | self._from,
            metrics={validation.split: {key: figures[key] for key in ("n", "correct", "accuracy", "loss", "ece")}},
            temperature=temperature,
            reject_threshold=reject_threshold(probabilities, validation.labels),
            seed=seed,
            version=__version__,
        )
        model = DigitModel(network.cpu(), temperature)
        write_model(model, info, self.run.model_file, own=own)
        return {
            "validation": figures,
            "temperature": temperature,
            "reject_threshold": info.reject_threshold,
            "parity": check_parity(model, self.run.model_file, validation.images[:1000]),
        }
