"""How a run is shown as it goes: a bar on a terminal, a bar and a table in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeAlias

from inkdigits.learning.history import EpochRecord, History, Observer, StepReport
from inkdigits.notebook import in_notebook

__all__ = ["LiveProgress", "NotebookProgress", "Showing", "shown"]

Showing: TypeAlias = Literal["auto"] | bool


@contextmanager
def shown(progress: Showing) -> Iterator[list[Observer]]:
    """Show a run while the block runs; yield who is to be told of it.

    Args:
        progress: "auto" on a terminal and in a notebook alone; True everywhere, as lines where no bar can be; False
            nowhere.

    """
    if progress is not False and in_notebook():
        yield [NotebookProgress()]
        return
    live = LiveProgress()
    if progress is False or (progress == "auto" and not live.on_terminal):
        yield []
        return
    with live:
        yield [live]


class LiveProgress:
    """Shows a run on stderr: a bar on a terminal, and one line an epoch anywhere. Use it in a `with` block."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True, highlight=False)
        self.on_terminal = console.is_terminal
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.4f}  accuracy {task.fields[accuracy]:.2%}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task: Any = None
        self._told = 0

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def on_step(self, report: StepReport) -> None:
        """Move the bar."""
        if self._task is None:
            self._task = self._bar.add_task("", total=None, epoch=0, epochs=0, loss=0.0, accuracy=0.0, rate="")
        speed = self._bar.tasks[0].speed
        self._bar.update(
            self._task,
            total=report.total,
            completed=report.seen,
            epoch=report.epoch,
            epochs=report.epochs,
            loss=report.loss,
            accuracy=report.accuracy,
            rate=f"{speed:,.0f} pictures/s" if speed else "",
        )

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        """Print a line for each epoch that has not been told yet."""
        for record in history[self._told :]:
            self._bar.console.print(
                f"epoch {record.epoch:>2}  loss {record.loss:.4f}  accuracy {record.accuracy:.2%}  "
                f"validation {record.validation_accuracy:.2%}  {record.images_per_second:,.0f} pictures/s  "
                f"{record.seconds:.1f} s",
                soft_wrap=True,
            )
        self._told = len(history)


class NotebookProgress:
    """Shows a run in a notebook: a bar while it goes, and a table of its epochs.

    Plain HTML that is displayed again: rich and tqdm need ipywidgets for a bar there, and what these draw is gone
    from a notebook that is saved and opened again.
    """

    def __init__(self) -> None:
        from IPython.display import display

        self._history = History(())
        self._display = display({"text/plain": "training …"}, raw=True, display_id=True)

    def on_step(self, report: StepReport) -> None:
        """Move the bar."""
        left = self._seconds_left(report)
        words = f"epoch {report.epoch}/{report.epochs}: loss {report.loss:.4f}, accuracy {report.accuracy:.2%}{left}"
        bar = f'<progress value="{report.seen}" max="{report.total}" style="width:20em"></progress> {words}'
        self._show(bar, words)

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        """Add to the table."""
        self._history = History(history)
        self._show("", f"{self._history}")

    def _seconds_left(self, report: StepReport) -> str:
        """Return how long it will take yet, once an epoch has told how long one takes."""
        if not self._history:
            return ""
        last = self._history.records[-1]
        return f", {(report.total - report.seen) / last.images_per_second:.0f} s left"

    def _show(self, above: str, words: str) -> None:
        table = self._history._repr_html_() if self._history else ""
        self._display.update({"text/html": above + table, "text/plain": words}, raw=True)
