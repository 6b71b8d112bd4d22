"""`inkdigits evaluate` and `inkdigits show`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from inkdigits.samples import sample_pictures


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "inkdigits", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_figures_come_as_json_and_a_report_beside_them(tmp_path: Path) -> None:
    answer = run("evaluate", "--data", "optdigits", "--json", "--report", "report", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    figures = json.loads(answer.stdout)
    assert (figures["data"], figures["split"], figures["n"]) == ("optdigits", "test", 360)
    # A model of MNIST on other writers' digits of 8×8 pixels: far above chance, and not perfect.
    assert 0.85 < figures["accuracy"] < 1
    assert (tmp_path / "report" / "report.html").exists()
    assert "report.html" in answer.stderr


def test_figures_come_as_a_table(tmp_path: Path) -> None:
    answer = run("evaluate", "--data", "optdigits", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "95 % interval" in answer.stdout
    assert "of 360" in answer.stdout


def test_a_table_of_pictures_judges_the_whole_reader(tmp_path: Path) -> None:
    labels = sample_pictures()[0].parent / "labels.csv"
    answer = run("evaluate", "--data", str(labels), "--json", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["exact"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "--data", "mnits"), "did you mean 'mnist'?"),
        (("evaluate", "--data", "optdigits", "--split", "tset"), "did you mean 'test'?"),
        (("evaluate", "--data", "optdigits", "--single"), "--single goes with"),
        (("evaluate", "--data", "labels.csv", "--report", "out"), "--report does not go with"),
        (("show", "360", "--data", "optdigits"), "give indices from 0 to 359"),
        (("show", "1", "--mistakes", "3"), "one thing only"),
        (("show", "--augmented", "fats", "--data", "optdigits"), "did you mean 'fast'?"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    answer = run(*arguments, folder=tmp_path)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "what", [("0", "1", "2"), ("--mistakes", "5"), ("--augmented", "mlp")], ids=["indices", "mistakes", "augmented"]
)
def test_show_draws_a_picture(what: tuple[str, ...], tmp_path: Path) -> None:
    answer = run("show", *what, "--data", "optdigits", "-o", "shown.png", folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "shown.png\n"
    with Image.open(tmp_path / "shown.png") as picture:
        assert min(picture.size) > 100
