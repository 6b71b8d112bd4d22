"""Hands in `inkdigits data`: fetched, and, where they are fonts or letters, shown in a table of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from inkdigits.data.hands.description import Description

__all__ = ["fetch_hand", "show_hand"]


def fetch_hand(name: str, data_dir: Path | None, offline: bool) -> str:
    """Find hands, or fetch them, check them, name on stderr what could not be had, and return where they are."""
    from inkdigits.cli.console import loading_progress, notice
    from inkdigits.data.hands.catalogue import HANDS
    from inkdigits.data.hands.description import check_hand
    from inkdigits.data.hands.disk import location
    from inkdigits.data.hands.fetching import fetch_hand

    with loading_progress() as progress:
        failures = fetch_hand(name, data_dir, offline=offline, progress=progress)
    check_hand(name, data_dir)
    for line in failures:
        notice(line)
    return location(HANDS[name], data_dir)


def show_hand(name: str, data_dir: Path | None, offline: bool, *, as_json: bool) -> None:
    """Check fonts or letters, and print what they are: as JSON, or as a table and facts."""
    from inkdigits.cli.console import notice, output_console, print_json
    from inkdigits.data.hands.description import describe_hand

    fetch_hand(name, data_dir, offline)
    found = describe_hand(name, data_dir)
    for line in found.skipped:
        notice(line)
    if as_json:
        print_json(found.to_dict())
        return
    output = output_console()
    output.print(_entries(found))
    output.print(_facts(found))


def _entries(found: Description) -> Table:
    """Return a table with one row a font or alphabet."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(found.name), title_justify="left", box=None, pad_edge=False)
    columns = [
        column
        for column in ("name", "n", "split", "use", "licence", "source")
        if any(getattr(entry, column) for entry in found.entries)
    ]
    for column in columns:
        table.add_column(column, justify="right" if column == "n" else "left", overflow="fold")
    for entry in found.entries:
        table.add_row(
            *(Text(f"{value:,}" if isinstance(value := getattr(entry, column), int) else value) for column in columns)
        )
    return table


def _facts(found: Description) -> Table:
    """Return a table with what holds for all of it."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(overflow="fold")
    facts = ("what", "source", "licence", "attribution", "origin", "location")
    for fact in facts:
        table.add_row(fact, Text(getattr(found, fact)))
    if found.skipped:
        table.add_row("left out", Text(f"{len(found.skipped)}, the first: {found.skipped[0]}"))
    return table
