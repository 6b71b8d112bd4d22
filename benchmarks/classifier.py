"""Classifier beside PyTorch and Keras, the same network: `scripts/bench classifier [MODEL] --rounds 5`.

Reads the 10,000 test digits with each, in processes that stay open and take turns, with one thread and with two, and
one digit at a time. Ratios are another's seconds over Classifier's in the same round, median (lowest to highest).
Appends one row a program to experiments/reading.csv, prints a table, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import numpy as np
from peers import tensorflow_environment
from shared.companion import Companion
from shared.ledger import REPOSITORY, append, machine
from shared.one_training import without_thread_settings

import inkdigits
from inkdigits.models.exporting import export

FOLDER = Path(__file__).parent / "readers"
READING = REPOSITORY / "experiments" / "reading.csv"
COLUMNS = (
    "date", "model", "program", "threads", "rounds", "digits", "seconds_median", "digits_per_second",
    "ratio_median", "ratio_lowest", "ratio_highest", "tuned", "machine",
)  # fmt: skip
ONE = "inkdigits, one at a time"


class Program:
    """A reader in a process of its own, which waits between its turns."""

    def __init__(self, python: Path, script: str, model: Path, images: Path, threads: int) -> None:
        source = os.pathsep.join([str(REPOSITORY / "src"), str(FOLDER)])
        command = [str(python), str(FOLDER / script), str(model), str(images), str(threads)]
        self.process = Companion(command, without_thread_settings() | {"PYTHONPATH": source})
        facts = json.loads(self.process.listen())
        self.ways: list[str] = facts["ways"]
        self.read: dict[str, str] = facts["read"]
        self.tuned: str = facts.get("tuned", "")

    def seconds(self, way: str) -> float:
        """Let it read all pictures in one of its ways; return the seconds."""
        return float(self.process.ask(way))


def measure(scripts: dict[str, tuple[Path, Path]], images: Path, threads: int, rounds: int) -> list[dict[str, object]]:
    """Let the programs take turns; return one row for each of their ways."""
    with ExitStack() as stack:
        programs = [Program(python, script, model, images, threads) for script, (python, model) in scripts.items()]
        for program in programs:
            stack.enter_context(program.process)
        check_agreement({way: digits for program in programs for way, digits in program.read.items() if way != ONE})
        taken: dict[str, list[float]] = {way: [] for program in programs for way in program.ways}
        for _ in range(rounds):
            for program in programs:
                for way in program.ways:
                    taken[way].append(program.seconds(way))
        tuned = {way: program.tuned for program in programs for way in program.ways if way.endswith("tuned")}
    return [as_row(way, taken, tuned.get(way, ""), threads) for way in taken]


def check_agreement(read: dict[str, str]) -> None:
    """Raise ValueError if a program reads more than one digit of a thousand otherwise than Classifier: another network.

    Args:
        read: the digits that each program read, in the same order.

    """
    for program, digits in read.items():
        others = sum(theirs != ours for theirs, ours in zip(digits, read["inkdigits"], strict=True))
        if others > len(digits) / 1000:
            raise ValueError(f"{program} reads {others} of {len(digits)} digits otherwise than Classifier")


def as_row(way: str, taken: dict[str, list[float]], tuned: str, threads: int) -> dict[str, object]:
    """Return the row of one way of reading."""
    digits = 100 if way == ONE else 10_000
    ratios = [theirs / ours for theirs, ours in zip(taken[way], taken["inkdigits"], strict=True)]
    median = statistics.median(taken[way])
    alone = way.startswith("inkdigits")
    return {
        "program": way,
        "threads": threads,
        "rounds": len(taken[way]),
        "digits": digits,
        "seconds_median": round(median, 4),
        "digits_per_second": round(digits / median),
        "ratio_median": "" if alone else round(statistics.median(ratios), 2),
        "ratio_lowest": "" if alone else round(min(ratios), 2),
        "ratio_highest": "" if alone else round(max(ratios), 2),
        "tuned": tuned,
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default="bundled")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--python", type=Path, help="a Python that has TensorFlow; made if not given")
    options = parser.parse_args()
    keras_python = options.python or tensorflow_environment()
    model = inkdigits.Classifier(options.model).info.name
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        images, onnx, keras = folder / "images.npy", folder / "model.onnx", folder / "model.keras"
        np.save(images, inkdigits.load_dataset("mnist", split="test").images)
        export(options.model, "onnx", onnx)
        export(options.model, "keras", keras)
        scripts = {
            "inkdigits_reader.py": (Path(sys.executable), onnx),
            "torch_reader.py": (Path(sys.executable), onnx),
            "keras_reader.py": (keras_python, keras),
        }
        for threads in options.threads:
            rows += measure(scripts, images, threads, options.rounds)
    print(f"{'threads':>7}  {'program':<26} {'digits/s':>9}  {'times Classifier':>16}  tuned")
    for row in rows:
        row |= {"date": f"{datetime.now().astimezone():%Y-%m-%d}", "model": model, "machine": machine()}
        append(READING, COLUMNS, row)
        ratio = row["ratio_median"] and f"{row['ratio_median']} ({row['ratio_lowest']}–{row['ratio_highest']})"
        print(f"{row['threads']:>7}  {row['program']:<26} {row['digits_per_second']:>9}  {ratio:>16}  {row['tuned']}")
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
