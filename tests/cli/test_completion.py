"""A shell completes recipes, formats, models and data sets by name, as a real shell asks for it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from inkdigits.cli import completion
from inkdigits.cli.app import app


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("inkdigits train --recipe f", ["fast"]),
        ("inkdigits export bundled --format onnx", ["onnx", "onnx-int8"]),
        ("inkdigits read --model b", ["bundled"]),
        ("inkdigits evaluate --data mn", ["mnist"]),
        ("inkdigits data fetch s", ["swiss"]),
        ("inkdigits show --split v", ["validation"]),
    ],
)
def test_a_shell_is_told_the_names(typed: str, completed: list[str]) -> None:
    asked = {"_INKDIGITS_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    answer = CliRunner().invoke(app, [], prog_name="inkdigits", env=asked)
    assert answer.stdout.split() == completed


def test_files_of_the_folder_are_among_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    for name in ("runs/mine/model.onnx", "mine.onnx", "mine.toml", "mine.csv"):
        (tmp_path / name).touch()
    assert completion.models() == ["bundled", "runs/mine", "mine.onnx"]
    assert "mine.toml" in completion.recipes()
    assert "mine.csv" in completion.data_sets()
