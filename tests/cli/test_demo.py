"""The demo without MNIST and without a network: it goes on with the embedded digits and ends in a report."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inkdigits.samples import sample_pictures


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if name != "INKDIGITS_DATA_DIR"}
    environment |= {"XDG_CACHE_HOME": str(folder / "empty-cache"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "inkdigits", "demo", "--offline", "--out", str(folder / "out")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert answer.returncode == 0, answer.stderr
    return folder / "out", answer


def test_it_says_in_one_line_that_mnist_is_missing(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    lines = demo[1].stderr.splitlines()
    assert sum("going on with scikit-learn's 1,797 handwritten digits" in line for line in lines) == 1
    assert "Traceback" not in demo[1].stderr


def test_everything_that_it_promises_is_there(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    out, answer = demo
    assert {"report.html", "model.onnx", "history.csv", "readings.json", "readings"} <= {
        path.name for path in out.iterdir()
    }
    assert str(out / "report.html") in answer.stdout
    assert len(list((out / "readings").glob("*.png"))) == len(sample_pictures())
    with (out / "history.csv").open(newline="") as file:
        history = list(csv.DictReader(file))
    assert float(history[-1]["validation_accuracy"]) > 0.93  # 1,257 digits to learn from
    assert 'src="http' not in (out / "report.html").read_text(encoding="utf-8")


def test_it_ends_with_what_to_type_next(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    *_, read, read_by_own, serve = demo[1].stdout.splitlines()
    assert read.strip() == "inkdigits read YOUR.jpg"
    assert read_by_own.strip() == f"inkdigits read YOUR.jpg --model {demo[0] / 'model.onnx'}"
    assert serve.strip() == "inkdigits serve"


def test_the_samples_are_read_with_both_networks(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    (row,) = [row for row in demo[1].stdout.splitlines() if row.startswith("string-407.jpg")]
    assert len(row.split()) == 3
    report = (demo[0] / "report.html").read_text(encoding="utf-8")
    assert report.count("the network trained here:") == len(sample_pictures())


def test_the_sample_pictures_are_read_right(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    with (sample_pictures()[0].parent / "labels.csv").open(newline="") as file:
        expected = {row["path"]: row["label"].replace("|", "\n") for row in csv.DictReader(file)}
    readings = json.loads((demo[0] / "readings.json").read_text(encoding="utf-8"))
    assert {reading["source"]: reading["text"] for reading in readings} == expected
