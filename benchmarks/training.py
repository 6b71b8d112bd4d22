"""What training costs: `scripts/bench training fast mlp`.

Seconds of whole trainings on MNIST, or of shorter ones, and the peak memory of the process, for each recipe and number
of threads. Wants a machine that does nothing else. Appends one row a run to experiments/times.csv, prints a
table, and last one line of JSON. Accuracy is measured by `scripts/bench recipes`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
from datetime import datetime
from pathlib import Path

from shared.ledger import TIMES, append, machine, note_configuration, training_commit
from shared.one_training import train_once

from inkdigits.training.recipes.recipe import RECIPES

COLUMNS = (
    "date", "recipe", "epochs", "batch_size", "device", "threads", "machine", "commit",
    "training_seconds", "seconds_an_epoch", "peak_mebibytes",
)  # fmt: skip


def measure(recipe: str, threads: int, epochs: int | None, device: str) -> dict[str, object]:
    """Train once and return what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        run = asyncio.run(train_once(recipe, out, threads=threads, epochs=epochs, device=device, label=f"{recipe}: "))
    seconds = [record["seconds"] for record in run["epochs"]]
    return {
        "date": f"{datetime.now().astimezone():%Y-%m-%d}",
        "recipe": recipe,
        "epochs": len(seconds),
        "batch_size": run["batch_size"],
        "device": run["device"],
        "threads": run["threads"],
        "machine": machine(),
        "commit": training_commit(),
        "training_seconds": round(sum(seconds), 3),
        "seconds_an_epoch": round(statistics.median(seconds), 3),
        "peak_mebibytes": run["peak_mebibytes"],
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", default=list(RECIPES), help="all of them if none is named")
    parser.add_argument("--epochs", type=int, help="instead of the recipe's")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[os.cpu_count() or 1])
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    rows = []
    for recipe in options.recipes:
        for threads in options.threads:
            for _ in range(options.runs):
                rows.append(measure(recipe, threads, options.epochs, options.device))
                note_configuration(RECIPES[recipe], training_commit())
                append(TIMES, COLUMNS, rows[-1])
    print(f"{'recipe':<10} {'threads':>7} {'epochs':>6} {'training':>10} {'s an epoch':>10} {'peak MiB':>9}")
    for row in rows:
        print(
            f"{row['recipe']:<10} {row['threads']:>7} {row['epochs']:>6} {row['training_seconds']:>8} s "
            f"{row['seconds_an_epoch']:>10} {row['peak_mebibytes']:>9}"
        )
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
