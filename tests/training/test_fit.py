"""The loop: it learns, counts everything, resumes bit for bit, and stops as it says."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load, load_file, save

from inkdigits.data import Dataset
from inkdigits.errors import CheckpointError, NonFiniteLossError, TrainingInterrupted
from inkdigits.models.digit_networks import build_model
from inkdigits.training.loop.fit import fit
from inkdigits.training.loop.history import EpochRecord, StepReport
from inkdigits.training.loop.optimization import schedule
from inkdigits.training.recipes.recipe import RECIPES, Recipe, Review
from inkdigits.training.tasks import digit_task
from inkdigits.training.tasks.digit_task import DigitsTask

CPU = torch.device("cpu")
ONE_EPOCH = Recipe.named("fast").replace(epochs=1)

pytestmark = pytest.mark.usefixtures("bfloat16")


class Watcher:
    """Keeps what it is told, and can ask for a stop after some reports."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.steps: list[StepReport] = []
        self.history: list[EpochRecord] = []
        self._stop_after = stop_after

    def on_step(self, report: StepReport) -> None:
        self.steps.append(report)

    def on_epoch(self, history) -> None:
        self.history = list(history)

    def should_stop(self) -> bool:
        return self._stop_after is not None and len(self.steps) >= self._stop_after


def run(
    tmp_path: Path, training: Dataset, validation: Dataset, recipe: Recipe, *, seed=0, resume=False, watcher=None
) -> dict[str, torch.Tensor]:
    watcher = watcher or Watcher()
    network, _ = fit(
        DigitsTask(training, validation, recipe, seed=seed, device=CPU),
        checkpoint=tmp_path / "checkpoint.safetensors",
        identity={"seed": seed, "recipe": recipe.to_dict()},
        resume=resume,
        observers=[watcher],
        should_stop=watcher.should_stop,
    )
    return network.state_dict()


@pytest.fixture
def several_chunks(training_digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """So many digits that an epoch is not over after the second chunk, and no multiple of any batch size."""
    monkeypatch.setattr(digit_task, "_CHUNK", 256)
    few = slice(0, 515)
    return dataclasses.replace(training_digits, images=training_digits.images[few], labels=training_digits.labels[few])


@pytest.fixture(scope="module")
def trained(
    bfloat16: str, tmp_path_factory: pytest.TempPathFactory, training_digits: Dataset, validation_digits: Dataset
) -> Path:
    """The folder of a run of one epoch, which nothing disturbed."""
    folder = tmp_path_factory.mktemp("trained")
    run(folder, training_digits, validation_digits, ONE_EPOCH)
    return folder


# Between them: dropout, Adam and a small last batch; Muon, AdamW and a review of the hard pictures.
@pytest.mark.parametrize("name", ["mlp", "fast"])
def test_a_killed_and_resumed_run_ends_in_the_same_weights(
    name: str, bfloat16: str, tmp_path: Path, several_chunks: Dataset, validation_digits: Dataset
) -> None:
    recipe = Recipe.named(name).replace(epochs=2)
    (tmp_path / "whole").mkdir()
    whole = run(tmp_path / "whole", several_chunks, validation_digits, recipe)
    # Within the first epoch, at its end, within the second; in bfloat16, which most processors emulate, the last alone.
    for stop_after in (1, 3, 4) if bfloat16 == "off" else (4,):
        folder = tmp_path / f"stopped-{stop_after}"
        folder.mkdir()
        with pytest.raises(TrainingInterrupted):
            run(folder, several_chunks, validation_digits, recipe, watcher=Watcher(stop_after))
        torch.rand(7)  # whatever else happened to the global generator in between
        resumed = run(folder, several_chunks, validation_digits, recipe, resume=True)
        assert whole.keys() == resumed.keys()
        for key, weights in whole.items():
            assert torch.equal(weights, resumed[key]), key


def test_seeds_differ(tmp_path: Path, trained: Path, training_digits: Dataset, validation_digits: Dataset) -> None:
    run(tmp_path, training_digits, validation_digits, ONE_EPOCH, seed=1)
    first, other = (load_file(folder / "checkpoint.safetensors") for folder in (trained, tmp_path))
    weights = [name for name in first if name.startswith("network.")]
    assert weights
    assert any(not torch.equal(first[name], other[name]) for name in weights)


def test_every_picture_is_counted_once_an_epoch(
    tmp_path: Path, several_chunks: Dataset, validation_digits: Dataset
) -> None:
    watcher = Watcher()
    recipe = Recipe.named("mlp").replace(epochs=2, batch_size=100)  # divides neither chunk nor epoch
    run(tmp_path, several_chunks, validation_digits, recipe, watcher=watcher)
    ends = [report for report in watcher.steps if report.position == report.size]
    assert [report.size for report in ends] == [515, 515]
    for record, end in zip(watcher.history, ends, strict=True):
        assert record.accuracy == end.accuracy
        assert (record.accuracy * 515) % 1 == pytest.approx(0, abs=1e-6)
        assert (record.validation_accuracy * len(validation_digits)) % 1 == pytest.approx(0, abs=1e-6)
    assert [record.epoch for record in watcher.history] == [1, 2]


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_last_good_checkpoint(
    tmp_path: Path, training_digits: Dataset, validation_digits: Dataset
) -> None:
    recipe = dataclasses.replace(Recipe.named("mlp"), epochs=2)
    run(tmp_path, training_digits, validation_digits, dataclasses.replace(recipe, epochs=1))
    good = (tmp_path / "checkpoint.safetensors").read_bytes()
    wild = dataclasses.replace(recipe, learning_rate=1e30)
    with pytest.raises(NonFiniteLossError, match=r"(nan|inf) in epoch 1 at step \d+ \(batch \d+ of \d+, learning rate"):
        run(tmp_path, training_digits, validation_digits, wild)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == good


def test_another_runs_checkpoint_is_refused(
    trained: Path, training_digits: Dataset, validation_digits: Dataset
) -> None:
    with pytest.raises(CheckpointError, match="another recipe, seed or data"):
        run(trained, training_digits, validation_digits, ONE_EPOCH, seed=1, resume=True)


@pytest.mark.parametrize("damage", [b"", b"not safetensors at all", None])
def test_a_damaged_checkpoint_is_a_clear_error(
    damage: bytes | None, trained: Path, tmp_path: Path, training_digits: Dataset, validation_digits: Dataset
) -> None:
    whole = (trained / "checkpoint.safetensors").read_bytes()
    (tmp_path / "checkpoint.safetensors").write_bytes(whole[:-100] if damage is None else damage)
    with pytest.raises(CheckpointError, match="damaged"):
        run(tmp_path, training_digits, validation_digits, ONE_EPOCH, resume=True)


def flip_a_bit(content: bytes) -> bytes:
    return content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]


def halve_the_precision(content: bytes) -> bytes:
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(content)
        with safe_open(file.name, framework="pt") as whole:
            rest = whole.metadata()
    tensors = {name: value.half() if value.is_floating_point() else value for name, value in load(content).items()}
    return save(tensors, rest)


@pytest.mark.parametrize("change", [flip_a_bit, halve_the_precision])
def test_a_checkpoint_that_was_changed_since_is_not_gone_on_from(
    change: Callable[[bytes], bytes],
    trained: Path,
    tmp_path: Path,
    training_digits: Dataset,
    validation_digits: Dataset,
) -> None:
    (tmp_path / "checkpoint.safetensors").write_bytes(change((trained / "checkpoint.safetensors").read_bytes()))
    with pytest.raises(CheckpointError, match="damaged"):
        run(tmp_path, training_digits, validation_digits, ONE_EPOCH, resume=True)


def test_resuming_without_a_checkpoint_is_a_clear_error(
    tmp_path: Path, training_digits: Dataset, validation_digits: Dataset
) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        run(tmp_path, training_digits, validation_digits, Recipe.named("fast"), resume=True)


def test_the_checkpoint_is_plain_tensors(trained: Path) -> None:
    names = {name.split(".")[0] for name in load_file(trained / "checkpoint.safetensors")}
    assert names == {"task", "network", "optimizer", "random"}


def test_the_learning_rate_follows_the_steps_of_epochs_of_different_size(
    tmp_path: Path, training_digits: Dataset, validation_digits: Dataset
) -> None:
    recipe = dataclasses.replace(Recipe.named("instant"), epochs=3, batch_size=100, review=Review(after=1, share=0.2))
    watcher = Watcher()
    run(tmp_path, training_digits, validation_digits, recipe, watcher=watcher)
    assert len(training_digits) == 1257
    expected = [recipe.learning_rate * schedule(recipe, step - 1, 19) for step in (13, 16, 19)]
    assert [record.learning_rate for record in watcher.history] == expected


def test_gradients_are_cut_where_a_recipe_says_so(
    tmp_path: Path, training_digits: Dataset, validation_digits: Dataset
) -> None:
    # Adam's steps do not depend on how large gradients are, unless they are as small as epsilon.
    recipe = dataclasses.replace(Recipe.named("mlp"), epochs=1, largest_gradient=1e-12)
    cut = run(tmp_path, training_digits, validation_digits, recipe)
    torch.manual_seed(0)
    for name, weights in build_model("mlp").state_dict().items():
        assert (cut[name] - weights).abs().max() < 1e-4


def test_one_cycle_rises_to_the_highest_rate_and_falls_to_nearly_nothing() -> None:
    shares = [schedule(Recipe.named("fast"), step, 400) for step in range(400)]
    top = int(np.argmax(shares))
    assert 90 <= top <= 110
    assert shares[:top] == sorted(shares[:top])
    assert shares[top:] == sorted(shares[top:], reverse=True)
    assert max(shares) == pytest.approx(1, rel=0.02)
    assert shares[-1] < 1 / 1000


@given(st.integers(1, 10_000), st.data())
@settings(max_examples=50)
def test_the_learning_rate_is_always_positive_and_bounded(steps: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, steps - 1))
    for recipe in RECIPES.values():
        assert 0 < schedule(recipe, step, steps) <= 1
