"""`pip install .` alone reads pictures, and says which extra brings the rest."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from inkdigits.samples import sample_pictures

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment that holds inkdigits and what it cannot do without."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    # By the pip that is here, and without compiling what nobody imports: a second pip takes longer than the rest.
    pip = [sys.executable, "-m", "pip", "--python", python]
    install = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-compile", REPOSITORY]
    answer = subprocess.run(install, capture_output=True, text=True, check=False)
    if answer.returncode and "No matching distribution" in answer.stderr:
        pytest.skip("no package index can be reached from here")
    assert answer.returncode == 0, answer.stderr
    return python


def run(python: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [python, "-m", "inkdigits", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def test_it_reads_without_torch(python: Path, tmp_path: Path) -> None:
    pictures = [str(path) for path in sample_pictures()]
    answer = run(python, "read", *pictures, folder=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "407" in answer.stdout
    looked = subprocess.run([python, "-c", "import torch"], capture_output=True, check=False)
    assert looked.returncode != 0


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("train",), "train"),
        (("demo",), "train"),
        (("evaluate",), "evaluate"),
        (("show", "0"), "evaluate"),
        (("export", "bundled", "--format", "keras"), "keras"),
        (("serve",), "serve"),
        (("data", "describe", "optdigits"), "evaluate"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_a_command_that_needs_more_names_the_pip_install(
    arguments: tuple[str, ...], extra: str, python: Path, tmp_path: Path
) -> None:
    answer = run(python, *arguments, folder=tmp_path)
    assert answer.returncode == 1
    assert f"pip install 'inkdigits[{extra}]'" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1, answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_recipes_are_listed_and_the_doctor_knows_what_is_missing(python: Path, tmp_path: Path) -> None:
    assert "fast" in run(python, "recipes", folder=tmp_path).stdout
    doctor = run(python, "doctor", "--json", folder=tmp_path)
    assert doctor.returncode == 0, doctor.stderr
    commands = json.loads(doctor.stdout)["commands"]
    assert commands["read"] == "ready"
    assert "pip install 'inkdigits[train]'" in commands["train"]
