"""Many workers read what one reads, row for row."""

import io
import os
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from inkdigits.cluster.output import PICTURES
from inkdigits.cluster.reading_job import JobPart, ReadingJob
from inkdigits.errors import OutputError
from inkdigits.pictures.finding import find_sources
from inkdigits.pool import Bounds
from inkdigits.reading.reader import Reader
from inkdigits.results.formats import write_parquet

from ..service.test_bounds import pdf_of_fills
from .conftest import DRAWINGS, rows_of, workers_of

Row = dict[str, Any]
Cluster = Any


@pytest.fixture(scope="module")
def local(drawings: Path) -> list[Row]:
    """What the local engine writes."""
    stream = io.BytesIO()
    write_parquet(Reader(threads=1).read_many(find_sources([str(drawings)])), stream)
    return pq.read_table(stream).to_pylist()


@pytest.fixture
def job(drawings: Path, tmp_path: Path) -> ReadingJob:
    return ReadingJob([str(drawings)], str(tmp_path / "readings.parquet"), part_size=5)


def run(job: ReadingJob, workers: int = 1, **options: bool) -> list[JobPart]:
    with job.begun(**options) as parts:
        return list(job.run(parts, workers))


def written(job: ReadingJob) -> dict[str, int]:
    """Return when each part was written."""
    return {path.name: path.stat().st_mtime_ns for path in Path(job.output).glob("part-*.parquet")}


@pytest.mark.usefixtures("cluster")
def test_the_rows_are_the_local_engines(drawings: Path, tmp_path: Path, local: list[Row]) -> None:
    # With one worker, and smaller parts: where a part cannot be written, below.
    job = ReadingJob([str(drawings)], str(tmp_path / "readings.parquet"), part_size=7)
    parts = run(job, workers=2)
    assert rows_of(job.output) == local
    assert len(local) == DRAWINGS + 3 + 3  # three odd ones, and one with three pages
    assert sum(part.tally[PICTURES] for part in parts) == len(local) - 2
    assert sum(part.tally["error"] for part in parts) == 2

    before = written(job)
    (again,) = run(job, resume=True)
    assert again.kept
    assert again.tally == sum((part.tally for part in parts), Counter())
    assert written(job) == before


@pytest.mark.usefixtures("cluster")
def test_a_thousand_broken_files_are_rows(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for number in range(1000):
        (folder / f"{number:05d}.png").write_bytes(b"\x89PNG no more")
    job = ReadingJob([str(folder)], str(tmp_path / "readings.parquet"), part_size=300)
    assert sum(part.tally["error"] for part in run(job)) == 1000
    assert {row["error"]["code"] for row in rows_of(job.output)} == {"unreadable_image"}


@pytest.mark.usefixtures("cluster")
@pytest.mark.usefixtures("cluster")
def test_a_picture_that_takes_for_ever_is_a_row(drawings: Path, tmp_path: Path) -> None:
    drawing, bomb = sorted(drawings.glob("*.png"))[0], tmp_path / "bomb.pdf"
    bomb.write_bytes(pdf_of_fills(1_000_000))
    job = ReadingJob([str(bomb), str(drawing)], str(tmp_path / "readings.parquet"), bounds=Bounds(seconds=1.0))
    (part,) = run(job)
    first, second = rows_of(job.output)
    assert (part.tally[PICTURES], part.tally["error"]) == (2, 1)
    assert (first["source"], first["status"]) == (str(bomb), "error")
    assert second["status"] != "error"


def test_a_part_that_cannot_be_written_loses_nothing(job: ReadingJob, local: list[Row]) -> None:
    obstacle = Path(job.output) / "part-0000004.parquet" / "in the way"
    with job.begun() as parts:
        obstacle.mkdir(parents=True)
        with pytest.raises(OutputError, match=r"part-0000004\.parquet.*what is finished is kept.*--resume"):
            list(job.run(parts, workers=1))
    before = written(job)
    obstacle.rmdir()
    obstacle.parent.rmdir()
    assert any(part.kept for part in run(job, resume=True))
    assert rows_of(job.output) == local
    del before["part-0000004.parquet"]
    assert before
    assert before.items() <= written(job).items()


def test_a_part_that_takes_down_every_worker_ends_the_job(cluster: Cluster, drawings: Path, tmp_path: Path) -> None:
    job = ReadingJob([str(drawings)] * 10, str(tmp_path / "readings.parquet"), part_size=1000)
    over = threading.Event()

    def kill_all() -> None:
        while not over.wait(0.1):
            # Not before it reads: a worker that dies at its birth has tried nothing.
            if unfinished := list((tmp_path / "readings.parquet").glob(".part-*.part")):
                for process in workers_of(cluster.list_all_nodes()):
                    os.kill(process, signal.SIGKILL)
                for part in unfinished:
                    part.unlink(missing_ok=True)

    killer = threading.Thread(target=kill_all)
    killer.start()
    try:
        with pytest.raises(OutputError, match=r"part 0 took down 4 workers; what is finished is kept"):
            run(job)
    finally:
        over.set()
        killer.join()
