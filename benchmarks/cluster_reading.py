"""What reading by many workers costs: `scripts/bench cluster_reading`.

Pictures a second and a core for drawings, cheque-like lines and pages, and where the time goes (I/O, decoding, ink,
models); 2 workers beside 1, and how unequal parts are; what a killed job keeps; the memory of the driver; and the whole
command on a cluster beside the plain one, on the same cores. Pictures are synthesised from scikit-learn's
digits, so that nothing is downloaded.

Each figure becomes a row of experiments/cluster.csv as soon as it is there, so that a run that is cut short loses
nothing: `--only` measures the rest, and the median of each figure counts. Last comes one line of JSON with the medians.
What follows for 10⁹ pictures: `cluster_forecast`.
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
from cluster_forecast import SCALE, Figures, measured
from PIL import Image
from shared.ledger import REPOSITORY, append, commit, machine

from inkdigits.data import load_dataset
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import write_page
from inkdigits.synthesis.writers import Hands, SourceMix

COLUMNS = ("date", "commit", "machine", "what", "quantity", "value")
KINDS = {"drawing": ("single", "easy"), "line": ("string", "medium"), "page": ("lines", "medium")}
QUANTILES = (0, 0.01, *(step / 20 for step in range(1, 20)), 0.99, 1)
SECTIONS = ("rates", "workers", "restart", "driver", "engines")

# where the time goes → what to time: module, class or nothing, function
STAGES = {
    "I/O": [("inkdigits.pictures.contents", "_read_file")],
    "decoding": [("inkdigits.pictures.decode.Document", "decode"), ("inkdigits.reading.reader", "Document")],
    "ink": [("inkdigits.reading.recognise", "with_dark_ink"), ("inkdigits.reading.recognise", "find_dark_ink")],
    "models": [
        ("inkdigits.reading.detector.Detector", "cells"),
        ("inkdigits.reading.line_model.LineModel", "frames"),
        ("inkdigits.reading.classifier.Classifier", "predict_proba"),
    ],
}


def write_pictures(kind: str, count: int, folder: Path) -> list[str]:
    """Write pictures of a kind as PNG; return their paths."""
    folder.mkdir(parents=True)
    hands = Hands(load_dataset("optdigits", "train"), shares=SourceMix(foreign=0.0))
    layout, level = KINDS[kind]
    paths = []
    for number in range(count):
        rng = np.random.default_rng((list(KINDS).index(kind), number))
        written = write_page(hands, LEVELS[level], rng, kind=layout)
        paths.append(str(folder / f"{number:06d}.png"))
        Image.fromarray(written.grey).save(paths[-1], compress_level=1)
    return paths


def write_copies(count: int, folder: Path) -> Path:
    """Write so many drawings, each ten times, which takes as long to read; return the folder."""
    folder.mkdir()
    for path in write_pictures("drawing", max(1, count // 10), folder.with_suffix(".once")):
        for copy in range(10):
            (folder / f"{copy}-{Path(path).name}").hardlink_to(path)
    return folder


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

    from inkdigits.reading.reader import Reader
    from inkdigits.results.formats import write_parquet

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


def plain(paths: Path, output: Path) -> None:
    """Read a list of paths with the plain engine and one thread, as a worker on Ray does."""
    import cv2

    from inkdigits.files import open_atomically
    from inkdigits.pictures.finding import find_sources
    from inkdigits.reading.reader import Reader
    from inkdigits.results.formats import write_parquet

    cv2.setNumThreads(1)
    with open_atomically(output) as file:
        write_parquet(Reader(threads=1).read_many(find_sources([str(paths)])), file)


def start(*command: object) -> subprocess.Popen[bytes]:
    """Start Python with some arguments, and this package."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY / "src")},
        start_new_session=True,
    )


def seconds_of(*commands: tuple[object, ...]) -> float:
    """Return how long commands take side by side, with all that starts and stops."""
    begin = time.perf_counter()
    running = [start(*command) for command in commands]
    codes = [process.wait() for process in running]
    if any(codes):
        raise RuntimeError(f"{commands} ended with {codes}")
    return time.perf_counter() - begin


def engines(folder: Path, output: Path, rounds: int) -> Iterator[Figures]:
    """Read a folder in turns: the plain command; two plain processes, a half each; Ray with two workers.

    The plain command gives its models both cores, but reads one picture after the other. Two plain processes with a
    thread each, which somebody would have to start and whose tables to join by hand, are the least that two workers
    can take.

    Raises:
        RuntimeError: the rows are not the same.

    """
    read = ("-m", "inkdigits", "read", folder, "-o")
    local, ray = output / "local.parquet", output / "ray.parquet"
    paths = sorted(map(str, folder.iterdir()))
    halves = []
    for number, half in enumerate((paths[::2], paths[1::2])):
        (output / f"half-{number}.txt").write_text("\n".join(half))
        halves.append((__file__, "--plain", output / f"half-{number}.txt", output / f"half-{number}.parquet"))
    compared = {
        "plain command": [(*read, local)],
        "2 plain processes": halves,
        "Ray, 2 workers": [("-m", "inkdigits", "cluster", *read[2:], ray, "--overwrite", "--workers", 2)],
        "Ray's start and end": [
            ("-c", "from inkdigits.cluster.ray_cluster import connected as c\nwith c(workers=2): pass")
        ],
    }
    yield {("engines", "drawings"): len(paths)}
    for _ in range(rounds):
        for name, commands in compared.items():
            yield {("engines", f"seconds, {name}"): seconds_of(*commands)}
            if "workers" in name and pq.read_table(ray) != pq.read_table(local):
                raise RuntimeError(f"{name} read something else than the plain command")


def restart(folder: Path, output: Path) -> Figures:
    """Kill a job in its middle and go on with it; return what became of its parts."""
    readings = output / "restarted.parquet"
    read = ("-m", "inkdigits", "cluster", "read", folder, "-o", readings, "--workers", 2)
    read += ("--part-size", max(1, len(list(folder.iterdir())) // 40))

    def parts() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in readings.glob("part-*")}

    job = start(*read)
    while len(parts()) < 20 and job.poll() is None:
        time.sleep(0.02)
    job.kill()
    job.wait()
    time.sleep(2)  # its workers see that it is gone
    before = parts()
    seconds = seconds_of((*read, "--resume"))
    after = parts()
    figures = {
        "parts when killed": len(before),
        "parts at the end": len(after),
        "finished parts lost": len(before.keys() - after.keys()),
        "finished parts written again": sum(after.get(name) != written for name, written in before.items()),
        "rows": pq.read_table(readings).num_rows,
        "seconds to go on": seconds,
    }
    return {("restart", quantity): value for quantity, value in figures.items()}


def driver(rows: int, output: Path) -> float:
    """Read a Parquet file of so many empty pictures; return the peak memory of this process, which drives, alone."""
    from inkdigits.cluster.ray_cluster import connected
    from inkdigits.cluster.reading_job import ReadingJob

    source, peak = output / f"{rows}-rows.parquet", 0
    schema = pa.schema({"image": pa.binary()})
    with pq.ParquetWriter(source, schema) as file:
        for _ in range(0, rows, 500):
            file.write_table(pa.table({"image": [b""] * 500}, schema))
    job = ReadingJob([str(source)], str(output / f"{rows}.parquet"))
    with connected(workers=2), job.begun() as parts:
        for _ in job.run(parts, 2):
            peak = max(peak, int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0]))
    return peak / 1024


def drivers(counts: list[int], output: Path) -> Iterator[Figures]:
    """Return the driver's peak memory, MiB, for some numbers of rows, each in a process of its own."""
    for rows in counts:
        answer = subprocess.run(
            [sys.executable, __file__, "--driver", str(rows), str(output)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        yield {("driver", f"mebibytes, {rows} rows"): float(answer.stdout.splitlines()[-1])}


def workers(folder: Path, output: Path, rounds: int) -> Iterator[Figures]:
    """Read a folder by two workers and by one, in turns, on a Ray that runs; return what that and the parts take."""
    from inkdigits.cluster.ray_cluster import connected
    from inkdigits.cluster.reading_job import ReadingJob

    job = ReadingJob([str(folder)], str(output / "workers.parquet"))
    for count in (2, 1) * rounds:
        with connected(workers=2), job.begun(overwrite=True) as parts:
            begin = time.perf_counter()
            seconds = [part.seconds for part in job.run(parts, count)]
            yield {("workers", f"seconds, {count}"): time.perf_counter() - begin}
        if count == 2:
            yield {
                ("parts", f"quantile {quantile:.2f}"): float(np.quantile(seconds, quantile)) for quantile in QUANTILES
            }


def measure(only: list[str], drawings: int, rows: list[int], rounds: int) -> Iterator[Figures]:
    """Measure one thing after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "rates" in only:
            for kind, count in {"drawing": drawings // 20, "line": drawings // 50, "page": drawings // 400}.items():
                yield rates(kind, write_pictures(kind, count, folder / kind))
        if "workers" in only:
            yield from workers(write_copies(drawings, folder / "for workers"), folder, rounds)
        if "restart" in only:
            yield restart(write_copies(drawings // 10, folder / "to restart"), folder)
        if "driver" in only:
            yield from drivers(rows, folder)
        if "engines" in only:
            yield from engines(write_copies(drawings, folder / "drawings"), folder, rounds)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=SECTIONS, choices=SECTIONS, help="what to measure")
    parser.add_argument("--drawings", type=int, default=20_000, help="how many; a 50th as many lines, a 400th pages")
    parser.add_argument("--rounds", type=int, default=1, help="in which what is compared takes turns")
    parser.add_argument("--rows", type=int, nargs="+", default=[2_000, 20_000, 200_000], help="for the driver's memory")
    parser.add_argument("--csv", type=Path, default=SCALE, help="where to add the figures")
    parser.add_argument("--driver", nargs=2, metavar=("ROWS", "FOLDER"), help="print the driver's MiB")
    parser.add_argument("--plain", nargs=2, type=Path, metavar=("LIST", "FILE"), help="read with one thread")
    options = parser.parse_args()
    if options.driver:
        print(driver(int(options.driver[0]), Path(options.driver[1])))
        return
    if options.plain:
        plain(*options.plain)
        return
    about = {"date": f"{datetime.now().astimezone():%Y-%m-%d}", "commit": commit(), "machine": machine()}
    for figures in measure(options.only, options.drawings, options.rows, options.rounds):
        for (what, quantity), value in figures.items():
            value = float(f"{value:.5g}")
            append(options.csv, COLUMNS, about | {"what": what, "quantity": quantity, "value": value})
            if "quantile" not in quantity:
                print(f"{what:<8} {quantity:<32} {value:>12,.5g}", flush=True)
    print(
        json.dumps(
            [
                {"what": what, "quantity": quantity, "value": value}
                for (what, quantity), value in measured(options.csv).items()
            ]
        )
    )


if __name__ == "__main__":
    main()
