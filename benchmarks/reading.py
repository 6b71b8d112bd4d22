"""What reading costs: `python benchmarks/reading.py`.

One picture cold (a whole process) and warm, the peak memory of a process that reads, and the size of an installation
that only reads. Prints a table, and last one line of JSON.
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
import venv
from pathlib import Path

import numpy as np
from PIL import Image

import inkdigits
from inkdigits.samples import sample_pictures

REPOSITORY = Path(__file__).parents[1]


def picture_of_280(folder: Path) -> Path:
    """Write a sample picture as a 280×280 PNG and return its path."""
    with Image.open(sample_pictures()[0]) as sample:
        path = folder / "digit.png"
        sample.convert("L").resize((280, 280)).save(path)
    return path


def cold_seconds(picture: Path, runs: int) -> list[float]:
    """Return how long the whole command takes, from nothing to the digit on stdout."""
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "inkdigits", "read", "--single", str(picture)], check=True, capture_output=True
        )
        seconds.append(time.perf_counter() - begin)
    return seconds


def warm_seconds(picture: Path, runs: int) -> list[float]:
    """Return how long one picture takes in a process that has read before, from PNG bytes to the reading."""
    reader = inkdigits.Reader()
    content = picture.read_bytes()
    seconds = []
    for _ in range(runs + 20):
        begin = time.perf_counter()
        reader.read(content, single=True)
        seconds.append(time.perf_counter() - begin)
    return seconds[20:]


def help_seconds(runs: int) -> list[float]:
    """Return how long `inkdigits --help` takes."""
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-m", "inkdigits", "--help"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - begin)
    return seconds


def peak_mebibytes(picture: Path) -> float:
    """Return the largest resident memory of a process that reads one picture."""
    code = (
        "import resource, sys, inkdigits\n"
        "inkdigits.Reader().read(sys.argv[1], single=True)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    answer = subprocess.run([sys.executable, "-c", code, str(picture)], check=True, capture_output=True, text=True)
    return float(answer.stdout)


def installed_mebibytes() -> float:
    """Return the size on disk of what `pip install .` brings, without the environment itself."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        before = _size(Path(folder))
        pip = [str(Path(folder) / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile", str(REPOSITORY)]
        subprocess.run(pip, check=True)
        return (_size(Path(folder)) - before) / 2**20


def _size(folder: Path) -> int:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_symlink())


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--skip-installation", action="store_true", help="do not make an environment to weigh")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        picture = picture_of_280(Path(folder))
        figures = {
            "cold_seconds_median": statistics.median(cold_seconds(picture, options.runs)),
            "help_seconds_median": statistics.median(help_seconds(options.runs)),
            "warm_milliseconds_median": 1000 * statistics.median(warm_seconds(picture, 20 * options.runs)),
            "peak_mebibytes": peak_mebibytes(picture),
        }
    classifier = inkdigits.Classifier()
    images = np.zeros((1000, 28, 28), np.uint8)
    classifier.predict(images)
    begin = time.perf_counter()
    classifier.predict(images)
    figures["classified_per_second"] = 1000 / (time.perf_counter() - begin)
    if not options.skip_installation:
        figures["installed_mebibytes"] = installed_mebibytes()
    rounded = {name: round(value, 4) for name, value in figures.items()}
    for name, value in rounded.items():
        print(f"{name:<28} {value:>12,.4g}")
    print(json.dumps(rounded | {"runs": options.runs, "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
