"""What the commands share in talking to people: data on stdout, progress and words on stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from textwrap import fill
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from inkdigits.data.dataset import Progress as LoadingProgress


def output_console() -> Console:
    """Return the console for tables and text to be wrapped: stdout, plain text when it is no terminal."""
    from rich.console import Console

    return Console(highlight=False)


def notice(text: str) -> None:
    """Print one line for people on stderr; a terminal that is narrower gets it broken between words."""
    if sys.stderr.isatty():
        columns = max(40, shutil.get_terminal_size().columns)
        text = fill(text, columns, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    sys.stderr.write(f"{text}\n")


def print_json(value: Any) -> None:
    """Print a value as one JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_facts(facts: Mapping[str, object], title: str = "") -> None:
    """Print names on stdout, each with what it is; what is empty is left out."""
    print_table(("", ""), [(name, fact) for name, fact in facts.items() if fact], title=title)


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", right: Container[str] = ()
) -> None:
    """Print a table on stdout under a title; the columns whose headings are in `right` hold numbers."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title) if title else None, title_justify="left", box=None, show_header=any(headings), pad_edge=False
    )
    for heading in headings:
        if heading in right:
            table.add_column(Text(heading), justify="right", no_wrap=True)
        else:
            table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    output_console().print(table)


@contextmanager
def progress_bar(*columns: Any) -> Iterator[Progress]:
    """Show a bar, of rich's columns if others are wanted, on stderr while the block runs; nothing off a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False)  # coloured on a terminal, unless NO_COLOR is set
    shown = columns or (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shown, console=console, disable=not console.is_interactive, transient=True) as progress:
        yield progress


@contextmanager
def working(doing: str) -> Iterator[None]:
    """Say on a terminal's stderr what is done while the block runs, which may take seconds."""
    from rich.progress import TextColumn

    with progress_bar(TextColumn("{task.description}…")) as bar:
        bar.add_task(doing)
        yield


@contextmanager
def loading_progress() -> Iterator[LoadingProgress]:
    """Give a progress callback for `load_dataset`, which draws a bar on stderr if that is a terminal."""
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with progress_bar(*columns) as bar:
        task = bar.add_task("looking for data", total=None)

        def show(doing: str, done: int, total: int) -> None:
            bar.update(task, description=doing, completed=done, total=total or None)

        yield show


def end_batch(tally: Counter[str], files: int) -> None:
    """Sum a batch up on stderr and end with the exit code that tells of failures."""
    count, failed = tally.total(), tally["error"]
    what = f"{count} pictures" if count == files else f"{count} pages in {files} file{'s' * (files > 1)}"
    if count > 1:
        notice(
            f"{what}: {tally['ok']} read, {tally['uncertain']} uncertain, "
            f"{tally['no_digit']} without digits, {failed} failed"
        )
    if failed:
        raise typer.Exit(1 if failed == count else 3)  # all of them, or some
