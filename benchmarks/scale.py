"""What reading by many workers costs: `scripts/bench scale`.

Pictures a second and a core for drawings, cheque-like lines and pages, and where the time goes (I/O, decoding, ink,
models); the command with `--engine ray` beside the plain one, on the same cores, with 1 worker and with 2; and the
memory of the driver. Pictures are synthesised from scikit-learn's digits, so that nothing is downloaded. Appends rows
to experiments/scale.csv, prints them, and last one line of JSON. What follows for 10⁹ pictures: `scale_model`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from shared.ledger import REPOSITORY, append, commit, machine

from inkdigits.data import load_dataset
from inkdigits.synthesis.levels import LEVELS
from inkdigits.synthesis.pictures import write_picture

SCALE = REPOSITORY / "experiments" / "scale.csv"
COLUMNS = ("date", "commit", "machine", "what", "quantity", "value")
KINDS = {"drawing": ("single", "easy"), "line": ("string", "medium"), "page": ("page", "medium")}
QUANTILES = (0, 0.01, *(step / 20 for step in range(1, 20)), 0.99, 1)
Figures = dict[tuple[str, str], float]

# where the time goes → what to time: module, class or nothing, function
STAGES = {
    "I/O": [("inkdigits.imaging.contents", "_read_file")],
    "decoding": [("inkdigits.imaging.decode.Document", "decode"), ("inkdigits.reader", "Document")],
    "ink": [("inkdigits.reader", "with_dark_ink")],
    "models": [("inkdigits.classifier.Classifier", "predict_proba"), ("inkdigits.line_model.LineModel", "columns")],
}


def write_pictures(kind: str, count: int, folder: Path) -> list[str]:
    """Write pictures of a kind as PNG; return their paths."""
    folder.mkdir(parents=True)
    digits = load_dataset("optdigits", "train")
    layout, level = KINDS[kind]
    paths = []
    for number in range(count):
        rng = np.random.default_rng((list(KINDS).index(kind), number))
        written = write_picture(layout, LEVELS[level], digits.images, digits.labels, rng)
        paths.append(str(folder / f"{number:06d}.png"))
        Image.fromarray(written.grey).save(paths[-1], compress_level=1)
    return paths


@contextmanager
def timed_stages() -> Iterator[dict[str, float]]:
    """Time the stages of reading inside the block; a stage within another counts for the inner one alone."""
    taken = dict.fromkeys(STAGES, 0.0)
    running: list[float] = []  # what the stages within each running one took

    def timed(stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            begin = time.perf_counter()
            running.append(0.0)
            try:
                return work(*arguments, **options)
            finally:
                whole = time.perf_counter() - begin
                taken[stage] += whole - running.pop()
                if running:
                    running[-1] += whole

        return run

    with ExitStack() as stack:
        for stage, places in STAGES.items():
            for place, name in places:
                target = resolve_name(place)
                stack.enter_context(mock.patch.object(target, name, timed(stage, getattr(target, name))))
        yield taken


def rates(kind: str, paths: list[str]) -> Figures:
    """Read pictures with one thread; return what one takes, how unequal they are, and where the time goes."""
    import cv2

    from inkdigits.formats import write_parquet
    from inkdigits.reader import Reader

    cv2.setNumThreads(1)
    reader = Reader(threads=1)
    list(reader.read_many(paths[:3]))
    seconds, readings = [], []
    for path in paths:
        begin = time.perf_counter()
        readings += reader.read_many([path])
        seconds.append(time.perf_counter() - begin)
    with tempfile.TemporaryFile() as file:
        write_parquet(readings, file)
        row_bytes = file.tell() / len(readings)
    with timed_stages() as taken:
        begin = time.perf_counter()
        list(reader.read_many(paths))
        whole = time.perf_counter() - begin
    figures = {
        "seconds": float(np.mean(seconds)),
        "pictures a second and core": 1 / float(np.mean(seconds)),
        "bytes": float(np.mean([Path(path).stat().st_size for path in paths])),
        "row bytes": row_bytes,
        **{f"quantile {quantile:.2f}": float(np.quantile(seconds, quantile)) for quantile in QUANTILES},
        **{f"share of {stage}": value / whole for stage, value in taken.items()},
        "share of layout and the rest": 1 - sum(taken.values()) / whole,
    }
    return {(kind, quantity): value for quantity, value in figures.items()}


def command_seconds(*arguments: object) -> float:
    """Return how long a whole command takes, with all that starts and stops."""
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "inkdigits", "read", *map(str, arguments)],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "src")},
    )
    return time.perf_counter() - begin


def engines(folder: Path, output: Path) -> Figures:
    """Read a folder with the local engine, and with Ray and 1 and 2 workers; the rows must be the same."""
    local = command_seconds(folder, "-o", output / "local.parquet")
    taken = {"local seconds": local}
    for workers in (1, 2):
        readings = output / f"{workers}.parquet"
        taken[f"ray seconds, workers {workers}"] = command_seconds(
            folder, "-o", readings, "--engine", "ray", "--workers", workers
        )
        if pq.read_table(readings) != pq.read_table(output / "local.parquet"):
            raise RuntimeError(f"{workers} workers read something else than the local engine")
    one, two = taken["ray seconds, workers 1"], taken["ray seconds, workers 2"]
    taken |= {"ray over local, 2 workers": two / local - 1, "1 worker over 2": one / two}
    return {("engines", quantity): value for quantity, value in taken.items()}


def driver(rows: int, output: Path, workers: int) -> dict[str, Any]:
    """Read a Parquet file of so many pictures in this process; return its peak memory and what the parts took."""
    from inkdigits.scale.cluster import connected
    from inkdigits.scale.reading_job import ReadingJob

    picture = (REPOSITORY / "src/inkdigits/samples/marker.png").read_bytes()[:1000]  # broken: the driver is measured
    source, peak, seconds = output / f"{rows}-rows.parquet", 0, []
    schema = pa.schema({"image": pa.binary()})
    with pq.ParquetWriter(source, schema) as file:
        for _ in range(0, rows, 500):
            file.write_table(pa.table({"image": [picture] * 500}, schema))
    job = ReadingJob([str(source)], str(output / f"{rows}.parquet"))
    with connected(workers=workers), job.begun() as parts:
        for part in job.run(parts, workers):
            seconds.append(part.seconds)
            peak = max(peak, int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0]))
    return {"mebibytes": peak / 1024, "seconds": seconds}


def drivers(counts: list[int], output: Path) -> Figures:
    """Return the driver's peak memory for some numbers of rows, each in a process of its own."""
    figures: Figures = {}
    for rows in counts:
        answer = subprocess.run(
            [sys.executable, __file__, "--driver", str(rows), str(output)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        figures["driver", f"mebibytes, {rows} rows"] = json.loads(answer.stdout.splitlines()[-1])["mebibytes"]
    return figures


def part_times(folder: Path, output: Path) -> Figures:
    """Read a folder by two workers; return how unequal what the parts take is."""
    from inkdigits.scale.cluster import connected
    from inkdigits.scale.reading_job import ReadingJob

    job = ReadingJob([str(folder)], str(output / "parts.parquet"), part_size=100)
    with connected(workers=2), job.begun() as parts:
        seconds = [part.seconds for part in job.run(parts, 2)]
    return {("parts", f"quantile {quantile:.2f}"): float(np.quantile(seconds, quantile)) for quantile in QUANTILES}


def measure(drawings: int, rows: list[int]) -> Iterator[Figures]:
    """Measure one thing after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, count in {"drawing": min(drawings, 2000), "line": drawings // 20, "page": drawings // 200}.items():
            yield rates(kind, write_pictures(kind, count, folder / kind))
        write_pictures("drawing", drawings, folder / "drawings")
        yield engines(folder / "drawings", folder)
        yield part_times(folder / "drawings", folder)
        yield drivers(rows, folder)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawings", type=int, default=20_000, help="how many; a 20th as many lines, a 200th pages")
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000, 20_000, 200_000], help="for the driver's memory")
    parser.add_argument("--driver", nargs=2, metavar=("ROWS", "FOLDER"), help="measure the driver alone, as JSON")
    options = parser.parse_args()
    if options.driver:
        print(json.dumps(driver(int(options.driver[0]), Path(options.driver[1]), workers=2)))
        return
    facts = {"date": f"{datetime.now().astimezone():%Y-%m-%d}", "commit": commit(), "machine": machine()}
    every = []
    for figures in measure(options.drawings, options.rows):
        for (what, quantity), value in figures.items():
            row = {"what": what, "quantity": quantity, "value": float(f"{value:.5g}")}
            append(SCALE, COLUMNS, facts | row)
            every.append(row)
            if "quantile" not in quantity:
                print(f"{what:<8} {quantity:<32} {row['value']:>12,.5g}", flush=True)
    print(json.dumps(every))


if __name__ == "__main__":
    main()
