"""Hands in `inkdigits data`: fetched, and, where they are fonts or letters, shown in a table of their own."""

from __future__ import annotations

from pathlib import Path

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
    from inkdigits.cli.console import notice, print_facts, print_json, print_table
    from inkdigits.data.hands.description import describe_hand

    fetch_hand(name, data_dir, offline)
    found = describe_hand(name, data_dir)
    for line in found.skipped:
        notice(line)
    if as_json:
        print_json(found.to_dict())
        return
    columns = [
        column
        for column in ("name", "n", "split", "use", "licence", "source")
        if any(getattr(entry, column) for entry in found.entries)
    ]
    rows = [
        [f"{cell:,}" if isinstance(cell, int) else cell for cell in (getattr(entry, column) for column in columns)]
        for entry in found.entries
    ]
    print_table(columns, rows, title=found.name, right=("n",))
    names = ("what", "source", "licence", "attribution", "origin", "location")
    left_out = f"{len(found.skipped)}, the first: {found.skipped[0]}" if found.skipped else ""
    print_facts({name: getattr(found, name) for name in names} | {"left out": left_out})
