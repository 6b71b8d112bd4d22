"""What it costs to share a training run: `scripts/bench cluster_training`.

The same recipe, seed and batches, once in one process with so many threads as there are workers elsewhere, once in
workers on Ray, once in processes that torchrun starts. Training seconds are those of the history, without the start of
anything; whole seconds are the command's. Rounds take turns, so that a busy minute meets all alike. Appends rows to
experiments/cluster.csv, prints them, and last one line of JSON. `--data optdigits` needs no download.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from cluster_reading import COLUMNS, SCALE
from shared.ledger import REPOSITORY, append, commit, machine
from shared.one_training import without_thread_settings

__all__ = ["commands", "measure"]

TORCHRUN = ("-m", "torch.distributed.run", "--standalone")


def commands(workers: int) -> dict[str, list[str]]:
    """Return what is compared: its name and the beginning of its command."""
    alone = [sys.executable, "-m", "inkdigits", "train"]
    return {
        "1 process": [*alone, "--threads", str(workers)],
        "Ray": [*alone[:-1], "cluster", "train", "--workers", str(workers)],
        "torchrun": [sys.executable, *TORCHRUN, "--nproc-per-node", str(workers), *alone[1:], "--threads", "1"],
    }


def measure(command: list[str], recipe: str, data: str, epochs: int) -> dict[str, float]:
    """Train once; return the seconds of training, those of the whole command, and the validation accuracy."""
    environment = without_thread_settings() | {"PYTHONPATH": str(REPOSITORY / "src")}
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        options = ["--recipe", recipe, "--data", data, "--epochs", str(epochs), "--out", str(run)]
        begin = time.perf_counter()
        subprocess.run([*command, *options], env=environment, stdout=subprocess.DEVNULL, check=True)
        whole = time.perf_counter() - begin
        metrics = json.loads((run / "metrics.json").read_bytes())
    return {
        "training seconds": metrics["training_seconds"],
        "whole seconds": whole,
        "validation accuracy": metrics["validation"]["accuracy"],
    }


def main() -> None:
    """Measure, note and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="fast")
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    compared = commands(options.workers)
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in compared}
    for _ in range(options.rounds):
        for name, command in compared.items():
            measured[name].append(measure(command, options.recipe, options.data, options.epochs))
    figures = {
        (f"training {options.recipe} on {options.data}, {name} with {options.workers}", quantity): statistics.median(
            one[quantity] for one in rounds
        )
        for name, rounds in measured.items()
        for quantity in rounds[0]
    }
    about = {
        "date": f"{datetime.now().astimezone():%Y-%m-%d}",
        "commit": commit(),
        "machine": machine(),
    }
    for (what, quantity), value in figures.items():
        append(SCALE, COLUMNS, about | {"what": what, "quantity": quantity, "value": f"{value:.6g}"})
        print(f"{what:60} {quantity:20} {value:10.4g}")
    print(json.dumps({f"{what}: {quantity}": value for (what, quantity), value in figures.items()}))


if __name__ == "__main__":
    main()
