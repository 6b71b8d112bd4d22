"""How much of the machine training and reading use: `scripts/bench peak --recipe fast`.

The peak is what a product of two large float32 matrices reaches in the same run. Operations are counted from the
network: two for each multiply-add of a convolution or dense layer when reading, six when training (forward, and back to
the inputs and to the weights). Beside each share stands where the time went, by torch's and ONNX Runtime's own
profilers. Appends rows to experiments/peak.csv, prints tables, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from shared.ledger import REPOSITORY, append, machine

import inkdigits
from inkdigits.export.onnx_file import read_model
from inkdigits.learning.augmentation import augment
from inkdigits.learning.devices import keep_freed_memory
from inkdigits.learning.models import build_model, count_multiply_adds
from inkdigits.learning.optimization import make_optimizers
from inkdigits.learning.recipes import Recipe, find_recipe
from inkdigits.modelfile import find_model

PEAK = REPOSITORY / "experiments" / "peak.csv"
COLUMNS = (
    "date", "work", "threads", "gigaflops", "peak_gigaflops", "share", "pictures_per_second", "where", "machine",
)  # fmt: skip
# What an operator's name holds → what it is for; the first that fits.
KINDS = {
    "conv": "convolutions",
    "Conv": "convolutions",
    "batch_norm": "normalisation",
    "BatchNorm": "normalisation",
    "max_pool": "pooling",
    "MaxPool": "pooling",
    "clamp_min": "activation",
    "threshold": "activation",
    "grid_sample": "augmentation",
    "Optimizer": "optimizer",
    "fused": "optimizer",
    "addmm": "dense layers and Muon",
    "aten::mm": "dense layers and Muon",
    "Gemm": "dense layers and Muon",
    "Reorder": "memory layout",
    "fill_": "memory layout",
    "copy_": "memory layout",
}


def median_seconds(work: Callable[[], object], runs: int = 10) -> float:
    """Return how long some work takes: the median, after two runs that do not count."""
    taken = []
    for _ in range(runs + 2):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken[2:])


def peak_gigaflops(side: int = 2048) -> float:
    """Return what a large matrix product reaches with torch's threads."""
    matrix = torch.rand(side, side)
    return 2e-9 * side**3 / median_seconds(lambda: matrix @ matrix)


def shares(by_name: Counter[str]) -> dict[str, float]:
    """Return the share of each kind of operator, largest first."""
    by_kind: Counter[str] = Counter()
    for name, amount in by_name.items():
        by_kind[next((kind for part, kind in KINDS.items() if part in name), "the rest")] += amount
    return {kind: round(amount / by_kind.total(), 3) for kind, amount in by_kind.most_common()}


def training_step(recipe: Recipe) -> Callable[[], None]:
    """Return one step of a recipe as `fit` takes it, augmentation among it."""
    torch.manual_seed(0)
    network = build_model(recipe.model).to(memory_format=torch.channels_last).train()
    optimizers = make_optimizers(recipe, network)
    digits = inkdigits.load_dataset("mnist", split="train")
    images = torch.from_numpy(digits.images[: recipe.batch_size].astype(np.float32) / 255).unsqueeze(1)
    labels = torch.from_numpy(digits.labels[: recipe.batch_size].copy())
    source = torch.Generator().manual_seed(0)

    def step() -> None:
        logits = network(augment(images, recipe.augmentation, source))
        network.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(logits, labels, label_smoothing=recipe.label_smoothing).backward()
        for optimizer in optimizers:
            optimizer.step()

    return step


def measure_training(recipe: Recipe) -> dict[str, object]:
    """Return the rate of training, and where its time goes."""
    step = training_step(recipe)
    seconds = median_seconds(step, runs=30)
    with torch.profiler.profile() as profile:
        for _ in range(20):
            step()
    by_name = Counter({event.key: event.self_cpu_time_total for event in profile.key_averages()})
    operations = 6 * count_multiply_adds(build_model(recipe.model)) * recipe.batch_size
    return {
        "work": f"training {recipe.name}",
        "gigaflops": 1e-9 * operations / seconds,
        "pictures_per_second": recipe.batch_size / seconds,
        "where": shares(by_name),
    }


def measure_reading(model: Path, threads: int, batch: int = 1000) -> dict[str, object]:
    """Return the rate of Classifier, and where ONNX Runtime's time goes."""
    network, info = read_model(model)
    images = inkdigits.load_dataset("mnist", split="test").images[:batch]
    classifier = inkdigits.Classifier(model, threads=threads)
    seconds = median_seconds(lambda: classifier.predict_proba(images))
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        for _ in range(5):
            session.run(None, {"images": images})
        events = json.loads(Path(session.end_profiling()).read_text())
    by_name: Counter[str] = Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("kernel_time"):
            by_name[event["args"]["op_name"]] += event["dur"]
    return {
        "work": f"reading with {info.name}",
        "gigaflops": 2e-9 * count_multiply_adds(network.network) * batch / seconds,
        "pictures_per_second": batch / seconds,
        "where": shares(by_name),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", nargs="+", default=["fast", "accurate", "mlp"])
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    keep_freed_memory()
    rows = []
    for threads in options.threads:
        torch.set_num_threads(threads)
        peak = peak_gigaflops()
        print(f"{threads} threads; peak {peak:.0f} GFLOP/s")
        works = [measure_training(find_recipe(name)) for name in options.recipe]
        works.append(measure_reading(find_model(options.model), threads))
        for row in works:
            share = float(str(row["gigaflops"])) / peak
            row |= {"threads": threads, "peak_gigaflops": round(peak, 1), "share": round(share, 3)}
            row |= {name: round(float(str(row[name])), 1) for name in ("gigaflops", "pictures_per_second")}
            print(f"  {row['work']:<28} {row['gigaflops']:>6} GFLOP/s  {share:>5.0%}  {row['where']}")
            rows.append(row)
    for row in rows:
        row |= {"date": f"{datetime.now().astimezone():%Y-%m-%d}", "machine": machine()}
        append(PEAK, COLUMNS, row | {"where": json.dumps(row["where"])})
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
