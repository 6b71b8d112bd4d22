"""How a run is shown as it goes: a bar on a terminal, a bar and a table in a notebook."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, Literal, Protocol, TypeAlias

from inkdigits.results.notebook_html import in_notebook
from inkdigits.training.loop.history import EpochRecord, History, Observer, StepReport

Showing: TypeAlias = Literal["auto"] | bool


class _Shown(Observer, Protocol):
    """An observer that is told of what comes before training, too."""

    def on_data(self, what: str, done: int, total: int) -> None:
        """Take note of how much of the data is there; a total of 0 is unknown."""


@contextmanager
def shown(progress: Showing) -> Iterator[_Shown | None]:
    """Show a run while the block runs; yield who is to be told of it, if anybody is.

    "auto" shows it on a terminal and in a notebook alone; True everywhere, as lines where no bar can be; False nowhere.
    """
    if progress is not False and in_notebook():
        yield NotebookProgress()
        return
    live = LiveProgress()
    if progress is False or (progress == "auto" and not live.on_terminal):
        yield None
        return
    with live:
        yield live


class LiveProgress:
    """Shows a run on stderr: a bar on a terminal, and one line an epoch anywhere. Use it in a `with` block."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True, highlight=False)
        self.on_terminal = console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[said]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._tasks: dict[str, Any] = {}
        self._told = 0

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        self._move("epochs", 0, None, description="preparing")
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def on_data(self, what: str, done: int, total: int) -> None:
        """Move the bar of what is read or fetched; it goes once that is there."""
        self._move(what, done, total or None, description=what, said="", visible=done < total or not total)

    def on_step(self, report: StepReport) -> None:
        """Move the bar."""
        speed = next((task.speed for task in self._bar.tasks if task.id == self._tasks.get("epochs")), None)
        said = f"loss {report.loss:.4f}  accuracy {report.accuracy:.2%}"
        said += f"  {speed:,.0f} pictures/s" if speed else ""
        doing = f"epoch {report.epoch}/{report.epochs}" if report.seen < report.total else "writing the model"
        self._move("epochs", report.seen, report.total, description=doing, said=said)

    def _move(self, name: str, done: int, total: int | None, **shown: Any) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bar.add_task("", total=total, said="")
        self._bar.update(self._tasks[name], completed=done, total=total, **shown)

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
        self._said = 0.0
        self._display = display({"text/plain": "training …"}, raw=True, display_id=True)

    def on_data(self, what: str, done: int, total: int) -> None:
        """Say how much of the data is there, a few times a second at most."""
        now = time.monotonic()
        if now - self._said > 0.2 or done == total:  # seconds
            self._said = now
            self._show(_bar(done, total, f"{what}: {done:,} of {total:,}" if total else what), what)

    def on_step(self, report: StepReport) -> None:
        """Move the bar."""
        left = ""
        if self._history:  # an epoch has told how long one takes
            speed = self._history.records[-1].images_per_second
            left = f", {(report.total - report.seen) / speed:.0f} s left"
        words = f"epoch {report.epoch}/{report.epochs}: loss {report.loss:.4f}, accuracy {report.accuracy:.2%}{left}"
        self._show(_bar(report.seen, report.total, words), words)

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        """Add to the table."""
        self._history = History(history)
        self._show("", f"{self._history}")

    def _show(self, above: str, words: str) -> None:
        table = self._history._repr_html_() if self._history else ""
        self._display.update({"text/html": above + table, "text/plain": words}, raw=True)


def _bar(done: int, total: int, words: str) -> str:
    return f'<progress value="{done}" max="{max(total, 1)}" style="width:20em"></progress> {escape(words)}'
