"""`inkdigits cluster sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkdigits.cli import options
from inkdigits.cli.completion import recipes
from inkdigits.cli.console import output_console, print_table
from inkdigits.errors import InkdigitsError, UsageError, printable

if TYPE_CHECKING:
    from inkdigits.cluster.sweep_job import Sweep
    from inkdigits.cluster.trials import Trial

__all__ = ["sweep"]


def sweep(
    recipe: Annotated[
        str | None,
        typer.Argument(help="What to vary: a recipe's name, or a file.", show_default="fast", autocompletion=recipes),
    ] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="How many variations.", show_default="20")] = None,
    data: options.Data = None,
    out: Annotated[Path | None, typer.Option(help="The folder of the sweep.", show_default="sweeps/RECIPE")] = None,
    seed: options.Seed = None,
    epochs: options.Epochs = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many trials at a time.", show_default="all cores")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of each trial.")] = 1,
    address: options.Address = None,
    resume: options.Resume = False,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Look for a better learning rate, batch, width and augmentation of a recipe.

    Judged on the validation digits; trials that promise little are stopped early.
    Leaves best.json, for 'inkdigits train --recipe best.json', trials.csv, and
    trials.png, accuracy against cost.

    [bold]Examples[/bold]

    inkdigits cluster sweep fast --trials 20

    inkdigits cluster sweep compact --trials 200 --address HOST:6379 --out sweeps/compact

    inkdigits cluster sweep --resume --out sweeps/compact
    """
    from inkdigits.extras import require

    require("train", "A sweep")
    require("scale", "A sweep")
    from inkdigits.cluster.ray_cluster import connected
    from inkdigits.cluster.sweep_job import Sweep
    from inkdigits.training.recipes.recipe_file import find_recipe_or_file

    chosen = find_recipe_or_file(recipe or "fast").replace(**{} if epochs is None else {"epochs": epochs})
    folder = (out or Path("sweeps") / chosen.name).resolve()
    if resume:
        given = {"recipe": recipe, "trials": trials, "data": data, "seed": seed, "epochs": epochs, "data_dir": data_dir}
        _refuse_changes(given)
        job = Sweep.begun(folder)
    else:
        sources = [str(Path(source).resolve()) if Path(source).exists() else source for source in data or ["mnist"]]
        job = Sweep(
            folder,
            chosen,
            trials or 20,
            sources,
            None if data_dir is None else str(data_dir.resolve()),
            seed or 0,
        )
    with connected(address, workers=workers and workers * threads):
        job.run(threads=threads, offline=offline, resume=resume)
    _report(job)


def _refuse_changes(given: dict[str, Any]) -> None:
    """Raise UsageError for an option that only a new sweep takes."""
    for name, value in given.items():
        if value is not None:
            what = "RECIPE" if name == "recipe" else f"--{name.replace('_', '-')}"
            raise UsageError(f"a sweep that is resumed keeps its {what}", f"leave {what} away")


def _report(job: Sweep) -> None:
    """Write the table, the figure and the best recipe, and print the best trials."""
    from inkdigits.cluster.trials import pareto_front, read_trials, write_best, write_figure, write_table

    trials = read_trials(job.trials_folder)
    recipe = write_best(job.folder / "best.json", trials)
    if recipe is None:
        raise InkdigitsError(f"no trial of {printable(job.folder)} was completed", "try more trials or fewer epochs")
    write_table(job.folder / "trials.csv", trials)
    write_figure(job.folder / "trials.png", trials)
    _print_table(trials[:10], pareto_front(trials))
    output_console().print(f"next  inkdigits train --recipe {recipe}", soft_wrap=True)


def _print_table(trials: Sequence[Trial], front: Sequence[Trial]) -> None:
    print_table(
        ("validation", "epochs", "cost", "width", "batch", "learning rate", "rotation", "Pareto"),
        [
            (
                f"{trial.accuracy:.2%}",
                len(trial.history),
                f"{trial.multiply_adds:.1e}",
                trial.recipe.model,
                trial.recipe.batch_size,
                f"{trial.recipe.learning_rate:.2g}",
                f"±{trial.recipe.augmentation.rotation:.1f}°",
                "*" if trial in front else "",
            )
            for trial in trials
        ],
    )
