"""An output is whole or can be gone on with, belongs to one job, and nobody else's files are touched."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inkdigits.cluster import job_lock
from inkdigits.cluster.job_lock import locked
from inkdigits.cluster.output import PICTURES, Output
from inkdigits.cluster.reading_job import ReadingJob
from inkdigits.cluster.storage import find_storage
from inkdigits.cluster.work_items import Names
from inkdigits.errors import OutputError, PictureError, UsageError
from inkdigits.results.reading import Reading
from inkdigits.samples import LABELS

from ..waiting import wait_until
from .conftest import Bucket

SETTINGS = {"single": False, "version": "1"}
ITEMS = [Names(("a.png",)), Names(("b.png", "c.png"))]


@pytest.fixture(params=["folder", "bucket"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> Output:
    """An output that was begun, with one part of two."""
    address = (
        str(tmp_path / "readings.parquet")
        if request.param == "folder"
        else f"{request.getfixturevalue('bucket').address}/readings.parquet"
    )
    output = Output(address)
    output.check(resume=False, overwrite=False)
    output.make_folder()
    assert output.begin(SETTINGS, ITEMS) == 2
    output.write(0, [Reading("a.png"), Reading("a.png", page=2)])
    return output


def test_a_part_says_what_is_in_it(output: Output) -> None:
    assert output.finished(0) == {"no_digit": 2, PICTURES: 1}
    assert output.finished(1) is None
    assert output.item(1) == ITEMS[1]


def test_a_damaged_part_does_not_count(output: Output) -> None:
    find_storage(f"{output.address}/part-0000000.parquet").write_bytes(b"PAR1 and no more")
    assert output.finished(0) is None


def test_an_output_that_is_there_needs_a_word(output: Output) -> None:
    with pytest.raises(OutputError, match="go on with --resume, or begin again with --overwrite"):
        output.check(resume=False, overwrite=False)
    output.check(resume=True, overwrite=False)
    assert output.parts(SETTINGS) == 2
    assert output.finished(0) is not None


def test_another_jobs_output_is_not_gone_on_with(output: Output) -> None:
    with pytest.raises(UsageError, match="was begun with another single"):
        output.parts(SETTINGS | {"single": True})


def test_beginning_again_leaves_nothing_of_before(output: Output) -> None:
    output.finish(output.finished(0))
    output.check(resume=False, overwrite=True)
    assert output.begin(SETTINGS, ITEMS[:1]) == 1
    assert output.finished(0) is None
    assert output.result() is None


@pytest.mark.parametrize("there_is", ["nothing", "a folder", "a file", "a job"])
def test_with_nothing_to_read_all_stays_as_it_was(tmp_path: Path, there_is: str) -> None:
    source, output = tmp_path / "empty", tmp_path / "readings.parquet"
    source.mkdir()
    if there_is == "a file":
        output.write_text("the local engine's")
    elif there_is == "a folder":
        output.mkdir()
    elif there_is == "a job":
        Output(str(output)).make_folder()
        Output(str(output)).begin(SETTINGS, ITEMS)
    before = sorted(tmp_path.rglob("*"))
    job = ReadingJob([str(source)], str(output))
    with pytest.raises(PictureError, match=f"{source} holds no pictures; check the name"), job.begun(overwrite=True):
        pass
    assert sorted(tmp_path.rglob("*")) == before


def test_a_second_source_that_is_empty_leaves_no_output_behind(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    job = ReadingJob([str(LABELS.with_name("mouse.png")), str(tmp_path / "empty")], str(tmp_path / "readings.parquet"))
    with pytest.raises(PictureError, match="empty holds no pictures"), job.begun():
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_planning_that_died_is_begun_again(output: Output) -> None:
    find_storage(f"{output.address}/_job/plan.json").delete()
    output.check(resume=True, overwrite=False)
    assert not output.is_begun
    output.begin(SETTINGS, ITEMS)
    assert output.finished(0) is None


@pytest.mark.parametrize("options", [{"resume": True, "overwrite": False}, {"resume": False, "overwrite": True}])
def test_folders_of_other_things_are_left_alone(tmp_path: Path, options: dict[str, bool]) -> None:
    (tmp_path / "part-00000.parquet").write_text("somebody else's")
    (tmp_path / "_SUCCESS").write_text("")
    with pytest.raises(OutputError, match=r"holds what is no reading, such as"):
        Output(str(tmp_path)).check(**options)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_is_replaced_only_on_request(tmp_path: Path) -> None:
    file = tmp_path / "readings.parquet"
    file.write_text("the local engine's")
    with pytest.raises(OutputError, match="give --overwrite"):
        Output(str(file)).check(resume=False, overwrite=False)
    Output(str(file)).check(resume=False, overwrite=True)
    Output(str(file)).make_folder()
    assert file.is_dir()


def test_a_bucket_that_denies_access_says_so(bucket: Bucket) -> None:
    bucket.deny(denied=True)
    with pytest.raises(OutputError, match=r"access is denied; check the credentials"):
        Output(f"{bucket.address}/readings.parquet").check(resume=False, overwrite=False)


def test_a_folder_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        Output(str(tmp_path / "file" / "readings.parquet")).make_folder()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(job_lock, "_SETTLED_AFTER", 0.0)
    return tmp_path / "lease.json"


def hold(place: Path, **others: object) -> None:
    mine = {"id": "0", "host": "elsewhere", "process": 1, "renewed": time.time()}
    place.write_text(json.dumps(mine | others))


def test_one_job_at_a_time_writes_to_an_output(place: Path) -> None:
    with (
        locked(find_storage(str(place)), "out"),
        pytest.raises(OutputError, match=f"another job writes to out: process {os.getpid()} on"),
        locked(find_storage(str(place)), "out"),
    ):
        pass
    assert not place.exists()


def test_a_job_on_another_machine_counts_until_it_was_silent_for_a_minute(place: Path) -> None:
    hold(place, renewed=time.time() - 50)
    with (
        pytest.raises(OutputError, match=r"process 1 on elsewhere.*try again in \d+ s"),
        locked(find_storage(str(place)), "out"),
    ):
        pass
    hold(place, renewed=time.time() - 61)
    with locked(find_storage(str(place)), "out"):
        assert json.loads(place.read_text())["process"] == os.getpid()


def test_a_job_on_this_machine_that_died_counts_no_more(place: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    hold(place, host=socket.gethostname(), process=ended.pid)
    with locked(find_storage(str(place)), "out"):
        assert json.loads(place.read_text())["process"] == os.getpid()


def test_of_two_that_come_at_once_one_goes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The rival looked before we wrote, and writes while we wait.
    monkeypatch.setattr(job_lock.time, "sleep", lambda seconds: hold(place))
    with pytest.raises(OutputError, match="process 1 on elsewhere"), locked(find_storage(str(place)), "out"):
        pass


def test_a_lease_that_somebody_else_took_is_theirs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_lock, "_RENEWED_EVERY", 0.01)
    with locked(find_storage(str(place)), "out"):
        hold(place)
        time.sleep(0.1)
    assert json.loads(place.read_text())["host"] == "elsewhere"


def test_a_lease_is_renewed_while_the_job_lives(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_lock, "_RENEWED_EVERY", 0.01)
    with locked(find_storage(str(place)), "out"):
        first = json.loads(place.read_text())["renewed"]
        wait_until(lambda: json.loads(place.read_text())["renewed"] > first)
