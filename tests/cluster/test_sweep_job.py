"""`inkdigits cluster sweep`: variations tried on a cluster, judged on validation, gone on with after a kill."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.cluster.sweep_job import varied
from inkdigits.cluster.trials import Trial, pareto_front
from inkdigits.training.loop.history import EpochRecord
from inkdigits.training.recipes.recipe import RECIPES, Recipe
from inkdigits.training.recipes.recipe_file import read_recipe

from ..running import inkdigits
from ..waiting import wait_until

Cluster = Any

SWEEP = ["cluster", "sweep", "instant", "--data", "optdigits", "--epochs", "2"]


def test_a_sweep_leaves_a_table_a_figure_and_a_recipe_to_train(cluster: Cluster, tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    result = inkdigits(*SWEEP, "--trials", 3, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [f"trial {n} of 3" for n in (1, 2, 3)]
    with (out / "trials.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    complete = [row for row in rows if row["complete"] == "1"]
    assert rows[: len(complete)] == complete
    assert float(rows[0]["validation_accuracy"]) == max(float(row["validation_accuracy"]) for row in complete)
    assert (out / "trials.png").read_bytes().startswith(b"\x89PNG")
    best = read_recipe(out / "best.json")
    assert best.name == "instant-swept"
    assert str(best.learning_rate) == rows[0]["learning_rate"]
    assert f"{float(rows[0]['validation_accuracy']):.2%}" in best.summary
    assert result.stdout.splitlines()[-1] == f"next  inkdigits train --recipe {out / 'best.json'}"
    assert not list(out.glob("trials/*/checkpoint.safetensors"))

    trained = inkdigits("train", "--recipe", out / "best.json", "--data", "optdigits", "--out", tmp_path / "run")
    assert trained.exit_code == 0, trained.stderr
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["recipe"] == best.to_dict()

    again = inkdigits(*SWEEP, "--trials", 3, "--out", out)
    assert again.exit_code == 1
    assert f"{out} holds a sweep already" in again.stderr


@pytest.mark.long
def test_a_sweep_that_is_killed_goes_on_where_it_stopped(cluster: Cluster, tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    arguments = [*SWEEP, "--trials", 6, "--out", out, "--address", cluster.address]
    driver = subprocess.Popen(
        [sys.executable, "-m", "inkdigits", *map(str, arguments)],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TUNE_GLOBAL_CHECKPOINT_S": "0.5"},  # how often Ray Tune notes how far it is
    )
    wait_until(lambda: len(finished(out)) >= 2 and noted(out) > sorted(finished(out).values())[1], driver)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    before = finished(out)
    assert len(before) >= 2

    result = inkdigits("cluster", "sweep", "--resume", "--out", out)
    assert result.exit_code == 0, result.stderr
    after = finished(out)
    assert before.items() <= after.items()
    assert 6 <= len(list((out / "trials").iterdir())) <= 7  # one may have begun after the last note


def finished(out: Path) -> dict[str, int]:
    """Return when the trials that went through all epochs wrote their last one."""
    histories = out.glob("trials/*/history.json")
    return {path.parent.name: path.stat().st_mtime_ns for path in histories if path.read_text().count('"epoch"') == 2}


def noted(out: Path) -> int:
    """Return when Ray Tune last noted how far it is."""
    return max((path.stat().st_mtime_ns for path in out.rglob("experiment_state*.json")), default=0)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["cluster", "sweep", "--resume", "--trials", 9], 2, "a sweep that is resumed keeps its --trials"),
        (["cluster", "sweep", "--trials", 0], 2, "--trials is '0'; give a number of at least 1"),
        (["cluster", "sweep", "quick"], 2, "there is no recipe called 'quick'"),
        (["cluster", "sweep", "--resume"], 1, "there is no sweep to go on with"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: list[object], code: int, complaint: str, tmp_path: Path) -> None:
    result = inkdigits(*arguments, "--out", tmp_path / "nothing")
    assert result.exit_code == code
    assert complaint in result.stderr


def test_a_sweep_of_data_that_do_not_exist_leaves_nothing(cluster: Cluster, tmp_path: Path) -> None:
    result = inkdigits("cluster", "sweep", "--data", tmp_path / "digits", "--out", tmp_path / "sweep")
    assert result.exit_code == 1
    assert f"there is no folder or file {tmp_path / 'digits'}" in result.stderr
    assert not (tmp_path / "sweep").exists()


@given(
    recipe=st.sampled_from(sorted(RECIPES)),
    rate=st.floats(1e-5, 0.1),
    batch=st.sampled_from([64, 512]),
    strength=st.floats(0, 1.5),
)
def test_a_variation_changes_only_what_was_drawn(recipe: str, rate: float, batch: int, strength: float) -> None:
    base = Recipe.named(recipe)
    drawn = {"learning_rate": rate, "batch_size": batch, "model": base.model, "augmentation": strength}
    result = varied(base, drawn)
    same = {"learning_rate", "batch_size", "muon_rate", "augmentation"}
    assert {key for key, value in result.to_dict().items() if value != base.to_dict()[key]} <= same
    assert result.muon_rate * base.learning_rate == pytest.approx(base.muon_rate * rate)
    assert 0 <= result.augmentation.rewritten <= 1
    if base.augmentation.rotation:
        assert result.augmentation.rotation == pytest.approx(base.augmentation.rotation * strength)


def trial(accuracy: float, cost: float, *, epochs: int = 1) -> Trial:
    recipe = Recipe(name="r", model="mlp", epochs=1, batch_size=1, learning_rate=1)
    record = EpochRecord(1, 0.1, 0.9, 0.1, accuracy, 0.1, 1.0, 1.0)
    return Trial(f"{accuracy}-{cost}", recipe if epochs else recipe.replace(epochs=2), [record], cost)


def test_nothing_on_the_front_is_beaten() -> None:
    cheap, worse, better, stopped = trial(0.9, 1), trial(0.8, 2), trial(0.95, 3), trial(0.99, 1, epochs=0)
    assert pareto_front([better, stopped, worse, cheap]) == [cheap, better]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(1, 1e9)), max_size=20))
def test_every_complete_trial_is_on_the_front_or_beaten(places: list[tuple[float, float]]) -> None:
    trials = [trial(*place) for place in places]
    front = pareto_front(trials)
    for each in trials:
        beaten = [
            other for other in front if other.accuracy >= each.accuracy and other.multiply_adds <= each.multiply_adds
        ]
        assert beaten
    assert [one.accuracy for one in front] == sorted({one.accuracy for one in front})
