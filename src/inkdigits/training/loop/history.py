"""What a run tells while it goes, and the record that it leaves: CSV, JSON and TensorBoard events."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inkdigits.errors import UsageError
from inkdigits.files import write_atomically
from inkdigits.results.notebook_html import html_table

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class EpochRecord:
    """One complete epoch."""

    epoch: int  # from 1
    loss: float  # mean training loss, on augmented pictures with dropout
    accuracy: float  # training accuracy on the same, from 0 to 1
    validation_loss: float  # mean loss on the validation digits
    validation_accuracy: float  # accuracy on them, from 0 to 1
    learning_rate: float  # at the epoch's last step
    seconds: float  # how long training took, without validation
    images_per_second: float  # training pictures a second


class History(Mapping[str, list[float]]):
    """What a run recorded, as columns of one value an epoch: `history["validation_accuracy"]`, or as an attribute.

    Args:
        records: one an epoch, whose attributes are the columns.

    """

    def __init__(self, records: Sequence[EpochRecord]) -> None:
        self.records = tuple(records)

    def __getitem__(self, column: str) -> list[float]:
        if column not in _COLUMNS:
            raise KeyError(f"{column}: a history has the columns {', '.join(_COLUMNS)}")
        return [getattr(record, column) for record in self.records]

    def __getattr__(self, column: str) -> list[float]:
        if column not in _COLUMNS:
            raise AttributeError(f"a history has no column called {column}, but {', '.join(_COLUMNS)}")
        return self[column]

    def __iter__(self) -> Iterator[str]:
        return iter(_COLUMNS)

    def __len__(self) -> int:
        return len(_COLUMNS)

    def __bool__(self) -> bool:
        return bool(self.records)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *_COLUMNS]

    def __repr__(self) -> str:
        if not self.records:
            return "<History of no epoch>"
        last = self.records[-1]
        epochs = f"{last.epoch} epoch{'s'[: last.epoch != 1]}"
        return f"<History of {epochs}: loss {last.loss:.4f}, validation {last.validation_accuracy:.2%}>"

    def _repr_html_(self) -> str:
        cells = {"epoch": "{0.epoch}", "loss": "{0.loss:.4f}", "accuracy": "{0.accuracy:.2%}"}
        cells |= {"validation loss": "{0.validation_loss:.4f}", "validation accuracy": "{0.validation_accuracy:.2%}"}
        cells |= {"pictures/s": "{0.images_per_second:,.0f}", "seconds": "{0.seconds:.1f}"}
        return html_table([[cell.format(record) for cell in cells.values()] for record in self.records], [*cells])

    def rows(self) -> list[dict[str, float]]:
        """Return one record an epoch, by the names of the columns."""
        return [asdict(record) for record in self.records]

    def to_pandas(self) -> DataFrame:
        """Return a pandas table with one row an epoch.

        Raises:
            UsageError: pandas is not installed.

        """
        try:
            from pandas import DataFrame
        except ImportError as error:
            raise UsageError("pandas is not installed", "run: pip install pandas") from error
        return DataFrame(dict(self))


_COLUMNS = tuple(column.name for column in fields(EpochRecord))


@dataclass(frozen=True)
class StepReport:
    """Where a run is within an epoch."""

    epoch: int  # the current epoch, from 1
    epochs: int  # how many there will be
    position: int  # how many pictures of this epoch have been learned from
    size: int  # how many it has
    seen: int  # how many have been learned from since the run began
    total: int  # how many that will be in the whole run
    loss: float  # mean training loss so far in this epoch
    accuracy: float  # training accuracy so far, from 0 to 1


class Observer(Protocol):
    """Somebody who wants to know how a run goes."""

    def on_step(self, report: StepReport) -> None:
        """Take note of some more pictures learned from; called a few times a second."""
        return

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        """Take note of a complete epoch, the last in the history; also called once when a run is resumed."""


class HistoryFiles(Observer):
    """Keeps `history.csv` and `history.json` in a folder up to date."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        """Write both files anew."""
        table = io.StringIO()
        writer = csv.DictWriter(table, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        rows = [asdict(record) for record in history]
        writer.writerows(rows)
        write_atomically(self._folder / "history.csv", table.getvalue())
        write_atomically(self._folder / "history.json", json.dumps(rows, indent=1) + "\n")


def read_history(folder: Path) -> list[EpochRecord]:
    """Return the epochs that `HistoryFiles` wrote to a folder."""
    return [EpochRecord(**row) for row in json.loads((folder / "history.json").read_bytes())]


class TensorBoardLog(Observer):
    """Adds one point an epoch to TensorBoard events in a folder; a resumed run does not repeat its epochs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: set[int] | None = None

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        """Append the epochs that the event files do not hold yet."""
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.record_writer import RecordWriter

        if self._written is None:
            self._written = _epochs_in_events(self._folder)
        news = [record for record in history if record.epoch not in self._written]
        if not news:
            return
        content = io.BytesIO()
        writer = RecordWriter(content)
        for record in news:
            values = [
                Summary.Value(tag=tag, simple_value=getattr(record, tag))
                for tag in ("loss", "accuracy", "validation_loss", "validation_accuracy", "learning_rate")
            ]
            writer.write(Event(step=record.epoch, summary=Summary(value=values)).SerializeToString())
            self._written.add(record.epoch)
        # A file an epoch, whole or absent if the run is killed; TensorBoard reads files in the order of their names.
        write_atomically(self._folder / f"events.out.tfevents.epoch{news[-1].epoch:05}", content.getvalue())


def _epochs_in_events(folder: Path) -> set[int]:
    """Return the epochs that the event files of a folder hold."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    return {
        event.step
        for path in folder.glob("events.out.tfevents.*")
        for event in EventFileLoader(str(path)).Load()
        if event.HasField("summary")
    }
