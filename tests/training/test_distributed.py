"""A run that several processes share learns what one process learns."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from inkdigits.errors import OutputError, UsageError
from inkdigits.training.loop.distributed import Team

from ..waiting import PATIENCE
from .shared_runs import RUN, shared_fit

PROCESSES = 3


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What each of three processes left."""
    folder = tmp_path_factory.mktemp("shared")
    script = Path(__file__).with_name("shared_runs.py")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(script), str(folder), str(port), str(PROCESSES)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert answer.returncode == 0, answer.stderr
    return [folder / f"rank-{rank}" for rank in range(PROCESSES)]


def history(folder: Path) -> list[dict[str, float]]:
    return json.loads((folder / "history.json").read_text())


def test_all_end_in_the_same_weights_and_the_leader_alone_writes(shared: list[Path]) -> None:
    leader, *others = (load_file(folder / "weights.safetensors") for folder in shared)
    for other in others:
        assert leader.keys() == other.keys()
        assert all(torch.equal(leader[name], other[name]) for name in leader if "running" not in name)
    told = [[(epoch["loss"], epoch["validation_loss"]) for epoch in history(folder)] for folder in shared]
    assert told == told[:1] * len(shared)
    assert [folder.name for folder in shared if (folder / "checkpoint.safetensors").exists()] == ["rank-0"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells what its threads are called")
def test_the_end_of_the_team_is_the_end_of_its_threads(shared: list[Path]) -> None:
    for folder in shared:
        names = json.loads((folder / "threads.json").read_text())
        assert names
        assert not [name for name in names if "gloo" in name]


def test_a_run_that_is_shared_learns_as_much_as_one_that_is_not(shared: list[Path], tmp_path: Path) -> None:
    _, alone = shared_fit(RUN, 202, tmp_path)
    together = history(shared[0])
    assert len(together) == len(alone) == RUN.epochs
    assert together[0]["loss"] == pytest.approx(alone[0].loss, rel=0.1)
    assert together[-1]["validation_accuracy"] == pytest.approx(alone[-1].validation_accuracy, abs=0.1)


@given(count=st.integers(0, 500), size=st.integers(1, 7))
def test_parts_are_even_and_nobodys_twice(count: int, size: int) -> None:
    parts = [Team(size, rank).part(torch.arange(count)) for rank in range(size)]
    assert {len(part) for part in parts} == {count // size}
    assert sorted(torch.cat(parts).tolist()) == list(range(count // size * size))


def test_processes_that_cannot_share_a_batch_evenly_are_refused() -> None:
    Team(4, 0).check(8)
    for size in (3, 9):
        with pytest.raises(UsageError, match=rf"{size} processes cannot share batches of 8 evenly"):
            Team(size, 0).check(8)


def test_a_single_process_is_a_team_without_torch() -> None:
    alone, numbers = Team(), torch.arange(5)
    assert alone.leads
    assert alone.sum(numbers) is numbers
    assert alone.agree(True)
    assert not alone.agree(False)
    with pytest.raises(OutputError):
        alone.from_leader(_raise)


def _raise() -> None:
    raise OutputError("no room")
