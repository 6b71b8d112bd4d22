"""Whole runs, as processes of their own: killed, interrupted, out of space, resumed."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import inkdigits
from inkdigits.errors import CheckpointError, OutputError, UsageError
from inkdigits.training.runs.run_folder import RunFolder
from inkdigits.training.runs.trained_run import TrainedRun
from inkdigits.training.runs.whole_run import resume_training, train

from ..running import inkdigits as command
from ..waiting import PATIENCE, wait_until

RUN_FILES = {
    ".lock",
    "checkpoint.safetensors",
    "config.json",
    "history.csv",
    "history.json",
    "learning_curve.png",
    "metrics.json",
    "model.onnx",
}


def arguments(out: Path, *options: str) -> list[str]:
    """`inkdigits train` on scikit-learn's digits, with one thread and few enough steps to be quick."""
    epochs = () if "--resume" in options else ("--epochs", "6")
    return ["train", "--data", "optdigits", "--threads", "1", "--out", str(out), *epochs, *options]


def start(out: Path) -> subprocess.Popen[str]:
    """Train in a process of its own, which can be killed."""
    program = [sys.executable, "-m", "inkdigits", *arguments(out)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def resume(out: Path) -> None:
    resumed = command(*arguments(out, "--resume"))
    assert resumed.exit_code == 0, resumed.stderr


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of six epochs that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole") / "run"
    result = command(*arguments(out))
    assert result.exit_code == 0, result.stderr
    return out


def test_a_run_folder_holds_everything(whole_run: Path) -> None:
    names = {path.name for path in whole_run.iterdir()}
    assert names >= RUN_FILES
    assert {name for name in names - RUN_FILES if not name.startswith("events.out.tfevents.")} == set()
    config = json.loads((whole_run / "config.json").read_text())
    assert config["recipe"]["epochs"] == 6
    assert config["seed"] == 0
    assert config["versions"]["inkdigits"] == inkdigits.__version__
    assert len(config["data"]["training"]["sha256"]) == 64
    with (whole_run / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    metrics = json.loads((whole_run / "metrics.json").read_text())
    assert metrics["validation"]["accuracy"] == pytest.approx(float(rows[-1]["validation_accuracy"]))
    assert metrics["parity"] <= 1e-5


def test_tensorboard_events_hold_one_point_an_epoch(whole_run: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(whole_run)).Reload()
    assert "validation_accuracy" in events.Tags()["scalars"] or "validation_accuracy" in events.Tags()["tensors"]
    history = json.loads((whole_run / "history.json").read_text())
    steps = [event.step for event in events.Scalars("validation_accuracy")]
    assert steps == [record["epoch"] for record in history]


@pytest.mark.parametrize("when", ["config.json", "checkpoint.safetensors"])
def test_a_run_killed_at_any_point_resumes_to_the_same_weights(when: str, whole_run: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    process = start(out)
    wait_until((out / when).exists, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    resume(out)
    assert (out / "model.onnx").read_bytes() == (whole_run / "model.onnx").read_bytes()
    epochs = [record["epoch"] for record in json.loads((out / "history.json").read_text())]
    assert epochs == [1, 2, 3, 4, 5, 6]


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(whole_run: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    process = start(out)
    wait_until((out / "checkpoint.safetensors").exists, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert f"inkdigits train --resume --out {out}" in errors
    resume(out)
    assert (out / "model.onnx").read_bytes() == (whole_run / "model.onnx").read_bytes()


def test_a_full_disk_is_a_clear_error_and_the_last_checkpoint_stays_whole(whole_run: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    # Room for one checkpoint, but not for the next one beside it.
    room = (whole_run / "checkpoint.safetensors").stat().st_size * 3 // 2
    mount = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk to fill up")
    try:
        stopped = command(*arguments(disk / "run"))
        assert stopped.exit_code == 1
        assert "checkpoint.safetensors: No space left on device; free some space" in stopped.stderr
        assert "Traceback" not in stopped.stderr
        assert not [path for path in (disk / "run").iterdir() if path.suffix == ".part"]
        subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
        resume(disk / "run")
        assert (disk / "run" / "model.onnx").read_bytes() == (whole_run / "model.onnx").read_bytes()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_two_processes_do_not_train_in_one_folder(whole_run: Path) -> None:
    with RunFolder(whole_run).locked():
        refused = command(*arguments(whole_run, "--resume"))
    assert refused.exit_code == 1
    assert f"another process is training in {whole_run}" in refused.stderr


def test_options_that_contradict_the_run_are_refused(whole_run: Path) -> None:
    refused = command(*arguments(whole_run, "--resume", "--seed", "5"))
    assert refused.exit_code == 2
    assert "was started with --seed 0, not 5" in refused.stderr


def test_a_folder_that_holds_a_run_is_not_written_over(whole_run: Path) -> None:
    with pytest.raises(OutputError, match="holds a run already"):
        train("fast", "optdigits", out=whole_run)


def test_resuming_from_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no run to go on with"):
        resume_training(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(CheckpointError, match="is not a run's"):
        resume_training(tmp_path)
    refused = command("train", "--resume", folder=tmp_path)
    assert refused.exit_code == 1
    assert "no unfinished run under runs/" in refused.stderr


def test_unknown_names_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'fast'"):
        train("fats", "optdigits", out=tmp_path / "run")
    with pytest.raises(UsageError, match="no device 'gpu'"):
        train("fast", "optdigits", out=tmp_path / "run", device="gpu")
    assert not (tmp_path / "run").exists()


@pytest.fixture(scope="module")
def mnist_run(tmp_path_factory: pytest.TempPathFactory, mnist_dir: Path) -> TrainedRun:
    """Real training on real digits: one epoch of half of them."""
    return train("instant", "mnist", out=tmp_path_factory.mktemp("mnist") / "run", data_dir=mnist_dir)


def test_one_epoch_of_mnist_reaches_what_it_should_and_no_more(mnist_run: TrainedRun, mnist_dir: Path) -> None:
    # On the validation digits: the test digits are for `evaluate --split test` alone.
    accuracy = inkdigits.evaluate(mnist_run.model, "mnist", "validation", data_dir=mnist_dir).accuracy
    assert 0.980 <= accuracy <= 0.998
    assert accuracy == mnist_run.metrics["validation"]["accuracy"]


def test_the_trained_probabilities_are_calibrated(mnist_run: TrainedRun) -> None:
    assert mnist_run.metrics["validation"]["ece"] < 0.01
    assert 0.5 <= mnist_run.metrics["reject_threshold"] <= 1


def test_the_embedded_digits_are_learned_too(whole_run: Path) -> None:
    # 60 steps on 1,257 digits; the 180 to validate on are too few for a ceiling, which the run on MNIST has.
    accuracy = json.loads((whole_run / "metrics.json").read_text())["validation"]["accuracy"]
    assert accuracy >= 0.9
