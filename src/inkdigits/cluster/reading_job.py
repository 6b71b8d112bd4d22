"""Reading pictures by many workers: Ray Data gives each the next item, and each writes its part of the output itself.

Pictures never pass through Ray: what the driver and the object store hold are numbers of parts, and what came of them.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import ray
from ray.data import DataContext
from ray.data.context import AutoscalingConfig
from ray.exceptions import RayError, RayTaskError

from inkdigits.cluster.cutting import cut
from inkdigits.cluster.job_lock import locked
from inkdigits.cluster.output import COUNTED, Output, Tally
from inkdigits.cluster.ray_cluster import cpus
from inkdigits.cluster.work_items import WorkItem
from inkdigits.errors import ClusterError, InkdigitsError, OutputError
from inkdigits.files import sha256
from inkdigits.pictures.region import Region
from inkdigits.pool import Bounds, Readers, read_in_order
from inkdigits.reading.model_file import BUNDLED, find_model
from inkdigits.results.reading import Reading
from inkdigits.version import __version__

_TRIES = 3  # of a part by workers that stand in for dead ones, before the job gives up


@dataclass(frozen=True)
class JobPart:
    """A part of the output that is there now.

    Attributes:
        tally: how many pages it holds of each status, and how many pictures.
        seconds: what it took to fetch, read and write it.
        kept: it was there before.

    """

    tally: Tally
    seconds: float
    kept: bool


@dataclass(frozen=True)
class ReadingJob:
    """What is to be read, how, and where the readings go.

    Attributes:
        named: pictures, folders, lists, Parquet files, shards; paths or addresses.
        output: the folder of the readings.
        recursive, column: as `cutting.cut` takes them.
        model, single, region, digits_only, min_confidence: as `Reader` takes them.
        part_size: pictures a part.
        bounds: what the work on a picture may cost.

    """

    named: Sequence[str]
    output: str
    recursive: bool = False
    column: str = ""
    model: str = BUNDLED
    single: bool = False
    region: Region | None = None
    digits_only: bool = False
    min_confidence: float | None = None
    part_size: int = 500  # some seconds' work with drawings, and what is lost when a worker dies
    bounds: Bounds = field(default_factory=Bounds)

    @contextmanager
    def begun(self, *, resume: bool = False, overwrite: bool = False) -> Iterator[int]:
        """Cut the pictures into items, or take those of the job to resume; yield how many parts there will be.

        The output is this job's during the block.

        Raises:
            OutputError: the output is there already, another job writes to it, or it cannot be written.
            UsageError: it was begun with other pictures or settings.
            PictureError: there are no pictures, or they may not be read.
            ModelFileError: there is no such model.

        """
        settings = self._settings()
        output = Output(self.output)
        output.check(resume=resume, overwrite=overwrite)
        goes_on = resume and output.is_begun
        # Fails here where there is nothing to read, before anything is written or deleted.
        items = () if goes_on else cut(self.named, recursive=self.recursive, column=self.column, size=self.part_size)
        output.make_folder()
        try:
            with locked(output.lock, self.output):
                output.check(resume=resume, overwrite=overwrite)  # to look for pictures takes long, and others may come
                yield output.parts(settings) if goes_on else output.begin(settings, items)
        finally:
            output.tidy()

    def run(self, parts: int, workers: int | None = None) -> Iterator[JobPart]:
        """Read all parts that are not there yet, on the Ray cluster that this process is connected to.

        Args:
            parts: how many there are, as `begun` says.
            workers: how many processes read, one core each; all cores of the cluster if not given.

        Yields:
            the parts as they are finished, in no order.

        Raises:
            OutputError: a part cannot be written, or its pictures cannot be fetched.
            ClusterError: workers died again and again.

        """
        output = Output(self.output)
        before = output.result()
        if before is not None:
            yield JobPart(before, 0.0, kept=True)
            return
        total: Tally = Counter()
        for part in _on_ray(self, parts, workers or cpus()):
            total += part.tally
            yield part
        output.finish(total)

    def _settings(self) -> dict[str, Any]:
        """Return what the output depends on; two jobs that agree in it write the same."""
        settings = asdict(self) | {"named": list(self.named), "version": __version__}
        del settings["output"], settings["bounds"]
        return settings | {"model": sha256(find_model(self.model).read_bytes())}


class _PartReader:
    """One of the workers; what reads for it is a process of its own, which a picture may take down."""

    def __init__(self, job: ReadingJob) -> None:
        self._job = job
        self._output = Output(job.output)
        self._stands_in = ray.get_runtime_context().was_current_actor_reconstructed

    @cached_property
    def _readers(self) -> Readers:
        return Readers(self._job.model, 1, self._job.bounds, min_confidence=self._job.min_confidence)

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, list[Any]]:
        """Read the part whose number is given; failures are returned, since Ray would wrap what is raised."""
        begin = time.perf_counter()
        number = int(batch["part"][0])
        failure, tally, before = "", Counter[str](), None
        try:
            before = self._output.finished(number)
            tally = before or self._write(number)
        except (InkdigitsError, OSError) as error:
            failure = " ".join(str(error).split()) or type(error).__name__
        return {
            **{name: [tally[name]] for name in COUNTED},
            "seconds": [time.perf_counter() - begin],
            "kept": [before is not None],
            "failure": [failure],
        }

    def _write(self, number: int) -> Tally:
        """Read and write a part, unless it seems to be what kills workers: Ray would try it for ever."""
        if self._stands_in and self._output.count_try(number) > _TRIES:
            raise OutputError(f"part {number} took down {_TRIES + 1} workers")
        return self._output.write(number, self._read(self._output.item(number)))

    def _read(self, item: WorkItem) -> Iterator[Reading]:
        job = self._job
        how = {"single": job.single, "region": job.region, "digits_only": job.digits_only}
        return chain.from_iterable(read_in_order(self._readers, item.pictures(), how))


def _on_ray(job: ReadingJob, parts: int, workers: int) -> Iterator[JobPart]:
    """Read the parts by a pool of actors; a dead one is replaced, and what it had in hand is read anew."""
    _configure()
    workers = min(workers, parts)
    # Blocks that are there already: making them, as ray.data.range does, would take a core, and the actors have all.
    # with more parts, several make a block: the driver keeps each block in mind
    blocks = (pa.table({"part": block}) for block in np.array_split(np.arange(parts), min(parts, 10_000)))
    results = ray.data.from_arrow(list(blocks)).map_batches(
        _PartReader,
        fn_constructor_args=(job,),
        batch_size=1,
        # One part at a time for each worker: none waits in line behind a slow one while another worker is idle.
        compute=ray.data.ActorPoolStrategy(
            min_size=1, max_size=workers, initial_size=workers, max_tasks_in_flight_per_actor=1
        ),
        num_cpus=1,
    )
    try:
        for row in results.iter_rows():
            if row["failure"]:
                raise OutputError(
                    f"a part of {job.output} cannot be finished: {row['failure']}",
                    "what is finished is kept; put it right and go on with --resume",
                )
            yield JobPart(Counter({name: row[name] for name in COUNTED}), row["seconds"], row["kept"])
    except RayError as error:
        said = str(error).strip().splitlines()
        raise ClusterError(
            f"the workers gave up: {said[-1] if isinstance(error, RayTaskError) else said[0]}",
            "what is finished is kept; go on with --resume",
        ) from error


def _configure() -> None:
    """Set how Ray Data is to work for the datasets that this process makes."""
    context = DataContext.get_current()
    # Where all are busy there may be more, as when a dead node was replaced; none is sent away before the end.
    context.autoscaling_config = AutoscalingConfig(
        actor_pool_util_upscaling_threshold=1.0, actor_pool_util_downscaling_threshold=0.0
    )
    # The command line shows one bar of its own.
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
