"""`inkdigits train`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from inkdigits.cli.completion import data_sets, recipes
from inkdigits.cli.console import output_console
from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.learning.runs import RunFolder
    from inkdigits.training import TrainedRun

    # What begins a run, what goes on with one, and whether this process talks to people.
    _Engine = tuple[Callable[..., TrainedRun], Callable[[RunFolder], TrainedRun], bool]

__all__ = ["train"]

RAY = "With --engine ray"


def train(
    recipe: Annotated[
        str | None,
        typer.Option(
            help="What to train: a name that 'inkdigits recipes' lists, or a file.",
            show_default="fast",
            autocompletion=recipes,
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="mnist, optdigits, or your DIR or CSV.", show_default="mnist", autocompletion=data_sets),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run folder.", show_default="runs/RECIPE-TIME")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Decides all that is random.", show_default="0")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    teacher: Annotated[
        list[Path] | None, typer.Option(help="Learn from this model's answers too; give it again for more.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1, ….", show_default="auto")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads.", show_default="all cores")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="Look for the data here first.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Never download.")] = False,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="'ray' trains with several workers, here or on a cluster.")
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="How many share each batch.", show_default="all cores or GPUs", rich_help_panel=RAY),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="A Ray cluster, or 'auto'; Ray is started here without.", rich_help_panel=RAY
        ),
    ] = None,
) -> None:
    """Train a model and write a run folder: model.onnx, history, figures, checkpoint.

    Ctrl-C stops cleanly; --resume goes on from the last checkpoint to the same end.
    Several processes share a run by --engine ray, or when torchrun starts them.

    [bold]Examples[/bold]

    inkdigits train

    inkdigits train --recipe mlp --seed 3 --out runs/notebook

    inkdigits train --data my-digits/ --epochs 20

    inkdigits train --recipe compact --teacher runs/a --teacher runs/b

    inkdigits train --resume --out runs/notebook

    inkdigits train --recipe accurate --engine ray --workers 2

    torchrun --nproc-per-node 2 -m inkdigits train --recipe accurate
    """
    if engine == "local":
        for option, value in {"workers": workers, "address": address}.items():
            if value:
                raise UsageError(f"--{option} is not an option of --engine local", "add --engine ray")
    from inkdigits.extras import require

    require("train", "Training")
    from inkdigits.learning.progress import LiveProgress
    from inkdigits.learning.recipe_file import find_recipe_or_file

    chosen = find_recipe_or_file(recipe) if recipe else None
    run_folder = None
    if resume:
        if teacher:
            raise UsageError("a run that is resumed keeps its teachers", "leave --teacher away")
        name = chosen.name if chosen else None
        given = {"recipe": name, "seed": seed, "epochs": epochs, "batch_size": batch_size, "data": data}
        run_folder = _run_to_resume(out, given)
        if engine == "local":
            # Sums are rounded otherwise when more threads share them: the same end needs the same number.
            threads = threads or run_folder.read_config()["threads"]
    with LiveProgress() as progress:
        how = {"device": device, "offline": offline, "observers": [progress]}
        started = _here(threads, how) if engine == "local" else _on_ray(address, workers, threads, how)
        with started as (begin, go_on, leads):
            if run_folder is not None:
                run = go_on(run_folder)
            else:
                run = begin(
                    chosen or "fast",
                    data or "mnist",
                    out=out,
                    seed=seed or 0,
                    epochs=epochs,
                    batch_size=batch_size,
                    teachers=teacher or (),
                    device=device or "auto",
                    data_dir=data_dir,
                    offline=offline,
                )
    if leads:
        _print_outcome(run)


@contextmanager
def _here(threads: int | None, how: dict[str, Any]) -> Iterator[_Engine]:
    """Train in this process, or in those that torchrun started with it."""
    import torch

    from inkdigits.learning.distributed import joined
    from inkdigits.training import resume_training, train

    if threads is not None:
        torch.set_num_threads(threads)
    with joined(how["device"] or "auto") as team:
        begin = partial(train, progress=False, observers=how["observers"], team=team)
        yield begin, lambda run: resume_training(run.path, team=team, **how), team.leads


@contextmanager
def _on_ray(address: str | None, workers: int | None, threads: int | None, how: dict[str, Any]) -> Iterator[_Engine]:
    """Train in workers on Ray."""
    from inkdigits.extras import require

    require("scale", "Training by several workers")
    from inkdigits.scale.cluster import connected
    from inkdigits.scale.training import train_by_workers
    from inkdigits.training import train

    threads = threads or 1
    with connected(address, workers=workers and workers * threads):
        go_on = partial(train_by_workers, workers=workers, threads=threads, **how)
        yield partial(train, elsewhere=go_on), go_on, True


def _run_to_resume(out: Path | None, given: dict[str, Any]) -> RunFolder:
    """Return the run to go on with, and check that the options given do not contradict it."""
    from inkdigits.learning.runs import find_run

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
        if value is not None and started[name] not in (value, str(Path(str(value)).resolve())):
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"the run in {run.path} was started with {option} {started[name]}, not {value}",
                f"leave {option} away, or start a new run without --resume",
            )
    return run


def _print_outcome(run: TrainedRun) -> None:
    from rich.table import Table

    figures = run.metrics["validation"]
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("validation accuracy", f"{figures['accuracy']:.2%} of {figures['n']:,}, last epoch")
    table.add_row("training time", f"{run.metrics['training_seconds']:.1f} s")
    table.add_row("model", str(run.model))
    table.add_row("next", f"inkdigits evaluate {run.folder}")
    output_console().print(table)
