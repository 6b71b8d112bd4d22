"""The functions that make a whole run, or go on with one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkdigits.errors import CheckpointError, UsageError, argument, printable
from inkdigits.extras import require
from inkdigits.training.data.training_data import Arrays, Data, TrainingData, load_source
from inkdigits.training.loop.history import Observer
from inkdigits.training.loop.progress import Showing, shown
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.runs.trained_run import TrainedRun

if TYPE_CHECKING:
    from torch import nn

    from inkdigits.synthesis.writers import Hands
    from inkdigits.training.loop.distributed import Team
    from inkdigits.training.runs.run_folder import RunFolder


def train(
    recipe: str | Recipe = "fast",
    data: Data = "mnist",
    *,
    base: str | Path | None = None,
    out: str | Path | None = None,
    seed: int = 0,
    epochs: int | None = None,
    batch_size: int | None = None,
    network: nn.Module | None = None,
    validation: Arrays | None = None,
    teachers: Sequence[str | Path] = (),
    resume: bool = False,
    overwrite: bool = False,
    progress: Showing = "auto",
    device: str = "auto",
    data_dir: str | Path | None = None,
    offline: bool = False,
    observers: Sequence[Observer] = (),
    team: Team | None = None,
) -> TrainedRun:
    """Train a model and write its run folder. The test digits are not touched.

    Args:
        recipe: the name of a recipe, or one of your own.
        data: "mnist", "optdigits", a folder or file of your own pictures, a `Dataset`, or (images, labels): (N,28,28)
            or (N,784), white ink on black, and (N,). A list of some of these joins them: `["mnist", "mine/"]`.
        base: the model whose weights training goes on from: "bundled", a run folder, or a model file that inkdigits
            wrote. Its network takes the place of the recipe's. From weights drawn at random if not given.
        out: the run folder; `runs/<recipe>-<time>` if not given.
        seed: decides everything that is drawn at random.
        epochs: instead of the recipe's.
        batch_size: instead of the recipe's.
        network: your own, in place of the recipe's: float32 (N,1,28,28) from 0 to 1 → float32 (N,10) logits. It is not
            copied: it learns from the weights that it has, and has those of the last epoch in the end.
        validation: a `Dataset` or (images, labels) to judge each epoch on; a tenth of each digit of (images, labels) is
            held back for that if not given. Nothing is chosen by them.
        teachers: model files or run folders; the network learns their answers to the augmented pictures as well as
            the labels, by the recipe's `teaching`.
        resume: go on with the run in `out` where it was stopped, or return it if it is complete; if there is none,
            begin one.
        overwrite: let this run take the place of the one in `out`.
        progress: show a bar and the epochs: "auto" on a terminal and in a notebook alone, True, or False.
        device: "auto", "cpu", "cuda", ….
        data_dir: where to look for the data first.
        offline: never download.
        observers: who else is told how it goes.
        team: the processes that share the run, each of which calls this function; only this one if not given.

    Raises:
        MissingExtraError: torch or another part of `inkdigits[train]` is not installed.
        UsageError: the recipe, data or device does not exist, or the run in `out` is another one.
        ModelFileError: the base or a teacher is missing, or the base was not written by inkdigits.
        DataError: the data cannot be used.
        TrainingError: training cannot go on; see `errors`.
        OutputError: a file cannot be written, or `out` holds a run already.

    """
    require("train", "Training")
    from inkdigits.models.digit_networks import own_network
    from inkdigits.training.loop.checkpoint import load_network
    from inkdigits.training.loop.devices import find_device
    from inkdigits.training.loop.distributed import ALONE
    from inkdigits.training.runs.run_folder import create_run, provenance
    from inkdigits.training.runs.run_work import Work

    if resume and overwrite:
        raise UsageError("a run is either gone on with or replaced", "give one of resume and overwrite")
    if base is not None and network is not None:
        raise UsageError("a network of your own learns from the weights that it has", "give one of base and network")
    chosen = _chosen(recipe, epochs, batch_size, teachers, base)
    own = None if network is None else own_network(network)
    place = find_device(device)
    with shown(progress) as live:
        source = load_source(data, validation, data_dir, offline=offline, progress=live.on_data if live else None)
        config = _settings(chosen, source, seed, device, data_dir, teachers, base)
        # What tells a network of one's own from others: its weights' names and shapes.
        weights = () if network is None else network.state_dict().items()
        config["network"] = ", ".join(f"{name} {tuple(weight.shape)}" for name, weight in weights) or None
        begun = _run_begun(out, config) if resume else None
        if begun and begun.metrics_file.exists():
            if own is not None:
                load_network(begun.checkpoint_file, own)
                own.eval()
            return TrainedRun.of(begun)
        team = team or ALONE
        hands = _hands(chosen, source, data_dir)  # what is wrong with them is said before there is a run folder
        run = begun or team.from_leader(lambda: create_run(out, config | provenance(), overwrite=overwrite))
        work = Work(run, config, source, hands, place, [*([live] if live else []), *observers], team, own)
        return work.finish(resume=begun is not None and begun.checkpoint_file.exists())


def begin_training(
    recipe: str | Recipe,
    data: str | list[str],
    *,
    base: str | Path | None = None,
    out: str | Path | None = None,
    seed: int = 0,
    epochs: int | None = None,
    batch_size: int | None = None,
    teachers: Sequence[str | Path] = (),
    device: str = "auto",
    data_dir: str | Path | None = None,
    offline: bool = False,
) -> RunFolder:
    """Write the folder of a run that others will train, by `resume_training`.

    Args and errors are those of `train`.

    """
    require("train", "Training")
    from inkdigits.training.runs.run_folder import create_run, provenance

    chosen = _chosen(recipe, epochs, batch_size, teachers, base)
    source = load_source(data, None, data_dir, offline=offline)
    _hands(chosen, source, data_dir)
    return create_run(out, _settings(chosen, source, seed, device, data_dir, teachers, base) | provenance())


def resume_training(
    folder: str | Path,
    *,
    device: str | None = None,
    offline: bool = False,
    progress: Showing = False,
    observers: Sequence[Observer] = (),
    should_stop: Callable[[], bool] | None = None,
    team: Team | None = None,
) -> TrainedRun:
    """Go on with a run that was stopped, from its last checkpoint, to the same end as if it had not been.

    Args:
        folder: the run folder.
        device: instead of the one that the run was started on.
        offline: never download.
        progress: show a bar and the epochs, as `train` does.
        observers: who else is told how it goes.
        should_stop: once true, the run stops with a complete checkpoint; Ctrl-C and SIGTERM stop it if not given.
        team: the processes that share the run, however many it was begun by; only this one if not given.

    Raises:
        CheckpointError: the folder holds no run, or its checkpoint is damaged.
        DataError: the data are no longer what they were.
        UsageError: the run's network or digits were objects in Python, which only `train` can be given again.

    and as `train`.

    """
    require("train", "Training")
    from inkdigits.training.loop.devices import find_device
    from inkdigits.training.loop.distributed import ALONE
    from inkdigits.training.runs.run_folder import RunFolder
    from inkdigits.training.runs.run_work import Work

    run = RunFolder(Path(folder))
    config = run.read_config()
    if not {"recipe", "seed", "device", "data", "teachers"} <= config.keys():
        raise CheckpointError(f"{printable(run.config_file)} is not a run's config.json")
    if config["data"]["name"] is None or config.get("network"):
        raise UsageError(
            f"the run in {printable(run.path)} has a network or digits that were given in Python",
            "go on with it from there: inkdigits.train(…, resume=True), with the same",
        )
    place = find_device(device or config["device"])
    team = team or ALONE
    with shown(progress) as live:
        data, tell = config["data"], live.on_data if live else None
        source = load_source(data["name"], None, data["data_dir"], offline=offline, progress=tell)
        # A run that was killed before its first checkpoint begins anew.
        resume = team.from_leader(run.checkpoint_file.exists)
        hands = _hands(Recipe.from_dict(config["recipe"]), source, data["data_dir"])
        work = Work(run, config, source, hands, place, [*([live] if live else []), *observers], team, None)
        return work.finish(resume=resume, should_stop=should_stop)


def _chosen(
    recipe: str | Recipe,
    epochs: int | None,
    batch_size: int | None,
    teachers: Sequence[str | Path],
    base: str | Path | None,
) -> Recipe:
    """Return the recipe, with the rest in place of its own."""
    from inkdigits.models.onnx_file import read_model

    given: dict[str, Any] = {"epochs": epochs, "batch_size": batch_size}
    given["model"] = None if base is None else read_model(base)[1].recipe["model"]
    chosen = (Recipe.named(recipe) if isinstance(recipe, str) else recipe).replace(
        **{name: value for name, value in given.items() if value is not None}
    )
    if teachers and not chosen.teaching:
        what = f"the recipe '{chosen.name}' does not learn from teachers"
        raise UsageError(what, f"try {argument('recipe', 'compact')}")
    return chosen


def _hands(recipe: Recipe, source: TrainingData, data_dir: str | Path | None) -> Hands | None:
    """Return who write digits again, where the recipe has that; raise DataError if what is there is damaged."""
    from inkdigits.synthesis.writers import Hands

    return Hands.load(source.training, "train", data_dir) if recipe.augmentation.rewritten else None


def _settings(
    recipe: Recipe,
    source: TrainingData,
    seed: int,
    device: str,
    data_dir: str | Path | None,
    teachers: Sequence[str | Path],
    base: str | Path | None,
) -> dict[str, Any]:
    """Return what stands in a run's config.json, but for what it was made by."""
    from inkdigits.training.tasks.teachers import describe_model

    return {
        "recipe": recipe.to_dict(),
        "seed": seed,
        "device": device,
        "data": source.describe() | {"data_dir": None if data_dir is None else str(Path(data_dir).resolve())},
        "teachers": [describe_model(model) for model in teachers],
        "base": None if base is None else describe_model(base),
    }


def _run_begun(out: str | Path | None, config: dict[str, Any]) -> RunFolder | None:
    """Return the run to go on with, if there is one; raise UsageError if it was begun with other settings."""
    from inkdigits.training.runs.run_folder import find_run

    try:
        run = find_run(out, config["recipe"]["name"])
    except CheckpointError:
        return None
    if not run.config_file.exists():
        return None
    begun = run.read_config()
    for name in ("recipe", "seed", "data", "teachers", "network", "base"):
        before, now = _comparable(begun.get(name)), _comparable(config[name])
        if before != now:
            raise UsageError(
                f"the run in {printable(run.path)} was begun with another {name}{_difference(name, before, now)}",
                f"name another folder by {argument('out')}, or replace that run by {argument('overwrite', True)}",
            )
    return run


def _comparable(value: Any) -> Any:
    """Return a setting as JSON would give it back, without where it was found."""
    plain = json.loads(json.dumps(value))
    return {key: plain[key] for key in plain if key != "data_dir"} if isinstance(plain, dict) else plain


def _difference(name: str, before: Any, now: Any) -> str:
    """Return in what two values of a setting differ, where it can be said in a few words."""
    if name == "seed":
        return f": {before}, not {now}"
    if name != "recipe":
        return ""
    found = next(key for key in before | now if before.get(key) != now.get(key))
    return f": {found} {before.get(found)}, not {now.get(found)}"
