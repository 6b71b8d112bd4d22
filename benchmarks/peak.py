"""How much of the machine training and reading use: `scripts/bench peak --recipe fast`.

The peak is what the quickest of several products of two large float32 matrices reaches in the same run, with as many
threads. Beside it stand the rates of `fit` (the second epoch over `--pictures` digits, without the recipe's review,
which changes only which pictures are seen) and of `Classifier`. Counted are the operations of convolutions and dense
layers, two for each multiply-add: forward when reading; forward and backward when training, but not the optimiser's.

Where the time goes is told by torch's and ONNX Runtime's own profilers, in a further run of one thread each, so that
nothing runs side by side. Appends rows to experiments/peak.csv, prints tables, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import onnxruntime
import torch
from shared.ledger import REPOSITORY, append, machine
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

import inkdigits
from inkdigits.data import Dataset
from inkdigits.models.digit_networks import build_model, count_multiply_adds
from inkdigits.models.onnx_file import read_model
from inkdigits.reading.model_file import find_model
from inkdigits.training.loop.fit import fit
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.tasks.digit_task import DigitsTask

PEAK = REPOSITORY / "experiments" / "peak.csv"
COLUMNS = (
    "date", "work", "threads", "gigaflops", "peak_gigaflops", "share", "pictures_per_second", "where", "machine",
)  # fmt: skip
# What an operator is for → what its name, or the name of what called it, holds; the first that fits.
KINDS = {
    "optimiser": ("optimizer.step",),
    "normalisation": ("batch_norm", "batchnorm"),
    "convolution": ("conv",),
    "pooling": ("pool",),
    "activation": ("relu", "threshold"),
    "augmentation": ("grid_sampler", "affine_grid", "aten::rand", "aten::stack"),
    "dense layers and loss": ("linear", "addmm", "gemm", "matmul", "softmax", "nll_loss", "cross_entropy"),
    "loading and scaling": ("aten::index", "aten::div_", "cast", "div"),
    "memory layout": ("reorder",),
}


def quickest(work: Callable[[], object], runs: int) -> float:
    """Return the seconds of the quickest of some runs."""
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def peak_gigaflops(side: int = 2048) -> float:
    """Return what a large matrix product reaches with torch's threads."""
    left, right = torch.randn(side, side), torch.randn(side, side)
    return 2e-9 * side**3 / quickest(lambda: left @ right, runs=12)


def kind_of(names: Iterable[str]) -> str:
    """Return what an operator is for, by the names of itself and of all that called it."""
    known = [name.lower() for name in names]
    return next(
        (kind for kind, marks in KINDS.items() if any(mark in name for name in known for mark in marks)), "rest"
    )


def shares(taken: Counter[str]) -> dict[str, float]:
    """Return the share that each kind has of the whole, largest first."""
    return {kind: round(time / taken.total(), 3) for kind, time in taken.most_common()}


def learn(recipe: Recipe, digits: Dataset) -> float:
    """Train for two epochs as `fit` does; return the pictures a second of the second."""
    with tempfile.TemporaryDirectory() as folder:
        few = replace(digits, images=digits.images[:100], labels=digits.labels[:100])
        task = DigitsTask(digits, few, replace(recipe, epochs=2, review=None), seed=0, device=torch.device("cpu"))
        _, history = fit(task, checkpoint=Path(folder) / "checkpoint", identity={})
    return history[-1].images_per_second


def training_operations(recipe: Recipe) -> float:
    """Return the operations, forward and backward, that learning from one picture takes."""
    images, labels = torch.rand(recipe.batch_size, 1, 28, 28), torch.zeros(recipe.batch_size, dtype=torch.int64)
    with FlopCounterMode(display=False) as counter:
        functional.cross_entropy(build_model(recipe.model)(images), labels).backward()
    operations: int = counter.get_total_flops()
    return operations / recipe.batch_size


def training_shares(recipe: Recipe, digits: Dataset) -> dict[str, float]:
    """Return where the time of training goes, without what comes before and after the epochs."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        learn(recipe, digits)
    taken: Counter[str] = Counter()
    for event in profile.events() or ():
        taken[kind_of(_names_upwards(event))] += event.self_cpu_time_total
    return shares(taken)


def _names_upwards(event: Any) -> Iterator[str]:
    while event is not None:
        yield event.name
        event = event.cpu_parent


def reading_shares(model: Path, digits: Dataset, batch_size: int = 128) -> dict[str, float]:
    """Return where the time of reading goes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.enable_profiling = 1, True
    with tempfile.TemporaryDirectory() as folder:
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        for start in range(0, len(digits), batch_size):
            session.run(None, {"images": digits.images[start : start + batch_size]})
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    taken: Counter[str] = Counter()
    for event in events:
        if event["cat"] == "Node" and event["name"].endswith("_kernel_time"):
            # Normalisation after pooling is run as a convolution of single channels; its node's name still tells.
            operator = event["args"]["op_name"]
            taken[kind_of([operator, event["name"] if "BatchNormalization" in event["name"] else operator])] += event[
                "dur"
            ]
    return shares(taken)


def measure(recipes: list[Recipe], model: Path, digits: Dataset, threads: int) -> list[dict[str, Any]]:
    """Return one row for each recipe, and one for reading with a model."""
    torch.set_num_threads(threads)
    peak = peak_gigaflops()
    classifier = inkdigits.Classifier(model, threads=threads)
    operations = 2 * count_multiply_adds(read_model(model)[0].network)
    seen = len(digits) / quickest(lambda: classifier.predict_proba(digits.images), runs=4)
    rates = {f"training {recipe.name}": (training_operations(recipe), learn(recipe, digits)) for recipe in recipes}
    rates[f"reading with {classifier.info.name}"] = (operations, seen)
    return [
        {
            "work": work,
            "threads": threads,
            "gigaflops": round(1e-9 * operations * pictures, 1),
            "peak_gigaflops": round(peak, 1),
            "share": round(1e-9 * operations * pictures / peak, 3),
            "pictures_per_second": round(pictures),
        }
        for work, (operations, pictures) in rates.items()
    ]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", nargs="+", type=Recipe.named, default=[Recipe.named("fast")])
    parser.add_argument("--model", type=find_model, default=find_model("bundled"))
    parser.add_argument("--pictures", type=int, default=6144)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    whole = inkdigits.load_dataset("mnist", split="train")
    digits = replace(whole, images=whole.images[: options.pictures], labels=whole.labels[: options.pictures])
    rows = [row for count in options.threads for row in measure(options.recipe, options.model, digits, count)]
    torch.set_num_threads(1)
    where = [training_shares(recipe, digits) for recipe in options.recipe]
    where.append(reading_shares(options.model, digits))
    by_work = {row["work"]: kinds for row, kinds in zip(rows, where, strict=False)}
    print(f"{'work':<28} {'threads':>7} {'pictures/s':>10} {'GFLOP/s':>8} {'product':>8} {'share':>6}")
    for row in rows:
        facts = {"date": f"{datetime.now().astimezone():%Y-%m-%d}", "machine": machine()}
        append(PEAK, COLUMNS, row | facts | {"where": json.dumps(by_work[row["work"]])})
        print(
            f"{row['work']:<28} {row['threads']:>7} {row['pictures_per_second']:>10,} {row['gigaflops']:>8} "
            f"{row['peak_gigaflops']:>8} {row['share']:>6.0%}"
        )
    for work, kinds in by_work.items():
        print(f"\nWhere the time of {work} goes, one thread")
        for kind, share in kinds.items():
            print(f"  {kind:<22} {share:>6.1%}")
    print(json.dumps({"rates": rows, "where": by_work}))


if __name__ == "__main__":
    main()
