"""Runs as they are called from Python: arrays, networks of one's own, going on, and errors in Python's words."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

import inkdigits
from inkdigits.data import Dataset
from inkdigits.errors import CheckpointError, DataError, ModelFileError, OutputError, UsageError
from inkdigits.reading.model_file import find_model
from inkdigits.training.data.training_data import load_source
from inkdigits.training.recipes.recipe import Augmentation
from inkdigits.training.runs.run_folder import create_run, find_run
from inkdigits.training.runs.trained_run import TrainedRun
from inkdigits.training.runs.whole_run import begin_training, resume_training

ONE_EPOCH = inkdigits.Recipe.named("fast").replace(epochs=1)


class Own(nn.Module):
    """A network with layers that the model file knows nothing of."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(1, 4, 3, stride=2, padding="valid")
        self.calm = nn.GroupNorm(2, 4)
        self.answer = nn.Linear(4 * 13 * 13, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.answer(functional.gelu(self.calm(self.look(images))).flatten(1))


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return inkdigits.load_dataset("optdigits")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> TrainedRun:
    arrays = digits.images.reshape(-1, 784) / 255.0, digits.labels.astype(str)
    return inkdigits.train(ONE_EPOCH, arrays, out=tmp_path_factory.mktemp("runs") / "run", seed=3)


def test_arrays_are_learned_from_and_a_tenth_is_held_back(run: TrainedRun, digits: Dataset) -> None:
    data = run.metrics["validation"]
    assert data["n"] == pytest.approx(len(digits) / 10, abs=5)
    assert run.model.exists()


def test_the_history_is_columns(run: TrainedRun) -> None:
    assert run.history["validation_accuracy"] == run.history.validation_accuracy == [run.accuracy]
    assert run.history.epoch == [1]
    assert set(run.history) >= {"loss", "accuracy", "validation_loss"}
    with pytest.raises(KeyError, match="validation_accuracy"):
        run.history["val_accuracy"]
    with pytest.raises(AttributeError, match="validation_accuracy"):
        _ = run.history.val_accuracy
    assert repr(run.history).startswith("<History of 1 epoch: loss ")


def test_the_history_is_a_pandas_table_where_pandas_is(run: TrainedRun) -> None:
    pytest.importorskip("pandas")
    assert run.history.to_pandas()["loss"].tolist() == run.history.loss


def test_a_run_is_one_line_and_has_curves_and_a_network(run: TrainedRun, digits: Dataset) -> None:
    assert repr(run) == f"<TrainedRun fast, 1 epoch: validation {run.accuracy:.2%}, in {run.folder}>"
    assert [axis.get_xlabel() for axis in run.plot().axes] == ["epoch", "epoch"]
    images = torch.from_numpy(digits.images[:50]).unsqueeze(1) / 255
    with torch.no_grad():
        answers = run.network()(images).argmax(1).numpy()
    assert (answers == inkdigits.Classifier(run.model).predict(digits.images[:50])).all()


def test_a_complete_run_is_returned_and_not_made_again(run: TrainedRun, digits: Dataset) -> None:
    arrays = digits.images, digits.labels
    written = run.model.stat().st_mtime_ns
    again = inkdigits.train(ONE_EPOCH, arrays, out=run.folder, seed=3, resume=True)
    assert (again.history, again.model) == (run.history, run.model)
    assert again.model.stat().st_mtime_ns == written


def test_resume_begins_a_run_where_there_is_none(tmp_path: Path) -> None:
    assert inkdigits.train(ONE_EPOCH, "optdigits", out=tmp_path / "run", resume=True).model.exists()


def test_resume_goes_on_where_a_run_was_stopped(tmp_path: Path) -> None:
    class Impatient:
        def on_step(self, report: object) -> None:
            raise KeyboardInterrupt

        def on_epoch(self, history: object) -> None:
            pass

    def stop(**how: object) -> TrainedRun:
        return inkdigits.train("fast", "optdigits", out=tmp_path / "run", epochs=2, network=network(), **how)

    def network() -> nn.Module:
        torch.manual_seed(1)
        return Own()

    with pytest.raises(KeyboardInterrupt):
        stop(observers=[Impatient()])
    resumed = stop(resume=True)
    whole = inkdigits.train("fast", "optdigits", out=tmp_path / "whole", epochs=2, network=network())
    assert resumed.history.loss == whole.history.loss


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"seed": 4}, "another seed: 3, not 4"),
        ({"batch_size": 7}, "another recipe: batch_size 128, not 7"),
        ({"network": Own()}, "another network"),
        ({"data": "optdigits"}, "another data"),
    ],
)
def test_another_run_is_not_gone_on_with(
    change: dict[str, object], complaint: str, run: TrainedRun, digits: Dataset
) -> None:
    how = {"data": (digits.images, digits.labels), "seed": 3, "out": run.folder} | change
    with pytest.raises(UsageError, match=complaint) as error:
        inkdigits.train(ONE_EPOCH, resume=True, **how)
    assert "overwrite=True" in str(error.value)
    assert "--" not in str(error.value)


def test_a_run_whose_recipe_has_a_setting_of_before_is_not_gone_on_with(run: TrainedRun, tmp_path: Path) -> None:
    config = json.loads((run.folder / "config.json").read_text())
    config["recipe"]["dropout"] = 0.5
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UsageError, match=r"another recipe: dropout 0\.5, not None"):
        inkdigits.train(ONE_EPOCH, "optdigits", out=tmp_path, resume=True)


def test_a_run_of_another_recipe_is_not_taken_for_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    begun = begin_training(ONE_EPOCH.replace(name="fast-swept"), "optdigits")
    assert find_run(None, "fast-swept") == begun
    with pytest.raises(CheckpointError, match="no unfinished run of 'fast'"):
        find_run(None, "fast")


def test_a_run_is_replaced_if_that_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "run"
    first = inkdigits.train(ONE_EPOCH, "optdigits", out=out)
    (out / "mine.txt").write_text("kept")
    with pytest.raises(OutputError, match=r"resume=True, replace it by overwrite=True, .* by out=…"):
        inkdigits.train(ONE_EPOCH, "optdigits", out=out, seed=1)
    second = inkdigits.train(ONE_EPOCH, "optdigits", out=out, seed=1, overwrite=True)
    assert second.history.loss != first.history.loss
    assert (out / "mine.txt").read_text() == "kept"
    assert len(list(out.glob("events.out.tfevents.*"))) == 1
    with pytest.raises(UsageError, match="one of resume and overwrite"):
        inkdigits.train(ONE_EPOCH, "optdigits", out=out, resume=True, overwrite=True)


def test_two_runs_in_one_second_have_two_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folders = [create_run(None, {"recipe": {"name": "fast"}}).path for _ in range(3)]
    assert len(set(folders)) == 3


def test_a_network_of_ones_own_learns_in_place_and_becomes_a_model_file(tmp_path: Path, digits: Dataset) -> None:
    network = Own()
    before = network.answer.weight.clone()
    run = inkdigits.train(ONE_EPOCH, "optdigits", network=network, out=tmp_path / "run")
    assert not torch.equal(before, network.answer.weight)
    with torch.no_grad():
        answers = network(torch.from_numpy(digits.images[:100]).unsqueeze(1) / 255).argmax(1).numpy()
    assert (answers == inkdigits.Classifier(run.model).predict(digits.images[:100])).all()
    assert inkdigits.Reader(run.model).read(digits.images[0], single=True).status in ("ok", "uncertain", "no_digit")
    other = Own()
    inkdigits.train(ONE_EPOCH, "optdigits", network=other, out=tmp_path / "run", resume=True)
    assert torch.equal(other.answer.weight, network.answer.weight)


@pytest.mark.parametrize(
    ("network", "complaint"),
    [
        (nn.ReLU(), "no weights to learn"),
        (nn.Linear(784, 10), r"cannot take float32 \(N,1,28,28\).*nn.Flatten"),
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 5)), r"answers \(2, 5\), not \(2,10\)"),
    ],
)
def test_a_network_of_another_form_is_refused(network: nn.Module, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=complaint):
        inkdigits.train(ONE_EPOCH, "optdigits", network=network, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("images", "labels", "complaint"),
    [
        (np.zeros((3, 8, 8)), [1, 2, 3], "to_mnist"),
        (np.zeros((3, 784)), [1, 2], "3 images, but 2 labels"),
        (np.zeros((1, 784)), [10], "number 0 is 10"),
        (np.zeros((1, 784)), ["seven"], "not digits"),
        (np.full((1, 784), 256), [1], "from 256 to 256"),
        (np.full((1, 784), np.nan), [1], "from nan to nan"),
        (np.full((1, 784), 255), [1], "255 - images"),
        (np.zeros((1, 784)), [[1, 1, 0, 0, 0, 0, 0, 0, 0, 0]], "nine 0 and one 1"),
        (np.zeros((2, 784)), [1, 2], "train"),
    ],
)
def test_arrays_of_another_kind_are_refused(images: object, labels: object, complaint: str, tmp_path: Path) -> None:
    with pytest.raises((DataError, UsageError), match=complaint):
        inkdigits.train(ONE_EPOCH, (images, labels), out=tmp_path / "run")


def test_what_is_no_pair_of_images_and_labels_is_refused(digits: Dataset, tmp_path: Path) -> None:
    for wrong in (digits.images,), (digits.images, digits.labels, 1), digits.images, [digits.images, digits.labels]:
        for ask in (
            lambda data: inkdigits.train(ONE_EPOCH, data, out=tmp_path / "run"),
            lambda data: inkdigits.teach(data, out=tmp_path / "taught"),
            lambda data: inkdigits.evaluate("bundled", data),
        ):
            with pytest.raises(UsageError, match=r"give \(images, labels\)"):
                ask(wrong)


def test_who_trains_with_few_digits_is_told_of_teaching(
    digits: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    inkdigits.train(ONE_EPOCH, (digits.images, digits.labels), out=tmp_path / "many")
    assert caplog.text == ""
    inkdigits.train(ONE_EPOCH, (digits.images[:200], digits.labels[:200]), out=tmp_path / "few")
    assert "digits are few to train with: 'inkdigits teach'" in caplog.text


def test_damaged_hands_leave_no_run_in_the_way_and_absent_ones_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("INKDIGITS_DATA_DIR", raising=False)
    damaged = tmp_path / "hands" / "uji_v1.jsonl.gz"
    damaged.parent.mkdir()
    damaged.write_bytes(b"\x1f\x8bno gzip")
    recipe = ONE_EPOCH.replace(augmentation=Augmentation(rewritten=0.05))
    how = {"out": tmp_path / "run", "data_dir": tmp_path}
    for begin in (inkdigits.train, begin_training):
        with pytest.raises(DataError, match="is a damaged gzip file"):
            begin(recipe, "optdigits", **how)
    damaged.unlink()
    inkdigits.train(recipe, "optdigits", **how)
    assert caplog.messages == [
        "hands not on disk write nothing: swiss, pendigits, uji, fonts, omniglot; 'inkdigits data fetch NAME' gets each"
    ]


def test_progress_begins_with_reading_the_pictures(tmp_path: Path, digits: Dataset) -> None:
    for place in range(30):
        home = tmp_path / "own" / str(digits.labels[place])
        home.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - digits.images[place]).resize((84, 84)).save(home / f"{place}.png")
    told: list[tuple[str, int, int]] = []
    load_source(tmp_path / "own", None, progress=lambda *news: told.append(news))
    assert told == [("reading pictures", done, 30) for done in range(1, 31)]


def test_progress_is_said_where_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inkdigits.train(ONE_EPOCH, "optdigits", out=tmp_path / "quiet")
    assert capsys.readouterr() == ("", "")
    inkdigits.train(ONE_EPOCH, "optdigits", out=tmp_path / "told", progress=True)
    assert capsys.readouterr().err.startswith("epoch  1  loss")


def test_training_goes_on_from_another_models_weights(run: TrainedRun, digits: Dataset, tmp_path: Path) -> None:
    still = inkdigits.Recipe.named("mlp").replace(epochs=1, learning_rate=1e-9)
    arrays = digits.images[:200], digits.labels[:200]
    on = inkdigits.train(still, arrays, base=run.folder, out=tmp_path / "run")
    assert on.recipe.model == run.recipe.model == "convnet-s"
    before, after = run.network().state_dict(), on.network().state_dict()
    assert all(torch.allclose(before[name], after[name], atol=1e-6) for name, _ in run.network().named_parameters())
    with pytest.raises(UsageError, match="another base"):
        inkdigits.train(still.replace(model="convnet-s"), arrays, out=tmp_path / "run", resume=True)


def test_training_that_goes_on_can_be_stopped_before_its_first_checkpoint(run: TrainedRun, tmp_path: Path) -> None:
    begun = begin_training("fast", "optdigits", base=run.model, out=tmp_path / "begun", epochs=1)
    resumed = resume_training(begun.path)
    whole = inkdigits.train("fast", "optdigits", base=run.model, out=tmp_path / "whole", epochs=1)
    assert resumed.history.loss == whole.history.loss
    with pytest.raises(ModelFileError, match=r"no model file .*none\.onnx"):
        inkdigits.train("fast", "optdigits", base=tmp_path / "none.onnx", out=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_another_file_in_the_place_of_the_base_is_not_gone_on_from(run: TrainedRun, tmp_path: Path) -> None:
    base = Path(shutil.copy(run.model, tmp_path / "base.onnx"))
    begun = begin_training("fast", "optdigits", base=base, out=tmp_path / "begun", epochs=1)
    shutil.copy(find_model("bundled"), base)
    with pytest.raises(ModelFileError, match="another model than when this run was begun"):
        resume_training(begun.path)


def test_a_network_of_ones_own_begins_with_its_own_weights(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one of base and network"):
        inkdigits.train(ONE_EPOCH, "optdigits", base="bundled", network=Own(), out=tmp_path / "run")


def test_several_data_are_joined_though_one_is_too_few_to_hold_any_back(digits: Dataset, tmp_path: Path) -> None:
    two = digits.images[:2], digits.labels[:2]
    joined = load_source(["optdigits", two], None)
    alone = load_source("optdigits", None)
    assert len(joined.training) == len(alone.training) + 2
    assert (joined.training.images[-2:] == digits.images[:2]).all()
    assert len(joined.validation) == len(alone.validation)
    assert joined.training.name == "optdigits + own arrays"
    assert joined.name is None
    run = inkdigits.train(ONE_EPOCH, ["optdigits", "optdigits"], out=tmp_path / "run")
    assert inkdigits.train(ONE_EPOCH, ["optdigits", "optdigits"], out=tmp_path / "run", resume=True).model == run.model
    with pytest.raises(UsageError, match="another data"):
        inkdigits.train(ONE_EPOCH, "optdigits", out=tmp_path / "run", resume=True)
    with pytest.raises(UsageError, match="nothing to learn from; try data='mnist'"):
        inkdigits.train(ONE_EPOCH, [], out=tmp_path / "run")
