"""Recipes beside other people's programs: `scripts/bench peers instant fast mlp notebook:2 keras_convnet --rounds 3`.

Each program runs in a process of its own, one after the other, round by round, so that a slow hour of the machine
meets all of them. All learn from the same 55,000 pictures; the clock runs while they learn, and stands while they load,
test and write. `NAME:EPOCHS` runs a recipe with so many epochs, which is another training; of a peer, whose epochs all
cost the same, it runs the first so many, and each of the rest counts as the quickest of them. Appends one row a run to
experiments/peers.csv, prints two tables, and last one line of JSON.

Ratios are a peer's seconds over a recipe's in the same round, median (lowest to highest) over the rounds: of one epoch,
of the whole training, and up to the first epoch whose test accuracy reaches the target. Peers are tested after each
epoch, so they may stop at their luckiest; a recipe is tested after its last only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from shared.environments import python_with
from shared.ledger import PEERS, append, machine, training_commit
from shared.one_training import train_once, without_thread_settings

import inkdigits
from inkdigits.errors import unknown_name
from inkdigits.training.recipes.recipe import RECIPES

FOLDER = Path(__file__).parent / "peers"
WHOLE = {"notebook": 20, "keras_convnet": 15, "pytorch_example": 14}  # the epochs that their authors train
IN_KERAS = {"notebook", "keras_convnet"}
COLUMNS = (
    "date", "round", "program", "epochs", "training_seconds", "seconds_an_epoch", "accuracy", "machine", "versions",
    "commit", "threads", "process_seconds", "epoch_seconds", "epoch_accuracies",
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """A recipe or a peer, and how many epochs of it to run."""

    name: str
    epochs: int
    whole: int

    @classmethod
    def parse(cls, text: str) -> Program:
        """Return the program of `NAME` or `NAME:EPOCHS`."""
        name, _, number = text.partition(":")
        if name in WHOLE:
            return cls(name, int(number or WHOLE[name]), WHOLE[name])
        if name not in RECIPES:
            raise argparse.ArgumentTypeError(str(unknown_name("program", name, [*WHOLE, *RECIPES])))
        epochs = int(number or RECIPES[name].epochs)
        return cls(name, epochs, epochs)

    @property
    def is_peer(self) -> bool:
        """Whether it is somebody else's."""
        return self.name in WHOLE

    def __str__(self) -> str:
        return f"{self.name}:{self.epochs}"


@dataclass(frozen=True)
class Run:
    """One run of a program.

    Attributes:
        program: what ran.
        seconds: of training, for each epoch.
        accuracies: on test, from 0 to 1, by epoch from 1, where it was tested.
        process_seconds: from the start of the process to its end, loading and testing among it.
        processor_seconds: of the process, of all processors together: what counts where others are at work too.
        versions: of the libraries.

    """

    program: Program
    seconds: list[float]
    accuracies: dict[int, float]
    process_seconds: float
    processor_seconds: float
    versions: dict[str, str]

    @property
    def an_epoch(self) -> float:
        """Seconds of an epoch: the median."""
        return statistics.median(self.seconds)

    @property
    def whole(self) -> float:
        """Seconds of the whole training; an epoch that did not run counts as the quickest of those that did."""
        return sum(self.seconds) + (self.program.whole - len(self.seconds)) * min(self.seconds)

    def until(self, target: float) -> float | None:
        """Return the seconds up to the first epoch that reaches an accuracy; None if none does."""
        reached = [epoch for epoch, accuracy in self.accuracies.items() if accuracy >= target]
        return sum(self.seconds[: min(reached)]) if reached else None


def processor_seconds() -> float:
    """Return what the processes took that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_recipe(program: Program, seed: int, threads: int | None) -> Run:
    """Train a recipe."""
    before = processor_seconds()
    with tempfile.TemporaryDirectory() as folder:
        run = asyncio.run(
            train_once(program.name, Path(folder) / "run", seed=seed, epochs=program.epochs, threads=threads)
        )
    seconds = [record["seconds"] for record in run["epochs"]]
    accuracy = {len(seconds): run["test"]["accuracy"]}
    return Run(program, seconds, accuracy, run["process_seconds"], processor_seconds() - before, run["versions"])


def run_peer(program: Program, seed: int, threads: int | None, python: Path, data: Path, backend: str) -> Run:
    """Train a peer with the Python of an environment, and Keras with one of its backends."""
    script = FOLDER / f"{program.name}.py"
    command = [str(python), str(script), str(data), "--epochs", str(program.epochs), "--seed", str(seed)]
    command += ["--threads", str(threads)] if threads else []
    begin, before = time.perf_counter(), processor_seconds()
    environment = without_thread_settings() | {"KERAS_BACKEND": backend}
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    process_seconds = time.perf_counter() - begin
    took = processor_seconds() - before
    told = json.loads(answer.stdout.splitlines()[-1])
    return Run(
        program, told["seconds"], dict(enumerate(told["accuracies"], 1)), process_seconds, took, told["versions"]
    )


def tensorflow_environment() -> Path:
    """Return the Python of the peers' environment, made on first use."""
    return python_with(FOLDER / "requirements.txt", ".venv-peers")


def write_digits(path: Path) -> None:
    """Write the 55,000 pictures that recipes learn from, and the 10,000 for testing, as Keras' mnist.npz has them."""
    training, test = (inkdigits.load_dataset("mnist", split) for split in ("train", "test"))
    np.savez(path, x_train=training.images, y_train=training.labels, x_test=test.images, y_test=test.labels)


def as_row(run: Run, date: str, number: int, threads: int | None) -> dict[str, object]:
    """Return the row of a run."""
    return {
        "date": date,
        "round": number,
        "program": run.program.name,
        "epochs": run.program.epochs,
        "training_seconds": round(sum(run.seconds), 3),
        "seconds_an_epoch": round(run.an_epoch, 3),
        "accuracy": max(run.accuracies.items())[1],
        "machine": machine(),
        "versions": " ".join(f"{name}={version}" for name, version in sorted(run.versions.items())),
        "commit": "" if run.program.is_peer else training_commit(),
        "threads": threads or "default",
        "process_seconds": round(run.process_seconds, 2),
        "epoch_seconds": " ".join(f"{seconds:.3f}" for seconds in run.seconds),
        "epoch_accuracies": " ".join(f"{epoch}:{accuracy}" for epoch, accuracy in run.accuracies.items()),
    }


def spread(values: list[float]) -> dict[str, float]:
    """Return median, lowest and highest."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "n": len(values)}


def ratios(recipes: list[Run], peers: list[Run], seconds: Callable[[Run], float | None]) -> dict[str, float] | None:
    """Return a peer's seconds over a recipe's, round by round; None if no round has both."""
    pairs = [(seconds(peer), seconds(recipe)) for recipe, peer in zip(recipes, peers, strict=True)]
    found = [theirs / ours for theirs, ours in pairs if theirs is not None and ours is not None]
    return spread(found) if found else None


def summarise(runs: dict[Program, list[Run]], target: float) -> dict[str, Any]:
    """Return the figures of each program, and of each recipe beside each peer."""
    programs = {
        str(program): {
            "seconds_an_epoch": spread([run.an_epoch for run in rounds]),
            "whole_seconds": spread([run.whole for run in rounds]),
            "process_seconds": spread([run.process_seconds for run in rounds]),
            "processor_seconds": spread([run.processor_seconds for run in rounds]),
            "accuracy": spread([max(run.accuracies.items())[1] for run in rounds]),
        }
        for program, rounds in runs.items()
    }
    pairs = {
        f"{recipe} beside {peer}": {
            "an_epoch": ratios(runs[recipe], runs[peer], lambda run: run.an_epoch),
            "whole": ratios(runs[recipe], runs[peer], lambda run: run.whole),
            "to_target": ratios(runs[recipe], runs[peer], lambda run: run.until(target)),
        }
        for recipe, peer in product(runs, runs)
        if peer.is_peer and not recipe.is_peer
    }
    return {"target": target, "programs": programs, "times_faster": pairs}


def show(figures: dict[str, Any]) -> None:
    """Print both tables."""
    print(f"{'program':<20} {'s an epoch':>22} {'whole training, s':>25} {'process, s':>11} {'test':>8}")
    for name, program in figures["programs"].items():
        epoch, whole = cell(program["seconds_an_epoch"]), cell(program["whole_seconds"])
        process, accuracy = program["process_seconds"]["median"], program["accuracy"]["median"]
        print(f"{name:<20} {epoch:>22} {whole:>25} {process:>11.1f} {accuracy:>8.2%}")
    target = f"to {figures['target']:.2%}"
    print(f"\n{'times faster':<36} {'an epoch':>22} {'whole training':>25} {target:>25}")
    for name, pair in figures["times_faster"].items():
        print(f"{name:<36} {cell(pair['an_epoch']):>22} {cell(pair['whole']):>25} {cell(pair['to_target']):>25}")


def cell(figure: dict[str, float] | None) -> str:
    """Return median (lowest–highest) as text."""
    return f"{figure['median']:.2f} ({figure['min']:.2f}–{figure['max']:.2f})" if figure else "not reached"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="+", type=Program.parse, help=f"recipes, and peers: {', '.join(WHOLE)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--target", type=float, default=99.22, help="test accuracy in per cent")
    parser.add_argument("--threads", type=int, help="of every program; each framework's own choice if not given")
    parser.add_argument(
        "--backend", choices=("tensorflow", "torch"), default="tensorflow", help="of Keras (%(default)s)"
    )
    parser.add_argument("--python", type=Path, help="of an environment that has TensorFlow; .venv-peers if not given")
    options = parser.parse_args()
    in_keras = any(program.name in IN_KERAS for program in options.programs)
    needs_tensorflow = in_keras and options.backend == "tensorflow"  # torch and Keras come with inkdigits[keras]
    keras = options.python or (tensorflow_environment() if needs_tensorflow else Path(sys.executable))
    date = f"{datetime.now().astimezone():%Y-%m-%dT%H:%M}"
    runs: dict[Program, list[Run]] = {program: [] for program in options.programs}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "mnist.npz"
        write_digits(data)
        for number in range(1, options.rounds + 1):
            for program in runs:
                print(f"round {number} of {options.rounds}: {program}", file=sys.stderr, flush=True)
                if program.is_peer:
                    python = keras if program.name in IN_KERAS else Path(sys.executable)
                    run = run_peer(program, number, options.threads, python, data, options.backend)
                else:
                    run = run_recipe(program, number, options.threads)
                runs[program].append(run)
                append(PEERS, COLUMNS, as_row(run, date, number, options.threads))
    figures = summarise(runs, options.target / 100)
    show(figures)
    print(json.dumps(figures | {"date": date, "machine": machine(), "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
