"""A job's output: a folder of Parquet files that are each whole or not there, and a plan of what belongs in each.

readings.parquet/
  part-0000000.parquet …   the readings, in their order; pyarrow, pandas, DuckDB and Spark read the folder as one table
  _job/plan.json           how many parts there are and what they were asked for; written after the items
  _job/piece-0000000.json  which pictures belong in the part of that number
  _job/lease.json          who writes here now
  _SUCCESS                 written last: how many pages were read, by status
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileType

from inkdigits.cluster.storage import StoragePath, explained, find_storage
from inkdigits.cluster.work_items import WorkItem, from_json, to_json
from inkdigits.errors import InkdigitsError, OutputError, UsageError, printable
from inkdigits.results.formats import write_parquet
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import Status

PICTURES = "pictures"  # counted beside the statuses of their pages
COUNTED = (*get_args(Status), PICTURES)
Tally = Counter[str]

_OURS = re.compile(r"part-\d+\.parquet|_SUCCESS|_job|\..*\.part")
_BEGUN_OTHERWISE = "give the same pictures and options, or begin again with --overwrite"


class Output:
    """The folder that a job writes, by its path or address as the user named it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._folder = find_storage(address)
        self._job = self._folder / "_job"
        self._plan = self._job / "plan.json"
        self._success = self._folder / "_SUCCESS"
        self.lock = self._job / "lease.json"  # says who writes here

    def check(self, *, resume: bool, overwrite: bool) -> None:
        """Raise OutputError if something is there, and neither option was given, or it is not a job's output."""
        with explained(OutputError, f"cannot use {printable(self.address)}"):
            kind, children = self._folder.kind, []
            if kind == FileType.Directory and not self.is_begun:
                children = [info.base_name for info in self._folder.children()]
            begun = kind == FileType.Directory and self.is_begun
        foreign = [name for name in children if "_job" not in children or not _OURS.fullmatch(name)]
        if foreign:
            raise OutputError(
                f"{printable(self.address)} holds what is no reading, such as {printable(foreign[0])}",
                "name another folder",
            )
        if kind == FileType.File and not overwrite:
            raise OutputError(f"{printable(self.address)} is there already", "name another, or give --overwrite")
        if begun and not (resume or overwrite):
            raise OutputError(
                f"{printable(self.address)} is there already", "go on with --resume, or begin again with --overwrite"
            )

    def make_folder(self) -> None:
        """Make the output's folder, in place of a file that may stand there."""
        if self._folder.kind == FileType.File:
            self._folder.delete()
        self._job.make_folder()

    def tidy(self) -> None:
        """Leave no folder behind in which nothing was begun."""
        with suppress(OSError, OutputError):  # as where access is denied, of which there was word already
            for folder in () if self.is_begun else (self._job, self._folder):
                if not folder.children():
                    folder.delete()

    @property
    def is_begun(self) -> bool:
        """Whether there is a job to go on with."""
        return self._plan.exists

    def begin(self, settings: dict[str, Any], items: Iterable[WorkItem]) -> int:
        """Write down what is to be done, in place of what may be here from before; return how many parts there are.

        Args:
            settings: what the readings depend on, besides the pictures.
            items: one for each part.

        """
        self._clear()
        parts = 0
        try:
            for item in items:
                self._item(parts).write_bytes(json.dumps(to_json(item)).encode())
                parts += 1
        except InkdigitsError:
            self._clear()
            raise
        self._plan.write_bytes(json.dumps({"parts": parts, "settings": settings}).encode())
        return parts

    def parts(self, settings: dict[str, Any]) -> int:
        """Return how many parts the job that was begun here has; raise UsageError if it had other settings."""
        with explained(OutputError, f"cannot read {printable(self.address)}"):
            plan = json.loads(self._plan.read_bytes())
        for name, value in settings.items():
            if plan["settings"].get(name) != value:
                raise UsageError(
                    f"{printable(self.address)} was begun with another {name.replace('_', ' ')}", _BEGUN_OTHERWISE
                )
        return int(plan["parts"])

    def item(self, number: int) -> WorkItem:
        """Return which pictures belong in a part."""
        return from_json(json.loads(self._item(number).read_bytes()))

    def write(self, number: int, readings: Iterable[Reading]) -> Tally:
        """Write a part and return what is in it."""
        tally: Tally = Counter()

        def counted() -> Iterator[Reading]:
            for reading in readings:
                tally[reading.status] += 1
                tally[PICTURES] += reading.page == 1
                yield reading

        with self._part(number).open_whole() as file:
            write_parquet(counted(), file)
        return tally

    def finished(self, number: int) -> Tally | None:
        """Return what is in a part, or None if it is not there or damaged."""
        try:
            with self._part(number).open_seekable() as file:
                rows = pq.read_table(file, columns=["status", "page"])
        except (FileNotFoundError, pa.ArrowInvalid):
            return None
        tally = Counter(rows["status"].to_pylist())
        tally[PICTURES] = rows["page"].to_pylist().count(1)
        return tally

    def count_try(self, number: int) -> int:
        """Note that a part is tried once more, and return how often that was noted."""
        note = self._job / f"tries-{number:07d}.json"
        tries = 1 + (json.loads(note.read_bytes()) if note.exists else 0)
        note.write_bytes(json.dumps(tries).encode())
        return int(tries)

    def finish(self, tally: Tally) -> None:
        """Say that all parts are there."""
        self._success.write_bytes(json.dumps(tally).encode())

    def result(self) -> Tally | None:
        """Return what is in all parts if they are there."""
        return Counter(json.loads(self._success.read_bytes())) if self._success.exists else None

    def _part(self, number: int) -> StoragePath:
        return self._folder / f"part-{number:07d}.parquet"

    def _item(self, number: int) -> StoragePath:
        return self._job / f"piece-{number:07d}.json"

    def _clear(self) -> None:
        """Delete an older job; what says that it is finished or can be resumed goes first."""
        self._success.delete()
        self._plan.delete()
        for folder in (self._folder, self._job):
            for info in folder.children():
                if info.type == FileType.File and info.base_name != "lease.json":
                    (folder / info.base_name).delete()
