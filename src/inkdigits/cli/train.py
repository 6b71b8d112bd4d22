"""`inkdigits train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkdigits.cli import options
from inkdigits.cli.console import print_facts
from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.training.recipes.recipe import Recipe
    from inkdigits.training.runs.run_folder import RunFolder
    from inkdigits.training.runs.trained_run import TrainedRun

__all__ = ["print_outcome", "train", "what_to_train"]


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
    from inkdigits.extras import require

    require("train", "Training")
    import torch

    from inkdigits.training.loop.distributed import joined
    from inkdigits.training.loop.progress import LiveProgress
    from inkdigits.training.runs.whole_run import resume_training
    from inkdigits.training.runs.whole_run import train as train_here

    given = {"seed": seed, "epochs": epochs, "batch_size": batch_size, "data": data, "from": base}
    chosen, stopped = what_to_train(recipe, out, given, teachers, resume=resume)
    if stopped is not None:
        # Sums are rounded otherwise when more threads share them: the same end needs the same number.
        threads = threads or stopped.read_config()["threads"]
    if threads is not None:
        torch.set_num_threads(threads)
    with LiveProgress() as progress, joined(device or "auto") as team:
        if stopped is not None:
            run = resume_training(stopped.path, device=device, offline=offline, observers=[progress], team=team)
        else:
            run = train_here(
                chosen,
                [*(data or ["mnist"])],
                base=base,
                out=out,
                seed=seed or 0,
                epochs=epochs,
                batch_size=batch_size,
                teachers=teachers or (),
                progress=False,
                device=device or "auto",
                data_dir=data_dir,
                offline=offline,
                observers=[progress],
                team=team,
            )
    if team.leads:
        print_outcome(run)


def what_to_train(
    recipe: str | None, out: Path | None, given: dict[str, Any], teachers: list[Path] | None, *, resume: bool
) -> tuple[Recipe, RunFolder | None]:
    """Return the recipe, and the run to go on with, if one is to be.

    Raises:
        UsageError: there is no such recipe, or what is given contradicts the run.
        CheckpointError: there is no run to go on with.

    """
    from inkdigits.training.recipes.recipe_file import find_recipe_or_file

    chosen = find_recipe_or_file(recipe or "fast")
    if not resume:
        return chosen, None
    if teachers or given["from"]:
        raise UsageError("a run that is resumed keeps what it learns from", "leave --teacher and --from away")
    return chosen, _run_to_resume(out, {"recipe": chosen.name if recipe else None, **given})


def _run_to_resume(out: Path | None, given: dict[str, Any]) -> RunFolder:
    """Return the run to go on with, and check that the options given do not contradict it."""
    from inkdigits.training.data.training_data import named
    from inkdigits.training.runs.run_folder import find_run

    run = find_run(out, given["recipe"])
    config = run.read_config()
    started = {
        "recipe": config["recipe"]["name"],
        "seed": config["seed"],
        "epochs": config["recipe"]["epochs"],
        "batch_size": config["recipe"]["batch_size"],
        "data": config["data"]["name"],
    }
    for name, value in given.items():
        if value is None:
            continue
        now = named(value) if name == "data" else value
        if started[name] != now:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"the run in {run.path} was started with {option} {started[name]}, not {now}",
                f"leave {option} away, or start a new run without --resume",
            )
    return run


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
