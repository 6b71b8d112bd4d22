"""One run, shared by processes that torchrun starts, or by workers on a cluster of two nodes, some of which die."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ..running import inkdigits
from ..waiting import PATIENCE, wait_until
from .conftest import OBJECT_STORE

Cluster = Any

DIGITS = ["--data", "optdigits"]
TRAIN = ["cluster", "train", *DIGITS, "--workers", "2"]
RUN_FILES = {"checkpoint.safetensors", "config.json", "history.json", "metrics.json", "model.onnx"}


def start(out: Path, cluster: Cluster, *options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "inkdigits", *TRAIN, "--out", out, "--address", cluster.address, *options]
    return subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, text=True)


def workers() -> list[int]:
    """Return the processes of Ray Train's workers on the nodes that this process started."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if b"RayTrainWorker" in command.read_bytes() and os.getpid() in ancestors(int(command.parent.name)):
                found.append(int(command.parent.name))
    return found


def ancestors(process: int) -> Iterator[int]:
    while process > 1:
        process = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
        yield process


def torchrun(out: Path) -> subprocess.CompletedProcess[str]:
    """Train six epochs by two processes, without Ray."""
    start_two = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*start_two, "-m", "inkdigits", "train", *DIGITS, "--epochs", "6", "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of six epochs, shared by two processes, that nothing disturbed."""
    out = tmp_path_factory.mktemp("shared") / "run"
    answer = torchrun(out)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("validation accuracy") == 1
    assert answer.stderr.count("epoch  6") == 1
    return out


@pytest.fixture(scope="module")
def mended(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of six epochs, shared by two workers, one of which is killed after the first."""
    out = tmp_path_factory.mktemp("mended") / "run"
    killed: list[int] = []

    def kill_one() -> None:
        wait_until((out / "checkpoint.safetensors").exists)
        killed.append(workers()[-1])
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    result = inkdigits(*TRAIN, "--epochs", 6, "--out", out)
    killer.join()
    assert killed
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("\nepoch  6") == 1
    return out


def history(out: Path) -> list[dict[str, float]]:
    return json.loads((out / "history.json").read_text())


@pytest.fixture(params=["undisturbed", "mended"])
def shared_run(request: pytest.FixtureRequest) -> Path:
    """A run of two processes, and one of two workers."""
    return request.getfixturevalue(request.param)


def test_a_worker_that_dies_is_replaced_and_the_run_goes_on_from_its_checkpoint(
    mended: Path, undisturbed: Path
) -> None:
    for ours, theirs in zip(history(mended), history(undisturbed), strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-4)
        assert ours["validation_loss"] == pytest.approx(theirs["validation_loss"], rel=1e-4)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run of one process."""
    out = tmp_path_factory.mktemp("alone") / "run"
    assert inkdigits("train", *DIGITS, "--threads", 1, "--epochs", 6, "--out", out).exit_code == 0
    return out


def test_several_leave_what_one_process_leaves(shared_run: Path, alone: Path) -> None:
    assert {path.name for path in shared_run.iterdir()} >= RUN_FILES
    assert not (shared_run / ".ray").exists()
    ours, theirs = history(shared_run), history(alone)
    assert ours[0]["loss"] == pytest.approx(theirs[0]["loss"], rel=0.1)
    # Of 180 digits after 66 steps; from seed to seed it differs by more.
    assert ours[-1]["validation_accuracy"] == pytest.approx(theirs[-1]["validation_accuracy"], abs=0.1)


def test_a_run_that_is_there_is_not_trained_over(mended: Path, undisturbed: Path) -> None:
    before = history(mended), history(undisturbed)
    again = inkdigits(*TRAIN, "--out", mended)
    assert again.exit_code == 1
    assert f"{mended} holds a run already" in again.stderr
    by_torchrun = torchrun(undisturbed)
    assert by_torchrun.returncode != 0
    assert f"{undisturbed} holds a run already" in by_torchrun.stderr
    assert (history(mended), history(undisturbed)) == before


@pytest.mark.long
def test_a_machine_that_dies_is_replaced_by_another(cluster: Cluster, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    process = start(out, cluster, "--epochs", 6)
    wait_until((out / "checkpoint.safetensors").exists, process)
    cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
    cluster.add_node(num_cpus=1, object_store_memory=OBJECT_STORE)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert history(out)[-1]["loss"] == pytest.approx(history(undisturbed)[-1]["loss"], rel=1e-4)


@pytest.mark.long
def test_ctrl_c_stops_all_workers_and_another_engine_goes_on(cluster: Cluster, tmp_path: Path) -> None:
    out = tmp_path / "run"
    process = start(out, cluster, "--epochs", 60)
    wait_until((out / "checkpoint.safetensors").exists, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, said
    assert f"go on with: inkdigits train --resume --out {out}" in said
    done = len(history(out))
    assert 1 <= done < 60
    again = start_local(out)
    assert len(history(out)) > done, again


def start_local(out: Path) -> str:
    """Go on without Ray, for an epoch."""
    done = len(history(out))
    command = [sys.executable, "-m", "inkdigits", "train", "--resume", "--out", str(out), "--threads", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: len(history(out)) > done, process)
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=PATIENCE)[1]


@pytest.mark.long
def test_what_the_workers_cannot_do_is_said_once(cluster: Cluster, tmp_path: Path) -> None:
    recipe = tmp_path / "wild.json"
    recipe.write_text(
        json.dumps({"model": "mlp", "epochs": 9, "batch_size": 32, "learning_rate": 10.0, "weight_decay": 1e30})
    )
    result = inkdigits(*TRAIN, "--recipe", recipe, "--out", tmp_path / "run")
    assert result.exit_code == 1
    assert "the loss became" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "code", "complaint"),
    [
        (["--workers", 40], 1, "40 workers with 1 threads each need more than the cluster has"),
        (["--device", "cuda", "--workers", 1], 1, "2 cores, 0 GPUs"),
        (["--workers", 0], 2, "--workers is '0'; give a number of at least 1"),
        (["--recipe", "quick"], 2, "there is no recipe called 'quick'"),
        (["--recipe", "nothing.toml"], 2, "cannot read the recipe nothing.toml"),
    ],
)
def test_what_makes_no_sense_is_said(
    options: list[object], code: int, complaint: str, cluster: Cluster, tmp_path: Path
) -> None:
    result = inkdigits("cluster", "train", "--data", "optdigits", "--out", tmp_path / "run", *options)
    assert result.exit_code == code
    assert complaint in result.stderr


def test_without_ray_the_extra_that_brings_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    for command in (TRAIN, ["cluster", "sweep"]):
        result = inkdigits(*command, "--out", tmp_path / "out")
        assert result.exit_code == 1
        assert result.stderr.endswith("run: pip install 'inkdigits[scale]'\n")
    assert not (tmp_path / "out").exists()
