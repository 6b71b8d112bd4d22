"""The command as a whole: help, versions, exit codes, and words for people."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inkdigits.training.recipes.recipe import RECIPES
from inkdigits.version import __version__

from ..running import inkdigits

COMMANDS = ["demo", "read", "train", "recipes", "evaluate", "show", "export", "doctor"]
COMMANDS += ["data fetch", "data verify", "data describe"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_examples_in_its_help(command: str) -> None:
    answer = inkdigits(*command.split(), "--help", COLUMNS="100")
    assert answer.exit_code == 0
    assert "Examples" in answer.stdout
    assert f"inkdigits {command}" in answer.stdout


def test_the_version_is_the_packages() -> None:
    assert inkdigits("--version").stdout == f"inkdigits {__version__}\n"


def test_the_installed_command_is_the_module() -> None:
    command = Path(sys.executable).parent / "inkdigits"
    if not command.exists():
        pytest.skip("inkdigits is not installed here, only on the path")
    answer = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == inkdigits("--version").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trian",), "train"),
        (("train", "--epochs", "0"), "inkdigits: --epochs is '0'; give a number of at least 1\n"),
        (("train", "--epochs", "1.5"), "--epochs is '1.5'; give a whole number of at least 1\n"),
        (("serve", "--port", "70000"), "--port is '70000'; give a number from 0 to 65535\n"),
        (("read", "x.png", "--min-confidence", "90"), "is '90'; give a share from 0 to 1, such as 0.9\n"),
        (("read", "x.png", "--min-confidence", "abc"), "is 'abc'; give a share from 0 to 1, such as 0.9\n"),
        (("show", "one"), "is 'one'; give a whole number\n"),
        (("read",), "Missing argument"),
        (("train", "--recipe", "fats"), "did you mean 'fast'?"),
        (("train", "--data", "mnits"), "did you mean 'mnist'?"),
        (("train", "--device", "gpu", "--data", "optdigits"), "try --device cpu"),
        (("export", "bundled", "--format", "kras"), "did you mean 'keras'?"),
        (("show",), "give indices"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(arguments: tuple[str, ...], said: str) -> None:
    answer = inkdigits(*arguments)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("read", "--single", "missing.png"),
        ("read", "--single", "--model", "missing.onnx", "missing.png"),
        ("evaluate", "missing.onnx", "--data", "optdigits"),
        ("evaluate", "--data", "missing.csv"),
        ("export", "missing-folder"),
        ("train", "--resume", "--out", "missing-run"),
        ("data", "describe", "./missing-folder"),
    ],
    ids=" ".join,
)
def test_a_failure_ends_with_1_and_one_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    answer = inkdigits(*arguments, folder=tmp_path)
    assert answer.exit_code == 1
    assert len(answer.stderr.splitlines()) == 1, answer.stderr
    assert "missing" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_coloured_outside_a_terminal_or_with_no_color() -> None:
    for environment in ({}, {"NO_COLOR": "1"}):
        answer = inkdigits("recipes", **environment)
        assert "\x1b" not in answer.stdout + answer.stderr


def test_recipes_lists_each_with_what_it_reaches() -> None:
    table = inkdigits("recipes", COLUMNS="120").stdout
    settings = {entry["name"]: entry for entry in json.loads(inkdigits("recipes", "--json").stdout)}
    assert set(settings) == set(RECIPES)
    for name, entry in settings.items():
        (line,) = [line for line in table.splitlines() if line.startswith(f"{name} ")]
        assert (f"{entry['measured']['accuracy']:.2f}" if entry["measured"] else "–") in line


def test_doctor_says_what_is_there_and_what_is_missing() -> None:
    findings = json.loads(inkdigits("doctor", "--json").stdout)
    assert findings["installed"]["inkdigits"] == __version__
    assert findings["commands"]["read"] == "ready"
    assert "bundled.onnx" in findings["places"]["bundled model"]
    assert {"teach", "corrections export"} < set(findings["commands"])
    assert "ready" in inkdigits("doctor").stdout


def test_completion_is_to_be_had() -> None:
    # Where no shell can be detected, as in a job that runs on its own, the option takes the shell's name.
    command = [sys.executable, "-m", "inkdigits", "--show-completion", "bash"]
    environment = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert "complete" in shown.stdout
