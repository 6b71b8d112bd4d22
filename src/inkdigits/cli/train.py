"""`inkdigits train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkdigits.cli import options
from inkdigits.cli.console import print_facts, working
from inkdigits.errors import UsageError
from inkdigits.extras import require

if TYPE_CHECKING:
    from inkdigits.training.recipes.recipe import Recipe
    from inkdigits.training.runs.run_folder import RunFolder
    from inkdigits.training.runs.trained_run import TrainedRun


def train(
    recipe: options.RecipeName = None,
    data: options.Data = None,
    base: options.Base = None,
    out: options.Out = None,
    seed: options.Seed = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    teachers: options.Teachers = None,
    device: options.Device = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads.", show_default="all cores")] = None,
    resume: options.Resume = False,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Train a model and write a run folder: model.onnx, history, figures, checkpoint.

    Ctrl-C stops cleanly; --resume goes on from the last checkpoint to the same end.
    Several processes share a run when torchrun starts them, or by 'inkdigits cluster train'.

    [bold]Examples[/bold]

    inkdigits train

    inkdigits train --recipe mlp --seed 3 --out runs/notebook

    inkdigits train --data my-digits/ --epochs 20

    inkdigits train --from bundled --data mnist --data my-digits/

    inkdigits train --recipe compact --teacher runs/a --teacher runs/b

    inkdigits train --resume --out runs/notebook

    torchrun --nproc-per-node 2 -m inkdigits train --recipe accurate
    """
    require("train", "Training")
    with working("loading torch"):
        import torch

        from inkdigits.training.loop.distributed import joined
        from inkdigits.training.loop.progress import LiveProgress
        from inkdigits.training.runs.whole_run import resume_training
        from inkdigits.training.runs.whole_run import train as train_here

    given = {"data": data, "base": base, "seed": seed, "epochs": epochs, "batch_size": batch_size, "teachers": teachers}
    chosen, stopped = what_to_train(recipe, out, given, resume=resume)
    if stopped is not None:
        # Sums are rounded otherwise when more threads share them: the same end needs the same number.
        threads = threads or stopped.read_config()["threads"]
    if threads is not None:
        torch.set_num_threads(threads)
    with LiveProgress() as progress, joined(device or "auto") as team:
        how: dict[str, Any] = {"offline": offline, "observers": [progress], "team": team}
        if stopped is not None:
            run = resume_training(stopped.path, device=device, **how)
        else:
            how |= settings_of(given) | {"device": device or "auto", "data_dir": data_dir}
            run = train_here(chosen, out=out, progress=False, **how)
    if team.leads:
        print_outcome(run)


def settings_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a new run: those options that were given, and what it learns from."""
    return {"data": ["mnist"]} | {name: value for name, value in given.items() if value is not None}


def what_to_train(
    recipe: str | None, out: Path | None, given: dict[str, Any], *, resume: bool
) -> tuple[Recipe, RunFolder | None]:
    """Return the recipe, and the run to go on with, if one is to be.

    Raises:
        UsageError: there is no such recipe, or what is given contradicts the run.
        CheckpointError: there is no run to go on with.

    """
    from inkdigits.training.data.training_data import named
    from inkdigits.training.recipes.recipe_file import find_recipe_or_file
    from inkdigits.training.runs.run_folder import find_run

    chosen = find_recipe_or_file(recipe or "fast")
    if not resume:
        return chosen, None
    if given["teachers"] or given["base"]:
        raise UsageError("a run that is resumed keeps what it learns from", "leave --teacher and --from away")
    name = chosen.name if recipe else None
    run = find_run(out, name)
    config = run.read_config()
    data = given["data"] and named(given["data"])
    for option, now, begun in (
        ("--recipe", name, config["recipe"]["name"]),
        ("--seed", given["seed"], config["seed"]),
        ("--epochs", given["epochs"], config["recipe"]["epochs"]),
        ("--batch-size", given["batch_size"], config["recipe"]["batch_size"]),
        ("--data", data, config["data"]["name"]),
    ):
        if now is not None and now != begun:
            raise UsageError(
                f"the run in {run.path} was started with {option} {begun}, not {now}",
                f"leave {option} away, or start a new run without --resume",
            )
    return chosen, run


def print_outcome(run: TrainedRun) -> None:
    """Print what came of a run, and what to do next."""
    figures = run.metrics["validation"]
    print_facts(
        {
            "validation accuracy": f"{figures['accuracy']:.2%} of {figures['n']:,}, last epoch",
            "training time": f"{run.metrics['training_seconds']:.1f} s",
            "model": run.model,
            "next": f"inkdigits evaluate {run.folder}",
        }
    )
