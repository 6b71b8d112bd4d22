"""Which seeds of a benchmark are still to be trained."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import recipes
from recipes import Seed, find_row, plan
from shared.ledger import REPOSITORY, append, read, training_commit

from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.runs.run_folder import create_run

MLP = Recipe.named("mlp")

pytestmark = pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="commits are known only in a clone")


def test_a_row_is_only_ever_added(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    append(table, ("a", "b"), {"a": 1, "b": "x, y"})
    before = table.read_bytes()
    append(table, ("a", "b"), {"a": 2, "b": ""})
    assert table.read_bytes().startswith(before)
    assert read(table) == [{"a": "1", "b": "x, y"}, {"a": "2", "b": ""}]


def test_a_seed_whose_row_is_there_is_found_unless_the_training_code_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipes, "RESULTS", tmp_path / "results.csv")
    run = {
        "epochs": [{"seconds": 1.5, "validation_accuracy": 0.98}] * MLP.epochs,
        "test": {"accuracy": 0.98, "loss": 0.1, "ece": 0.01},
        "device": "cpu",
        "threads": 1,
        "precision": "float32",
    }
    seed = Seed(3, tmp_path, "abc")
    append(recipes.RESULTS, recipes.COLUMNS, recipes.as_row(MLP, seed, run))
    found = find_row(MLP, seed, "cpu")
    assert found is not None
    assert (found["test_accuracy"], found["training_seconds"]) == ("0.98", "30.0")
    assert find_row(MLP, Seed(4, tmp_path, "abc"), "cpu") is None
    assert find_row(MLP, Seed(3, tmp_path, "def"), "cpu") is None
    assert find_row(MLP.replace(epochs=1), seed, "cpu") is None


def test_a_run_that_has_begun_keeps_the_commit_it_was_begun_with(tmp_path: Path) -> None:
    first = subprocess.run(
        ["git", "-C", str(REPOSITORY), "log", "--reverse", "--format=%H", "--", "src/inkdigits/learning"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[0]
    create_run(tmp_path / "mlp-1", {"recipe": MLP.to_dict(), "commit": first})
    new, begun = plan(MLP, range(2), tmp_path)
    assert new == Seed(0, tmp_path / "mlp-0", training_commit())
    assert begun == Seed(1, tmp_path / "mlp-1", training_commit(first))


def test_a_run_of_other_settings_is_not_gone_on_with(tmp_path: Path) -> None:
    create_run(tmp_path / "mlp-0", {"recipe": MLP.replace(epochs=1).to_dict(), "commit": None})
    with pytest.raises(SystemExit, match="other settings"):
        plan(MLP, range(1), tmp_path)


def test_the_dispatcher_lists_each_benchmark_with_what_it_measures() -> None:
    script = REPOSITORY / "scripts" / "bench"
    answer = subprocess.run([script], capture_output=True, text=True, check=True)
    named = [line.split(maxsplit=1) for line in answer.stdout.splitlines()]
    assert [name for name, _ in named] == sorted(path.stem for path in (REPOSITORY / "benchmarks").glob("*.py"))
    unknown = subprocess.run([script, "speling"], capture_output=True, text=True, check=False)
    assert unknown.returncode == 2
    assert "there is no benchmark 'speling'" in unknown.stderr


@pytest.mark.parametrize("program", ["recipes", "training", "peers"])
def test_every_program_says_how_it_is_used(
    program: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = REPOSITORY / "benchmarks" / f"{program}.py"
    monkeypatch.setattr(sys, "argv", [str(script), "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(script), run_name="__main__")
    assert ended.value.code == 0
    assert f"scripts/bench {program}" in capsys.readouterr().out
