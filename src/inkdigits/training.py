"""A whole training run: data, fit, calibration, the model file and its figures, in a run folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import inkdigits
from inkdigits.data import DATASETS, Dataset, load_dataset
from inkdigits.errors import UsageError, printable
from inkdigits.extras import require
from inkdigits.files import write_atomically
from inkdigits.learning.recipes import Recipe, find_recipe

if TYPE_CHECKING:
    import torch

    from inkdigits.learning.distributed import Team
    from inkdigits.learning.history import EpochRecord, Observer
    from inkdigits.learning.runs import RunFolder

__all__ = ["TrainedRun", "load_splits", "resume_training", "train"]

_FEATURE = "Training"


@dataclass(frozen=True)
class TrainedRun:
    """What a complete run leaves.

    Attributes:
        folder: the run folder.
        model: the model file in it.
        recipe: what was done.
        history: one record an epoch.
        metrics: what stands in metrics.json.

    """

    folder: Path
    model: Path
    recipe: Recipe
    history: list[EpochRecord]
    metrics: dict[str, Any]

    @classmethod
    def of(cls, run: RunFolder) -> TrainedRun:
        """Return what lies in the folder of a complete run."""
        from inkdigits.learning.history import read_history

        recipe = Recipe.from_dict(run.read_config()["recipe"])
        metrics = json.loads(run.metrics_file.read_bytes())
        return cls(run.path, run.model_file, recipe, read_history(run.path), metrics)


def train(
    recipe: str | Recipe = "fast",
    data: str | Path = "mnist",
    *,
    out: str | Path | None = None,
    seed: int = 0,
    epochs: int | None = None,
    batch_size: int | None = None,
    teachers: Sequence[str | Path] = (),
    device: str = "auto",
    data_dir: str | Path | None = None,
    offline: bool = False,
    observers: Sequence[Observer] = (),
    team: Team | None = None,
    elsewhere: Callable[[RunFolder], TrainedRun] | None = None,
) -> TrainedRun:
    """Train a model and write its run folder. The test digits are not touched.

    Args:
        recipe: the name of a recipe, or one of your own.
        data: "mnist", "optdigits", or a folder or CSV of your own pictures.
        out: the run folder; `runs/<recipe>-<time>` if not given.
        seed: decides everything that is drawn at random.
        epochs: instead of the recipe's.
        batch_size: instead of the recipe's.
        teachers: model files or run folders; the network learns their answers to the augmented pictures as well as
            the labels, by the recipe's `teaching`.
        device: "auto", "cpu", "cuda", ….
        data_dir: where to look for the data first.
        offline: never download.
        observers: who is told how it goes.
        team: the processes that share the run, each of which calls this function; only this one if not given.
        elsewhere: trains a run that was begun here, and returns what came of it, in place of this process.

    Raises:
        MissingExtraError: torch or another part of `inkdigits[train]` is not installed.
        UsageError: the recipe, data or device does not exist.
        DataError: the data cannot be used.
        TrainingError: training cannot go on; see `errors`.
        OutputError: a file cannot be written.

    """
    require("train", _FEATURE)
    from inkdigits.learning.devices import find_device
    from inkdigits.learning.distributed import ALONE
    from inkdigits.learning.runs import create_run, provenance
    from inkdigits.learning.teachers import describe_teacher

    team = team or ALONE
    chosen = (find_recipe(recipe) if isinstance(recipe, str) else recipe).with_changes(
        epochs=epochs, batch_size=batch_size
    )
    if teachers and not chosen.teaching:
        raise UsageError(f"the recipe '{chosen.name}' does not learn from teachers", "try --recipe compact")
    if elsewhere is None:
        find_device(device)
    training, validation = load_splits(data, data_dir, offline=offline)
    config = {
        "recipe": chosen.to_dict(),
        "seed": seed,
        "device": device,
        "data": {
            "name": str(data) if str(data) in DATASETS else str(Path(data).resolve()),
            "data_dir": None if data_dir is None else str(Path(data_dir).resolve()),
            "training": _describe(training),
            "validation": _describe(validation),
        },
        "teachers": [describe_teacher(model) for model in teachers],
    }
    run = team.from_leader(lambda: create_run(out, config | provenance()))
    if elsewhere is not None:
        return elsewhere(run)
    return _train_in(run, config, training, validation, find_device(device), observers, team, resume=False)


def resume_training(
    folder: str | Path,
    *,
    device: str | None = None,
    offline: bool = False,
    observers: Sequence[Observer] = (),
    should_stop: Callable[[], bool] | None = None,
    team: Team | None = None,
) -> TrainedRun:
    """Go on with a run that was stopped, from its last checkpoint, to the same end as if it had not been.

    Args:
        folder: the run folder.
        device: instead of the one that the run was started on.
        offline: never download.
        observers: who is told how it goes.
        should_stop: once true, the run stops with a complete checkpoint; Ctrl-C and SIGTERM stop it if not given.
        team: the processes that share the run, however many it was begun by; only this one if not given.

    Raises:
        CheckpointError: the folder holds no run, or its checkpoint is damaged.
        DataError: the data are no longer what they were.

    and as `train`.

    """
    require("train", _FEATURE)
    from inkdigits.learning.devices import find_device
    from inkdigits.learning.distributed import ALONE
    from inkdigits.learning.runs import RunFolder

    run = RunFolder(Path(folder))
    config = run.read_config()
    place = find_device(device or config["device"])
    training, validation = load_splits(config["data"]["name"], config["data"]["data_dir"], offline=offline)
    team = team or ALONE
    # A run that was killed before its first checkpoint begins anew.
    resume = team.from_leader(run.checkpoint_file.exists)
    return _train_in(run, config, training, validation, place, observers, team, resume=resume, should_stop=should_stop)


def _train_in(
    run: RunFolder,
    config: dict[str, Any],
    training: Dataset,
    validation: Dataset,
    device: torch.device,
    observers: Sequence[Observer],
    team: Team,
    *,
    resume: bool,
    should_stop: Callable[[], bool] | None = None,
) -> TrainedRun:
    """Fit, and write all that a complete run leaves; the team's leader writes, and the others wait for it."""
    from inkdigits.evaluation import charts, figures
    from inkdigits.learning.digits import DigitsTask
    from inkdigits.learning.fit import fit
    from inkdigits.learning.history import HistoryFiles, TensorBoardLog
    from inkdigits.learning.stopping import stopping_on_signals
    from inkdigits.learning.teachers import describe_teacher, taking_turns
    from inkdigits.synthesis.writers import Hands

    recipe = Recipe.from_dict(config["recipe"])
    hands = Hands.load(training, "train", config["data"]["data_dir"]) if recipe.augmentation.rewritten else None
    sources = hands.sources if hands else (training.name,)
    teachers = [teacher["path"] for teacher in config["teachers"]]
    how: dict[str, Any] = {"seed": config["seed"], "device": device, "team": team}
    with run.locked() if team.leads else nullcontext(), stopping_on_signals() as asked_to:
        network, history = fit(
            DigitsTask(training, validation, recipe, teacher=taking_turns(teachers), hands=hands, **how),
            checkpoint=run.checkpoint_file,
            identity={
                "recipe": recipe.to_dict(),
                "seed": config["seed"],
                "training": training.sha256,
                "validation": validation.sha256,
                "teachers": [describe_teacher(model)["sha256"] for model in teachers],
                "hands": list(sources),
            },
            resume=resume,
            observers=[HistoryFiles(run.path), TensorBoardLog(run.path), *observers] if team.leads else [],
            should_stop=should_stop or asked_to,
            once_stopped=f"go on with: inkdigits train --resume --out {printable(run.path)}",
        )

    def finish() -> dict[str, Any]:
        curves = charts.learning_curves([asdict(record) for record in history])
        figures.save(curves, run.learning_curve_file)
        data = _describe(training) | {"hands": list(sources)}
        metrics = _export(run, network, recipe, config["seed"], data, validation)
        metrics["training_seconds"] = sum(record.seconds for record in history)
        write_atomically(run.metrics_file, json.dumps(metrics, indent=1) + "\n")
        return metrics

    return TrainedRun(run.path, run.model_file, recipe, history, team.from_leader(finish))


def _export(
    run: RunFolder, network: torch.nn.Module, recipe: Recipe, seed: int, data: dict[str, Any], validation: Dataset
) -> dict[str, Any]:
    """Calibrate on the validation digits, write the model file, check it, and return its figures."""
    import torch

    from inkdigits.evaluation.calibration import fit_temperature, reject_threshold
    from inkdigits.evaluation.evaluate import evaluate_probabilities
    from inkdigits.export.onnx_file import DigitModel, check_parity, write_model
    from inkdigits.learning.digits import Digits, predict_logits
    from inkdigits.modelfile import ModelInfo

    begin = time.perf_counter()
    held_out = Digits.of(validation, next(network.parameters()).device)
    logits = predict_logits(network, held_out.images).cpu()
    temperature = fit_temperature(logits.numpy(), validation.labels)
    probabilities = torch.softmax(logits / temperature, dim=1).numpy()
    name = f"{recipe.name}-{seed}"
    figures = evaluate_probabilities(
        probabilities,
        validation.labels,
        model=name,
        data=validation.name,
        split=validation.split,
        seconds=time.perf_counter() - begin,
    ).to_dict()
    info = ModelInfo(
        name=name,
        recipe=recipe.to_dict(),
        data=data,
        metrics={validation.split: {key: figures[key] for key in ("n", "correct", "accuracy", "loss", "ece")}},
        temperature=temperature,
        reject_threshold=reject_threshold(probabilities, validation.labels),
        seed=seed,
        version=inkdigits.__version__,
    )
    model = DigitModel(network.cpu(), temperature)
    write_model(model, info, run.model_file)
    return {
        "validation": figures,
        "temperature": temperature,
        "reject_threshold": info.reject_threshold,
        "parity": check_parity(model, run.model_file, validation.images[:1000]),
    }


def load_splits(
    data: str | Path, data_dir: str | Path | None = None, *, offline: bool = False
) -> tuple[Dataset, Dataset]:
    """Return the training and the validation digits of a data set, neither of them empty.

    Args and errors are those of `load_dataset`.

    """
    training, validation = (
        load_dataset(data, split=split, data_dir=data_dir, offline=offline) for split in ("train", "validation")
    )
    for dataset in (training, validation):
        if len(dataset) == 0:
            raise UsageError(
                f"the {dataset.split} split of {printable(data)} holds no picture", "add more pictures of each digit"
            )
    return training, validation


def _describe(dataset: Dataset) -> dict[str, Any]:
    return {"name": dataset.name, "split": dataset.split, "n": len(dataset), "sha256": dataset.sha256}
