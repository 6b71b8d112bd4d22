"""A network that learns from others' answers."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import inkdigits
from inkdigits.data import Dataset
from inkdigits.errors import CheckpointError, ModelFileError, UsageError
from inkdigits.reading.classifier import Classifier
from inkdigits.training.loop.fit import fit
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.runs.whole_run import resume_training
from inkdigits.training.tasks.digit_task import DigitsTask, predict_logits
from inkdigits.training.tasks.teachers import describe_model, taking_turns

ONE_EPOCH = Recipe.named("fast").replace(epochs=1)


@pytest.fixture(scope="module")
def teachers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("teachers")
    return [inkdigits.train(ONE_EPOCH, "optdigits", seed=seed, out=folder / str(seed)).model for seed in (0, 1)]


@pytest.fixture(scope="module")
def taught(teachers: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that learned from them."""
    out = tmp_path_factory.mktemp("taught") / "run"
    inkdigits.train(ONE_EPOCH, "optdigits", out=out, teachers=teachers)
    return out


def test_teachers_take_turns(teachers: list[Path]) -> None:
    images = inkdigits.load_dataset("optdigits", split="test").images[:20]
    answer = taking_turns(teachers)
    assert answer is not None
    pictures = torch.from_numpy(images.astype(np.float32) / 255).unsqueeze(1)
    for chunk in range(4):
        expected = Classifier(teachers[chunk % 2]).predict_proba(images)
        np.testing.assert_allclose(answer(pictures, chunk).numpy(), expected, atol=1e-6)


def test_no_teachers_are_no_teacher() -> None:
    assert taking_turns([]) is None


def test_a_student_learns_what_its_teacher_answers_and_not_the_labels(
    training_digits: Dataset, validation_digits: Dataset, tmp_path: Path
) -> None:
    def always_three(images: torch.Tensor, chunk: int) -> torch.Tensor:
        return torch.eye(10)[3].expand(len(images), 10)

    recipe = dataclasses.replace(ONE_EPOCH, teaching=1.0)
    device = torch.device("cpu")
    task = DigitsTask(training_digits, validation_digits, recipe, seed=0, device=device, teacher=always_three)
    network, _ = fit(task, checkpoint=tmp_path / "checkpoint", identity={})
    pictures = torch.from_numpy(validation_digits.images.copy()).unsqueeze(1)
    assert (predict_logits(network, pictures).argmax(1) == 3).all()


def test_the_run_folder_says_who_taught(teachers: list[Path], taught: Path) -> None:
    config = json.loads((taught / "config.json").read_text())
    assert config["teachers"] == [describe_model(model) for model in teachers]


def test_a_run_whose_teachers_have_changed_is_not_resumed(taught: Path, tmp_path: Path) -> None:
    shutil.copytree(taught, tmp_path / "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    config["teachers"].reverse()
    (tmp_path / "run" / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="another recipe, seed or data"):
        resume_training(tmp_path / "run")


def test_a_recipe_that_learns_from_nobody_says_so(teachers: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'accurate' does not learn from teachers"):
        inkdigits.train("accurate", "optdigits", out=tmp_path / "run", teachers=teachers)


def test_a_teacher_that_is_no_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError):
        inkdigits.train("fast", "optdigits", out=tmp_path / "run", teachers=[tmp_path / "nobody.onnx"])
