"""How cost grows with the data and with the network: `scripts/bench growth`.

Training: MNIST's digits 1, 10 and 100 times over, mapped from a file as more data than memory would be, and networks of
1, 2 and 4 times the channels. Each in a process of its own, which stops after `--pictures` pictures, since what an
epoch takes is its pictures times what one takes; what comes once (loading, the order of all pictures) is timed apart.
Reading: 100, 1,000 and 10,000 drawings through `read_many`. Classifying: 1,000 to 100,000 digits, mapped from a file.
Memory is what the process itself asked for, without the pages of the mapped file. Appends rows to
experiments/growth.csv, prints a table, draws it if asked to, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from shared.ledger import REPOSITORY, append, machine

from inkdigits.data.dataset import Images

SCALING = REPOSITORY / "experiments" / "growth.csv"
COLUMNS = (
    "date", "work", "factor", "pictures", "once_seconds", "microseconds_a_picture", "exponent", "peak_mebibytes",
    "machine",
)  # fmt: skip
CHANNELS = (16, 24, 64, 64)  # of the recipe `fast`


def own_mebibytes() -> float:
    """Return the memory that this process asked for and has touched, without mapped files."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


class Watcher:
    """Notes when the first chunk is over and how long the rest takes, and asks for a stop after enough pictures."""

    def __init__(self, pictures: int) -> None:
        self._pictures = pictures
        self.begin = time.perf_counter()
        self.first: tuple[float, int] | None = None
        self.last = (self.begin, 0)
        self.peak = 0.0

    def on_step(self, report: Any) -> None:
        """Take note of a chunk."""
        self.last = (time.perf_counter(), report.seen)
        self.first = self.first or self.last
        self.peak = max(self.peak, own_mebibytes())

    def on_epoch(self, history: Any) -> None:
        """Do nothing: no epoch of more than `--pictures` ends."""

    def enough(self) -> bool:
        """Whether as many pictures were seen as asked for."""
        return self.last[1] >= self._pictures


def mapped(images: Images, factor: int, folder: Path) -> Images:
    """Return the pictures so many times over, without taking memory: mapped from a file in a folder."""
    file = folder / "images.bin"
    with file.open("wb") as output:
        for _ in range(factor):
            output.write(images.tobytes())
    return np.memmap(file, np.uint8, "r", shape=(factor * len(images), 28, 28))


def train(factor: int, width: int, pictures: int, folder: Path) -> dict[str, float]:
    """Train on the digits so many times over, with so many times the channels; return what it cost."""
    import torch

    from inkdigits import load_dataset
    from inkdigits.errors import TrainingInterrupted
    from inkdigits.models.digit_networks import MODELS, convnet
    from inkdigits.training.loop.fit import fit
    from inkdigits.training.recipes.recipe import Recipe
    from inkdigits.training.tasks.digit_task import DigitsTask

    MODELS["of this width"] = lambda: convnet(*(width * channels for channels in CHANNELS))
    recipe = dataclasses.replace(Recipe.named("fast"), model="of this width", review=None, epochs=1)
    digits, validation = (load_dataset("mnist", split) for split in ("train", "validation"))
    images = mapped(digits.images, factor, folder)
    many = dataclasses.replace(digits, images=images, labels=np.tile(digits.labels, factor))
    watcher = Watcher(min(pictures, len(many) - 1))
    with contextlib.suppress(TrainingInterrupted):
        fit(
            DigitsTask(many, validation, recipe, seed=0, device=torch.device("cpu")),
            checkpoint=folder / "checkpoint",
            identity={},
            observers=[watcher],
            should_stop=watcher.enough,
        )
    assert watcher.first is not None  # noqa: S101 - for the type checker
    (first, seen_first), (last, seen) = watcher.first, watcher.last
    a_picture = (last - first) / (seen - seen_first)
    return {
        "pictures": len(many),
        "once_seconds": max(0.0, first - watcher.begin - seen_first * a_picture),
        "microseconds_a_picture": 1e6 * a_picture,
        "peak_mebibytes": watcher.peak,
    }


def read(factor: int) -> dict[str, float]:
    """Read so many times a hundred drawings; return what it cost."""
    import inkdigits
    from inkdigits.samples import sample_pictures

    drawings = [path for path in sample_pictures() if path.suffix == ".png"]
    sources = [drawings[place % len(drawings)] for place in range(100 * factor)]
    begin = time.perf_counter()
    reader = inkdigits.Reader()
    reader.read(sources[0])
    once, peak = time.perf_counter() - begin, 0.0
    begin = time.perf_counter()
    for place, _ in enumerate(reader.read_many(sources)):
        if place % 50 == 0:
            peak = max(peak, own_mebibytes())
    return {
        "pictures": len(sources),
        "once_seconds": once,
        "microseconds_a_picture": 1e6 * (time.perf_counter() - begin) / len(sources),
        "peak_mebibytes": peak,
    }


def classify(factor: int, folder: Path) -> dict[str, float]:
    """Classify so many times a thousand digits; return what it cost."""
    import inkdigits

    digits = mapped(inkdigits.load_dataset("mnist", "train").images[:1000], factor, folder)
    begin = time.perf_counter()
    classifier = inkdigits.Classifier()
    classifier.predict(digits[:1])
    once = time.perf_counter() - begin
    begin = time.perf_counter()
    classifier.predict(digits)
    return {
        "pictures": len(digits),
        "once_seconds": once,
        "microseconds_a_picture": 1e6 * (time.perf_counter() - begin) / len(digits),
        "peak_mebibytes": own_mebibytes(),
    }


def in_a_process(work: str, factor: int, pictures: int) -> dict[str, Any]:
    """Do one piece of work in a process of its own."""
    command = [sys.executable, __file__, "--alone", work, str(factor), "--pictures", str(pictures)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    return json.loads(answer.stdout.splitlines()[-1])


def alone(work: str, factor: int, pictures: int) -> dict[str, float]:
    """Do one piece of work in this process."""
    if work == "reading":
        return read(factor)
    with tempfile.TemporaryDirectory() as folder:
        if work == "classifying":
            return classify(factor, Path(folder))
        data, width = (factor, 1) if work == "training, data" else (1, factor)
        return train(data, width, pictures, Path(folder))


def exponent(rows: list[dict[str, Any]]) -> float:
    """Return the slope of the whole cost over the pictures (or, for widths, of one picture's cost), log over log."""
    grows = "factor" if rows[0]["work"] == "training, width" else "pictures"
    costs = [
        row["microseconds_a_picture"]
        if grows == "factor"
        else row["once_seconds"] + 1e-6 * row["pictures"] * row["microseconds_a_picture"]
        for row in rows
    ]
    return statistics.linear_regression(np.log([row[grows] for row in rows]), np.log(costs)).slope


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw one picture's cost and the memory over how much more there is to do, and write it as the suffix says."""
    figure = Figure(figsize=(9, 4), layout="constrained")
    cost, memory = figure.subplots(1, 2)
    for work in dict.fromkeys(row["work"] for row in rows):
        of_it = [row for row in rows if row["work"] == work]
        factors = [row["factor"] for row in of_it]
        cost.loglog(factors, [row["microseconds_a_picture"] for row in of_it], "o-", label=work)
        memory.semilogx(factors, [row["peak_mebibytes"] for row in of_it], "o-", label=work)
    cost.set(xlabel="times the data or the channels", ylabel="microseconds a picture")
    memory.set(xlabel="times the data or the channels", ylabel="memory of the process, MiB", ylim=(0, None))
    cost.legend()
    figure.savefig(path)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=25_000, help="how many to train on for each figure")
    parser.add_argument("--alone", nargs=2, metavar=("WORK", "FACTOR"), help="one piece of work, as JSON")
    parser.add_argument("--figure", type=Path, help="draw the table into this .svg, .png or .pdf")
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(alone(options.alone[0], int(options.alone[1]), options.pictures)))
        return
    print(f"{'work':<16} {'factor':>6} {'pictures':>10} {'once s':>7} {'µs a picture':>12} {'peak MiB':>9}  exponent")
    every = []
    for work, factors in {
        "training, data": (1, 10, 100),
        "training, width": (1, 2, 4),
        "reading": (1, 10, 100),
        "classifying": (1, 10, 100),
    }.items():
        rows = []
        for factor in factors:
            rows.append({"work": work, "factor": factor} | in_a_process(work, factor, options.pictures))
            row = rows[-1]
            print(
                f"{work:<16} {factor:>6} {row['pictures']:>10,} {row['once_seconds']:>7.2f} "
                f"{row['microseconds_a_picture']:>12.1f} {row['peak_mebibytes']:>9.0f}",
                flush=True,
            )
        slope = exponent(rows)
        print(f"{'':<63}  {slope:.2f}")
        for row in rows:
            facts = {"date": f"{datetime.now().astimezone():%Y-%m-%d}", "machine": machine()}
            rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in row.items()}
            append(SCALING, COLUMNS, rounded | {"exponent": round(slope, 3)} | facts)
        every += rows
    if options.figure:
        draw(every, options.figure)
    print(json.dumps(every))


if __name__ == "__main__":
    main()
