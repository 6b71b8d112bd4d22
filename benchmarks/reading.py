"""What reading costs: `python benchmarks/reading.py`.

One picture cold (a whole process) and warm, the peak memory of a process that reads, and the size of an installation
that only reads, which is made anew for it. Prints a table, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import venv
from pathlib import Path

import numpy as np
from PIL import Image

import inkdigits
from inkdigits.samples import sample_pictures

REPOSITORY = Path(__file__).parents[1]


def drawing_of_280(folder: Path) -> Path:
    """Write the sample that was drawn with a mouse as a 280×280 PNG, as a web page's canvas has it; return its path."""
    source = next(path for path in sample_pictures() if path.stem == "mouse")
    with Image.open(source) as sample:
        path = folder / "digit.png"
        sample.convert("L").resize((280, 280)).save(path)
    return path


def command_seconds(python: Path, runs: int, *arguments: str) -> list[float]:
    """Return how long a command takes as a whole process."""
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run([python, "-m", "inkdigits", *arguments], check=True, capture_output=True)
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


def peak_mebibytes(python: Path, picture: Path) -> float:
    """Return the largest resident memory of a process that reads one picture."""
    code = (
        "import resource, sys, inkdigits\n"
        "inkdigits.Reader().read(sys.argv[1], single=True)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    answer = subprocess.run([python, "-c", code, picture], check=True, capture_output=True, text=True)
    return float(answer.stdout)


def install(folder: Path) -> tuple[Path, float]:
    """Install inkdigits without extras in an environment of its own; return its Python and the MiB that it took."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    before = _size(folder)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-compile", REPOSITORY], check=True)
    size = (_size(folder) - before) / 2**20
    subprocess.run([python, "-m", "compileall", "-q", folder / "lib"], check=False)  # as pip does without --no-compile
    return python, size


def _size(folder: Path) -> int:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_symlink())


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = drawing_of_280(folder)
        python, size = install(folder / "environment")
        cold = command_seconds(python, options.runs, "read", "--single", str(picture))
        figures = {
            "cold_seconds_median": statistics.median(cold),
            "help_seconds_median": statistics.median(command_seconds(python, options.runs, "--help")),
            "peak_mebibytes": peak_mebibytes(python, picture),
            "installed_mebibytes": size,
        }
        warm = warm_seconds(picture, 20 * options.runs)
        figures["warm_milliseconds_median"] = 1000 * statistics.median(warm)
        figures["warm_milliseconds_best"] = 1000 * min(warm)
    classifier = inkdigits.Classifier()
    images = np.zeros((1000, 28, 28), np.uint8)
    classifier.predict(images)
    begin = time.perf_counter()
    classifier.predict(images)
    figures["classified_per_second"] = 1000 / (time.perf_counter() - begin)
    rounded = {name: round(value, 4) for name, value in figures.items()}
    for name, value in rounded.items():
        print(f"{name:<28} {value:>12,.4g}")
    print(json.dumps(rounded | {"runs": options.runs, "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
