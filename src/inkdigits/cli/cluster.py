"""`inkdigits cluster`: reading, training and sweeping by many workers on Ray, on this machine or many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkdigits.cli import options
from inkdigits.cli.completion import recipes
from inkdigits.cli.console import end_batch, notice, print_table, progress_bar
from inkdigits.cli.train import print_outcome, settings_of, what_to_train
from inkdigits.cluster.ray_cluster import connected
from inkdigits.errors import InkdigitsError, UsageError, printable
from inkdigits.extras import require

if TYPE_CHECKING:
    from inkdigits.cluster.sweep_job import Sweep
    from inkdigits.cluster.trials import Trial

app = typer.Typer(no_args_is_help=True, help="Read, train and sweep by many workers on Ray, here or on a cluster.")


@app.command()
def read(
    pictures: options.Pictures,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FOLDER.parquet", help="The folder to write to.")],
    model: options.Model = "bundled",
    recursive: options.Recursive = False,
    single: options.Single = False,
    digits_only: options.DigitsOnly = False,
    region: options.Region = None,
    min_confidence: options.MinConfidence = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many read at a time.", show_default="all cores")
    ] = None,
    address: options.Address = None,
    resume: options.Resume = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin again, in place of what is there.")] = False,
    column: Annotated[
        str,
        typer.Option(
            help="Of Parquet files and WebDataset shards, where there are several of pictures.", show_default=False
        ),
    ] = "",
    part_size: Annotated[int, typer.Option(min=1, help="Pictures in each file of the output.")] = 500,
) -> None:
    """Read the handwritten digits in many pictures, by workers on Ray.

    What 'inkdigits read' takes, and buckets, Parquet and WebDataset. A job that dies goes on with --resume.

    Exit codes: 0 read, 1 nothing could be read, 3 some pictures of several could not be read.

    [bold]Examples[/bold]

    inkdigits cluster read scans/ -r -o readings.parquet

    inkdigits cluster read s3://bucket/scans/ -o s3://bucket/readings.parquet --address HOST:6379
    """
    require("scale", "Reading by many workers")
    from inkdigits.cluster.storage import suffix

    if suffix(output) != ".parquet":
        raise UsageError("a cluster writes Parquet", "name a folder for it: -o readings.parquet")
    if resume and overwrite:
        raise UsageError("--resume and --overwrite contradict each other", "give one of them")
    from inkdigits.cluster.output import PICTURES
    from inkdigits.cluster.reading_job import ReadingJob
    from inkdigits.pictures.region import Region as PartOfPicture

    job = ReadingJob(
        named=pictures,
        output=output,
        model=model,
        recursive=recursive,
        single=single,
        digits_only=digits_only,
        region=PartOfPicture.of(region),
        min_confidence=min_confidence,
        column=column,
        part_size=part_size,
    )
    tally: Counter[str] = Counter()
    with (
        connected(address, workers=workers),
        job.begun(resume=resume, overwrite=overwrite) as parts,
        progress_bar() as bar,
    ):
        task = bar.add_task("reading parts", total=parts)
        for part in job.run(parts, workers):
            tally += part.tally
            bar.advance(task)
    count = tally.pop(PICTURES, 0)
    notice(f"the readings are in {printable(output)}")
    end_batch(tally, count)


@app.command()
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
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many share each batch.", show_default="all cores or GPUs")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="CPU threads of each worker.")] = 1,
    address: options.Address = None,
    resume: options.Resume = False,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Train a model by several workers on Ray; what comes out is what 'inkdigits train' writes.

    The folder must lie where all machines see it. A run may be gone on with by either command.

    [bold]Examples[/bold]

    inkdigits cluster train --recipe accurate --workers 2

    inkdigits cluster train --recipe accurate --workers 8 --address HOST:6379 --out /shared/runs/accurate

    inkdigits cluster train --resume --out /shared/runs/accurate
    """
    require("train", "Training")
    require("scale", "Training by several workers")
    from inkdigits.cluster.training_job import train_by_workers
    from inkdigits.training.loop.progress import LiveProgress
    from inkdigits.training.runs.whole_run import begin_training

    given = {"data": data, "base": base, "seed": seed, "epochs": epochs, "batch_size": batch_size, "teachers": teachers}
    chosen, run = what_to_train(recipe, out, given, resume=resume)
    with connected(address, workers=workers and workers * threads), LiveProgress() as progress:
        if run is None:
            run = begin_training(
                chosen, **settings_of(given), out=out, device=device or "auto", data_dir=data_dir, offline=offline
            )
        how: dict[str, Any] = {"device": device, "offline": offline, "observers": [progress]}
        trained = train_by_workers(run, workers=workers, threads=threads, **how)
    print_outcome(trained)


@app.command()
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
    require("train", "A sweep")
    require("scale", "A sweep")
    from inkdigits.cluster.sweep_job import Sweep
    from inkdigits.training.recipes.recipe_file import find_recipe_or_file

    chosen = find_recipe_or_file(recipe or "fast").replace(**{} if epochs is None else {"epochs": epochs})
    folder = (out or Path("sweeps") / chosen.name).resolve()
    if resume:
        given = {"RECIPE": recipe, "--trials": trials, "--data": data, "--seed": seed, "--epochs": epochs}
        for what, value in (given | {"--data-dir": data_dir}).items():
            if value is not None:
                raise UsageError(f"a sweep that is resumed keeps its {what}", f"leave {what} away")
        job = Sweep.begun(folder)
    else:
        sources = [str(Path(source).resolve()) if Path(source).exists() else source for source in data or ["mnist"]]
        where = None if data_dir is None else str(data_dir.resolve())
        job = Sweep(folder, chosen, trials or 20, sources, where, seed or 0)
    with connected(address, workers=workers and workers * threads):
        job.run(threads=threads, offline=offline, resume=resume)
    _report(job)


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
    typer.echo(f"next  inkdigits train --recipe {recipe}")


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
