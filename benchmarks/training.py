"""What training costs: `python benchmarks/training.py`.

Seconds an epoch of MNIST and the peak memory of the whole process, for each recipe and number of threads. Prints a
table, and last one line of JSON. Accuracy is measured by `benchmarks/recipes.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from inkdigits.learning.recipes import RECIPES

CODE = """
import json, resource, sys
import torch
import inkdigits
recipe, threads, epochs, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
torch.set_num_threads(threads)
run = inkdigits.train(recipe, epochs=epochs, out=out)
print(json.dumps({
    "seconds": [record.seconds for record in run.history],
    "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def measure(recipe: str, threads: int, epochs: int) -> dict[str, Any]:
    """Train in a process of its own and return what it cost."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", CODE, recipe, str(threads), str(epochs), str(Path(folder) / "run")]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
    cost = json.loads(answer.stdout.splitlines()[-1])
    return {
        "recipe": recipe,
        "threads": threads,
        "seconds_an_epoch_median": round(statistics.median(cost["seconds"]), 2),
        "epochs": epochs,
        "peak_mebibytes": round(cost["mebibytes"]),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=sorted({1, os.cpu_count() or 1}))
    options = parser.parse_args()
    print(f"{'recipe':<8} {'threads':>7} {'s an epoch':>10} {'peak MiB':>9}")
    rows = []
    for recipe in RECIPES:
        for threads in options.threads:
            row = measure(recipe, threads, options.epochs)
            rows.append(row)
            seconds, mebibytes = row["seconds_an_epoch_median"], row["peak_mebibytes"]
            print(f"{recipe:<8} {threads:>7} {seconds:>10} {mebibytes:>9}", flush=True)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
