"""The README and `inkdigits recipes` say what stands in experiments/, and which rows count is a rule."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import write_results

from inkdigits.training.recipes.recipe import RECIPES, Recipe

MLP = Recipe.named("mlp")
COMMITS = {"old", "new", "trial"}


def row(seed: int, accuracy: float = 0.98, **changes: object) -> dict[str, str]:
    values = {
        "recipe": "mlp",
        "seed": seed,
        "epochs": MLP.epochs,
        "batch_size": MLP.batch_size,
        "device": "cpu",
        "threads": 1,
        "precision": "float32",
        "machine": "here",
        "commit": "old",
        "test_accuracy": accuracy,
        "training_seconds": 100,
    }
    return {name: str(value) for name, value in (values | changes).items()}


def batch(accuracy: float, seeds: int = 5, **changes: object) -> list[dict[str, str]]:
    return [row(seed, accuracy, **changes) for seed in range(seeds)]


def test_the_readme_and_the_package_are_up_to_date() -> None:
    script = Path(write_results.__file__)
    answer = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_every_recipe_has_its_line_in_the_readme() -> None:
    text = write_results.README.read_text(encoding="utf-8")
    assert [name for name in RECIPES if f"| `{name}` |" not in text] == []


def test_the_newest_batch_counts_and_a_trial_of_a_few_seeds_does_not() -> None:
    results = [*batch(0.97), *batch(0.98, commit="new"), *batch(0.99, seeds=4, commit="trial")]
    found = write_results.measured(MLP, COMMITS, results, [])
    assert found is not None
    assert (found.accuracy, found.deviation, found.seeds) == (98.0, 0.0, 5)


def test_a_batch_that_was_gone_on_with_is_the_newest() -> None:
    results = [*batch(0.97), *batch(0.98, commit="new"), row(5, 0.97)]
    found = write_results.measured(MLP, COMMITS, results, [])
    assert found is not None
    assert (found.accuracy, found.seeds) == (97.0, 6)


def test_a_seed_that_was_run_twice_counts_once_as_it_came_first() -> None:
    found = write_results.measured(MLP, COMMITS, [*batch(0.97), row(0, 1.0)], [])
    assert found is not None
    assert (found.accuracy, found.seeds) == (97.0, 5)


@pytest.mark.parametrize(
    "change", [{"epochs": 4}, {"batch_size": 1}, {"device": "cuda"}, {"recipe": "fast"}, {"commit": "other settings"}]
)
def test_rows_of_another_shape_do_not_count(change: dict[str, object]) -> None:
    assert write_results.measured(MLP, COMMITS, batch(0.99, **change), []) is None


def test_a_commit_counts_only_if_the_recipe_was_then_what_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noted(commit: str, **changes: object) -> str:
        settings = replace(MLP, **changes).to_dict()
        return json.dumps({"recipe": "mlp", "commit": commit, "weights": 269_322, "settings": settings})

    lines = [noted("same", summary="in other words"), noted("slower", learning_rate=0.0005)]
    lines += [noted("smaller").replace("269322", "269321"), noted("older").replace('"epsilon"', '"forgotten"')]
    (tmp_path / "configurations.jsonl").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(write_results, "EXPERIMENTS", tmp_path)
    assert write_results.commits_of(MLP) == {"same"}


def test_time_is_taken_from_the_newest_whole_trainings_with_several_threads() -> None:
    slow = [row(0, threads=2, training_seconds=80)]
    quick = [row(0, threads=2, commit="new", training_seconds=seconds) for seconds in (40, 50, 90)]
    part = [row(0, threads=2, commit="trial", epochs=1, training_seconds=1)]
    found = write_results.measured(MLP, COMMITS, batch(0.98), slow + quick + part)
    assert found is not None
    assert (found.seconds, found.threads) == (50.0, 2)


def test_where_all_ran_with_one_thread_their_time_is_told_as_such() -> None:
    rows = batch(0.98)
    found = write_results.measured(MLP, COMMITS, rows, [])
    assert found is not None
    assert found.threads == 1
    assert found.seconds == float(rows[0]["training_seconds"])
