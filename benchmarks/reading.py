"""What reading costs: `python benchmarks/reading.py`.

One drawing of 280×280 pixels cold (a whole process; in one that runs already, as a notebook does, the import of
inkdigits and the first reading after it) and warm; warm, with one thread, a line of six digits and a page of 12
megapixels, the README's; the peak memory of a process that reads the drawing, or 50 megapixels; and the size of an
installation that only reads, which is made anew for it. Prints a table, and last one line of JSON.
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


def first_seconds(python: Path, picture: Path, runs: int) -> tuple[list[float], list[float]]:
    """Return how long the import of inkdigits takes in a new process, and how long the first reading there."""
    code = (
        "import sys, time\n"
        "begin = time.perf_counter()\n"
        "import inkdigits\n"
        "imported = time.perf_counter()\n"
        "inkdigits.Reader().read(sys.argv[1], single=True)\n"
        "print(imported - begin, time.perf_counter() - imported)"
    )
    command = [python, "-c", code, picture]
    answers = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(runs)]
    imports, readings = zip(*(map(float, answer.split()) for answer in answers), strict=True)
    return list(imports), list(readings)


def page_of(megapixels: float, folder: Path) -> Path:
    """Write the page that the README shows, with more pixels, as a camera takes it; return its path."""
    path = folder / f"page-{megapixels}.jpg"
    with Image.open(REPOSITORY / "docs" / "page.jpg") as page:
        scale = (megapixels * 1e6 / (page.width * page.height)) ** 0.5
        page.resize((round(page.width * scale), round(page.height * scale))).save(path, quality=85)
    return path


def line_of_six(folder: Path) -> Path:
    """Write the sample of three digits twice, side by side; return the path."""
    source = next(path for path in sample_pictures() if path.stem == "string-407")
    with Image.open(source) as sample:
        line = Image.fromarray(np.tile(np.asarray(sample.convert("L")), (1, 2)))
    path = folder / "line.png"
    line.resize((360, round(360 * line.height / line.width))).save(path)
    return path


def warm_seconds(picture: Path, runs: int, *, single: bool) -> list[float]:
    """Return how long one picture takes in a process that has read before, from the file's bytes to the reading."""
    reader = inkdigits.Reader(threads=1)
    content = picture.read_bytes()
    seconds = []
    for _ in range(runs + 5):
        begin = time.perf_counter()
        reader.read(content, single=single)
        seconds.append(time.perf_counter() - begin)
    return seconds[5:]


def peak_mebibytes(python: Path, picture: Path) -> float:
    """Return the largest resident memory of a process that reads one page."""
    code = (
        "import resource, sys, inkdigits\n"
        "inkdigits.Reader().read(sys.argv[1])\n"
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
        imports, readings = first_seconds(python, picture, options.runs)
        figures = {
            "cold_seconds_median": statistics.median(cold),
            "import_seconds_median": statistics.median(imports),
            "first_reading_seconds_median": statistics.median(readings),
            "help_seconds_median": statistics.median(command_seconds(python, options.runs, "--help")),
            "peak_mebibytes": peak_mebibytes(python, picture),
            "installed_mebibytes": size,
        }
        figures["peak_mebibytes_50_megapixels"] = peak_mebibytes(python, page_of(50, folder))
        line, page = line_of_six(folder), page_of(12, folder)
        for name, path, runs in (("drawing", picture, 20), ("line", line, 10), ("page", page, 1)):
            warm = warm_seconds(path, runs * options.runs, single=name == "drawing")
            figures[f"warm_{name}_milliseconds_median"] = 1000 * statistics.median(warm)
            figures[f"warm_{name}_milliseconds_best"] = 1000 * min(warm)
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
