"""Many workers read what one reads, row for row, and what dies is read again by another."""

import io
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from inkdigits.errors import OutputError
from inkdigits.formats import write_parquet
from inkdigits.reader import Reader
from inkdigits.scale.output import PICTURES
from inkdigits.scale.places import find_place
from inkdigits.scale.reading_job import Part, ReadingJob
from inkdigits.sources import find_sources

from .conftest import DRAWINGS, OBJECT_STORE, Bucket

Row = dict[str, Any]
Cluster = Any


def rows_of(address: str | Path) -> list[Row]:
    place = find_place(str(address))
    return pq.read_table(place.path, filesystem=place.files).to_pylist()


@pytest.fixture(scope="module")
def local(drawings: Path) -> list[Row]:
    """What the local engine writes."""
    stream = io.BytesIO()
    write_parquet(Reader(threads=1).read_many(find_sources([str(drawings)])), stream)
    return pq.read_table(stream).to_pylist()


@pytest.fixture
def job(drawings: Path, tmp_path: Path) -> ReadingJob:
    return ReadingJob([str(drawings)], str(tmp_path / "readings.parquet"), part_size=5)


def run(job: ReadingJob, workers: int = 2, **options: bool) -> list[Part]:
    with job.begun(**options) as parts:
        return list(job.run(parts, workers))


def written(job: ReadingJob) -> dict[str, int]:
    """Return when each part was written."""
    return {path.name: path.stat().st_mtime_ns for path in Path(job.output).glob("part-*.parquet")}


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(("workers", "part_size"), [(1, 7), (2, 20)])
def test_the_rows_are_the_local_engines(
    drawings: Path, tmp_path: Path, local: list[Row], workers: int, part_size: int
) -> None:
    job = ReadingJob([str(drawings)], str(tmp_path / "readings.parquet"), part_size=part_size)
    parts = run(job, workers)
    assert rows_of(job.output) == local
    assert len(local) == DRAWINGS + 3 + 3  # three odd ones, and one with three pages
    assert sum(part.tally[PICTURES] for part in parts) == len(local) - 2
    assert sum(part.tally["error"] for part in parts) == 2


@pytest.mark.usefixtures("cluster")
def test_from_bucket_to_bucket_it_is_the_same(drawings: Path, bucket: Bucket, local: list[Row]) -> None:
    for path in drawings.iterdir():
        bucket.put(f"in/{path.name}", path.read_bytes())
    job = ReadingJob([f"{bucket.address}/in"], f"{bucket.address}/out/readings.parquet", part_size=20)
    run(job)
    rows = json.dumps(rows_of(job.output)).replace(f"{bucket.address}/in", str(drawings))
    assert json.loads(rows) == local


@pytest.mark.usefixtures("cluster")
def test_ten_thousand_broken_files_are_rows(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"{number:05d}.png").write_bytes(b"\x89PNG no more")
    job = ReadingJob([str(folder)], str(tmp_path / "readings.parquet"), part_size=3000)
    assert sum(part.tally["error"] for part in run(job)) == 10_000
    assert {row["error"]["code"] for row in rows_of(job.output)} == {"unreadable_image"}


@pytest.mark.usefixtures("cluster")
def test_a_part_that_cannot_be_written_loses_nothing(job: ReadingJob, local: list[Row]) -> None:
    obstacle = Path(job.output) / "part-0000009.parquet" / "in the way"
    with job.begun() as parts:
        obstacle.mkdir(parents=True)
        with pytest.raises(OutputError, match=r"part-0000009\.parquet.*what is finished is kept.*--resume"):
            list(job.run(parts, 1))
    before = written(job)
    obstacle.rmdir()
    obstacle.parent.rmdir()
    assert any(part.kept for part in run(job, resume=True))
    assert rows_of(job.output) == local
    del before["part-0000009.parquet"]
    assert before
    assert before.items() <= written(job).items()


@pytest.mark.usefixtures("cluster")
def test_a_finished_job_is_not_begun_again(job: ReadingJob) -> None:
    first = run(job)
    before = written(job)
    (again,) = run(job, resume=True)
    assert again.kept
    assert again.tally == sum((part.tally for part in first), again.tally - again.tally)
    assert written(job) == before


def workers_of(*nodes: Any) -> list[int]:
    """Return the processes that read on some nodes."""
    raylets = {str(node.all_processes["raylet"][0].process.pid) for node in nodes}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if parent in raylets and b"_PartReader" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:  # it has ended
            continue
    return found


def test_a_worker_that_dies_is_replaced(cluster: Cluster, job: ReadingJob, local: list[Row]) -> None:
    with job.begun() as parts:
        results = job.run(parts, 2)
        next(results)
        os.kill(workers_of(*cluster.list_all_nodes())[0], signal.SIGKILL)
        assert len(list(results)) == parts - 1
    assert rows_of(job.output) == local


def test_a_part_that_takes_down_every_worker_ends_the_job(cluster: Cluster, drawings: Path, tmp_path: Path) -> None:
    job = ReadingJob([str(drawings)] * 5, str(tmp_path / "readings.parquet"), part_size=1000)
    over = threading.Event()

    def kill_all() -> None:
        while not over.wait(0.5):
            for process in workers_of(*cluster.list_all_nodes()):
                # Not before it reads: a worker that dies at its birth has tried nothing.
                if list((tmp_path / "readings.parquet").glob(".part-*.part")):
                    os.kill(process, signal.SIGKILL)
            for unfinished in (tmp_path / "readings.parquet").glob(".part-*.part"):
                unfinished.unlink(missing_ok=True)

    killer = threading.Thread(target=kill_all)
    killer.start()
    try:
        with pytest.raises(OutputError, match=r"part 0 took down 4 workers; what is finished is kept"):
            run(job, workers=1)
    finally:
        over.set()
        killer.join()


def test_a_node_that_dies_is_done_without(cluster: Cluster, drawings: Path, tmp_path: Path, local: list[Row]) -> None:
    third = cluster.add_node(num_cpus=1, object_store_memory=OBJECT_STORE)
    cluster.wait_for_nodes()
    job = ReadingJob([str(drawings)] * 20, str(tmp_path / "readings.parquet"), part_size=10)
    finished = 0
    with job.begun() as parts:
        for _ in job.run(parts, 3):
            finished += 1
            if third and workers_of(third):
                cluster.remove_node(third, allow_graceful=False)
                third = None
    assert third is None
    assert finished == parts
    assert rows_of(job.output) == local * 20
