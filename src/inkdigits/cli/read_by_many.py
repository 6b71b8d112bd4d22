"""`inkdigits read --engine ray`: the same reading, by many workers, into a folder of Parquet files."""

from __future__ import annotations

from collections import Counter
from typing import Any

from inkdigits.cli.console import notice, progress_bar
from inkdigits.cli.read import finish
from inkdigits.errors import UsageError, printable

__all__ = ["read_by_many"]


def read_by_many(
    settings: dict[str, Any], address: str | None, workers: int | None, *, resume: bool, overwrite: bool
) -> None:
    """Read on a Ray cluster, with a bar on stderr, and sum up as a local batch does.

    Args:
        settings: of a `ReadingJob`.
        address: of the cluster; Ray is started here if not given.
        workers: how many read at a time; all cores of the cluster if not given.
        resume: go on with the job that was begun in the output.
        overwrite: begin again.

    Raises:
        InkdigitsError: as `ReadingJob` and `connected` raise it.
        typer.Exit: some or all pictures could not be read.

    """
    from inkdigits.extras import require

    require("scale", "Reading by many workers")
    output = settings["output"]
    if output is None or not output.endswith(".parquet"):
        raise UsageError("--engine ray writes Parquet", "name a folder for it: -o readings.parquet")
    if resume and overwrite:
        raise UsageError("--resume and --overwrite contradict each other", "give one of them")
    from inkdigits.scale.cluster import connected
    from inkdigits.scale.output import PICTURES
    from inkdigits.scale.reading_job import ReadingJob

    job = ReadingJob(**settings)
    tally: Counter[str] = Counter()
    with (
        connected(address, workers=workers),
        job.begun(resume=resume, overwrite=overwrite) as parts,
        progress_bar() as bar,
    ):
        task = bar.add_task("reading parts", total=parts)
        for part in job.run(parts, workers):
            tally += part.tally
            bar.advance(task)
    pictures = tally.pop(PICTURES, 0)
    notice(f"the readings are in {printable(output)}")
    finish(tally, pictures)
