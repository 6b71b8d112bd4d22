"""What each recipe costs and reaches: `python benchmarks/recipes.py fast --seeds 5`.

Trains with several seeds, takes the last epoch of each, and looks at the test digits once a seed. Appends one row a
seed to experiments/results.csv, prints a table, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import tempfile
from datetime import datetime
from pathlib import Path

import torch

import inkdigits
from inkdigits.cli.train import LiveProgress
from inkdigits.learning.devices import find_device, has_fast_bfloat16
from inkdigits.learning.runs import provenance

RESULTS = Path(__file__).parents[1] / "experiments" / "results.csv"
COLUMNS = (
    "date", "recipe", "seed", "epochs", "batch_size", "device", "threads", "precision", "machine", "commit",
    "validation_accuracy", "test_accuracy", "test_loss", "test_ece", "training_seconds", "seconds_an_epoch",
)  # fmt: skip


def measure(recipe: str, seed: int, device: str) -> dict[str, object]:
    """Train and test one seed; return a row of the results."""
    with tempfile.TemporaryDirectory() as folder, LiveProgress() as progress:
        run = inkdigits.train(recipe, seed=seed, out=Path(folder) / "run", device=device, observers=[progress])
        test = inkdigits.evaluate(run.model, "mnist", "test")
    place = find_device(device)
    fast = run.recipe.precision == "auto" and has_fast_bfloat16(place)
    return {
        "date": f"{datetime.now().astimezone():%Y-%m-%d}",
        "recipe": recipe,
        "seed": seed,
        "epochs": run.recipe.epochs,
        "batch_size": run.recipe.batch_size,
        "device": str(place),
        "threads": torch.get_num_threads(),
        "precision": "bfloat16" if fast else "float32",
        "machine": machine(),
        "commit": (provenance()["commit"] or "")[:12],
        "validation_accuracy": run.history[-1].validation_accuracy,
        "test_accuracy": test.accuracy,
        "test_loss": round(test.loss, 6),
        "test_ece": round(test.ece, 6),
        "training_seconds": round(sum(record.seconds for record in run.history), 2),
        "seconds_an_epoch": round(statistics.median(record.seconds for record in run.history), 2),
    }


def machine() -> str:
    """Return the processor's name and how many cores there are."""
    names = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def append(row: dict[str, object]) -> None:
    """Add a row to the results; nothing in them is ever changed."""
    new = not RESULTS.exists()
    with RESULTS.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipe")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    rows = []
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        rows.append(measure(options.recipe, seed, options.device))
        append(rows[-1])
    accuracies = [100 * float(str(row["test_accuracy"])) for row in rows]
    seconds = [float(str(row["training_seconds"])) for row in rows]
    summary = {
        "recipe": options.recipe,
        "seeds": len(rows),
        "test_accuracy_mean": round(statistics.mean(accuracies), 4),
        "test_accuracy_sd": round(statistics.stdev(accuracies), 4) if len(rows) > 1 else None,
        "training_seconds_median": statistics.median(seconds),
        "seconds_an_epoch_median": statistics.median(float(str(row["seconds_an_epoch"])) for row in rows),
        "machine": machine(),
        "threads": rows[0]["threads"],
    }
    print(f"{'seed':>4}  {'validation':>10}  {'test':>7}  {'training':>9}")
    for row, accuracy in zip(rows, accuracies, strict=True):
        validation, taken = row["validation_accuracy"], row["training_seconds"]
        print(f"{row['seed']:>4}  {validation:>10.2%}  {accuracy:>6.2f}%  {taken:>7} s")
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
