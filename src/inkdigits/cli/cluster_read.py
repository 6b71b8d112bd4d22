"""`inkdigits cluster read`: the same reading, by many workers, into a folder of Parquet files."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from inkdigits.cli import options
from inkdigits.cli.console import end_batch, notice, progress_bar
from inkdigits.errors import UsageError, printable

__all__ = ["read"]


def read(
    pictures: options.Pictures,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FOLDER.parquet", help="The folder to write to.")],
    model: options.Model = "bundled",
    recursive: options.Recursive = False,
    single: options.Single = False,
    digits_only: options.DigitsOnly = False,
    region: options.Region = None,
    min_confidence: options.MinConfidence = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many read at a time.", show_default="all cores")
    ] = None,
    address: options.Address = None,
    resume: options.Resume = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Begin again, in place of what is there.")] = False,
    column: Annotated[
        str,
        typer.Option(
            help="Of Parquet files and WebDataset shards, where there are several of pictures.", show_default=False
        ),
    ] = "",
    part_size: Annotated[int, typer.Option(min=1, help="Pictures in each file of the output.")] = 500,
) -> None:
    """Read the handwritten digits in many pictures, by workers on Ray.

    What 'inkdigits read' takes, and buckets, Parquet and WebDataset. A job that dies goes on with --resume.

    Exit codes: 0 read, 1 nothing could be read, 3 some pictures of several could not be read.

    [bold]Examples[/bold]

    inkdigits cluster read scans/ -r -o readings.parquet

    inkdigits cluster read s3://bucket/scans/ -o s3://bucket/readings.parquet --address HOST:6379
    """
    from inkdigits.extras import require

    require("scale", "Reading by many workers")
    if not output.endswith(".parquet"):
        raise UsageError("a cluster writes Parquet", "name a folder for it: -o readings.parquet")
    if resume and overwrite:
        raise UsageError("--resume and --overwrite contradict each other", "give one of them")
    from inkdigits.cluster.output import PICTURES
    from inkdigits.cluster.ray_cluster import connected
    from inkdigits.cluster.reading_job import ReadingJob
    from inkdigits.pictures.region import Region as PartOfPicture

    job = ReadingJob(
        named=pictures,
        output=output,
        model=model,
        recursive=recursive,
        single=single,
        digits_only=digits_only,
        region=PartOfPicture.of(region),
        min_confidence=min_confidence,
        column=column,
        part_size=part_size,
    )
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
    count = tally.pop(PICTURES, 0)
    notice(f"the readings are in {printable(output)}")
    end_batch(tally, count)
