"""What each recipe reaches: `scripts/bench recipes fast --seeds 5`.

Trains with several seeds, takes the last epoch of each, and looks at the test digits once a seed. Appends one row a
seed to experiments/results.csv, prints a table, and last one line of JSON. A seed whose row is there already, made by
the same training code, is not trained again; with --keep, a benchmark that was stopped goes on where it was.

    scripts/bench recipes accurate --seeds 5 --workers 2 --threads 1 --keep runs/accurate
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.ledger import RESULTS, append, machine, note_configuration, read, training_commit
from shared.one_training import train_once

from inkdigits.training.loop.devices import find_device
from inkdigits.training.recipes.recipe import RECIPES, Recipe
from inkdigits.training.runs.run_folder import RunFolder

COLUMNS = (
    "date", "recipe", "seed", "epochs", "batch_size", "device", "threads", "precision", "machine", "commit",
    "validation_accuracy", "test_accuracy", "test_loss", "test_ece", "training_seconds", "seconds_an_epoch",
)  # fmt: skip


@dataclass(frozen=True)
class Seed:
    """One run to make: its number, its folder, and the commit of the code that trains it."""

    number: int
    folder: Path
    commit: str


def plan(recipe: Recipe, numbers: range, folder: Path) -> list[Seed]:
    """Return the runs of a recipe; one that has begun in the folder keeps the commit that it was begun with."""
    seeds = []
    for number in numbers:
        run = RunFolder(folder / f"{recipe.name}-{number}")
        commit = training_commit()
        if run.config_file.exists():
            config = run.read_config()
            if config["recipe"] != recipe.to_dict():
                sys.exit(f"{run.path} holds a run of other settings than {recipe.name} has now; name another --keep")
            commit = commit if config["commit"] is None else begun_with(config["commit"], commit)
        seeds.append(Seed(number, run.path, commit))
    return seeds


def begun_with(revision: str, commit: str) -> str:
    """Return the training code's commit at a revision, as `training_commit` names it now if it is the same."""
    before = training_commit(revision)
    return commit if commit.rstrip("+") == before else before


def find_row(recipe: Recipe, seed: Seed, device: str) -> dict[str, str] | None:
    """Return the row that a seed has already, if there is one."""
    wanted = {
        "recipe": recipe.name,
        "seed": str(seed.number),
        "epochs": str(recipe.epochs),
        "batch_size": str(recipe.batch_size),
        "device": device,
        "commit": seed.commit,
    }
    return next((row for row in read(RESULTS) if wanted.items() <= row.items()), None)


async def measure(recipe: Recipe, seeds: list[Seed], workers: int, **settings: Any) -> None:
    """Train the seeds, some at a time, and append the row of each as it ends."""
    turn = asyncio.Semaphore(workers)

    async def measure_one(seed: Seed) -> None:
        async with turn:
            run = await train_once(
                recipe.name, seed.folder, seed=seed.number, label=f"{recipe.name}-{seed.number}: ", **settings
            )
            note_configuration(recipe, seed.commit)
            append(RESULTS, COLUMNS, as_row(recipe, seed, run))

    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - for the type checker
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with asyncio.TaskGroup() as group:
        for seed in seeds:
            group.create_task(measure_one(seed))


def as_row(recipe: Recipe, seed: Seed, run: dict[str, Any]) -> dict[str, object]:
    """Return the row of a run."""
    seconds = [record["seconds"] for record in run["epochs"]]
    return {
        "date": f"{datetime.now().astimezone():%Y-%m-%d}",
        "recipe": recipe.name,
        "seed": seed.number,
        "epochs": recipe.epochs,
        "batch_size": recipe.batch_size,
        "device": run["device"],
        "threads": run["threads"],
        "precision": run["precision"],
        "machine": machine(),
        "commit": seed.commit,
        "validation_accuracy": run["epochs"][-1]["validation_accuracy"],
        "test_accuracy": run["test"]["accuracy"],
        "test_loss": round(run["test"]["loss"], 6),
        "test_ece": round(run["test"]["ece"], 6),
        "training_seconds": round(sum(seconds), 2),
        "seconds_an_epoch": round(statistics.median(seconds), 2),
    }


def report(recipe: Recipe, rows: list[dict[str, str]]) -> None:
    """Print the table and the line of JSON."""
    print(f"{'seed':>4}  {'validation':>10}  {'test':>7}  {'training':>10}  threads")
    for row in rows:
        validation, test = float(row["validation_accuracy"]), float(row["test_accuracy"])
        print(f"{row['seed']:>4}  {validation:>10.2%}  {test:>7.2%}  {row['training_seconds']:>8} s  {row['threads']}")
    accuracies = [100 * float(row["test_accuracy"]) for row in rows]
    summary = {
        "recipe": recipe.name,
        "seeds": len(rows),
        "test_accuracy_mean": round(statistics.mean(accuracies), 4),
        "test_accuracy_sd": round(statistics.stdev(accuracies), 4) if len(rows) > 1 else None,
        "training_seconds_median": statistics.median(float(row["training_seconds"]) for row in rows),
        "seconds_an_epoch_median": statistics.median(float(row["seconds_an_epoch"]) for row in rows),
        "machine": machine(),
        "threads": sorted({int(row["threads"]) for row in rows}),
    }
    print(json.dumps(summary))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe", choices=RECIPES, metavar="RECIPE")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, help="threads a run; torch's own choice if not given")
    parser.add_argument("--workers", type=int, default=1, help="runs at the same time; times then say little")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep each run in DIR/RECIPE-SEED, to go on with")
    options = parser.parse_args()
    recipe, device = RECIPES[options.recipe], str(find_device(options.device))
    with tempfile.TemporaryDirectory() as temporary:
        numbers = range(options.first_seed, options.first_seed + options.seeds)
        seeds = plan(recipe, numbers, options.keep or Path(temporary))
        todo = [seed for seed in seeds if find_row(recipe, seed, device) is None]
        try:
            asyncio.run(measure(recipe, todo, options.workers, threads=options.threads, device=device))
        except (KeyboardInterrupt, asyncio.CancelledError):
            print("stopped; the same command does what is left", file=sys.stderr)
            sys.exit(130)
    report(recipe, [row for seed in seeds if (row := find_row(recipe, seed, device)) is not None])


if __name__ == "__main__":
    main()
