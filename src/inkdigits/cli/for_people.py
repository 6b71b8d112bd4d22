"""Readings on a terminal: a line each, with what should be checked, and more where that was asked for."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import IO

from rich.console import Console
from rich.text import Text

from inkdigits.errors import printable
from inkdigits.results.characters import Digit, Mark
from inkdigits.results.digit_shares import runner_up
from inkdigits.results.percent import percent
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import NOTHING_FOUND

_LONGEST_NAME, _LONGEST_TEXT = 40, 24  # letters that the columns are wide at most; what is longer goes on to the right
_SIGNS = {"ok": ("✓", "+"), "uncertain": ("?", "?"), "no_digit": ("–", "-")}  # the second where there is only ASCII
_STYLES = {"ok": "green", "uncertain": "bold yellow", "no_digit": "dim"}


def write_for_people(
    readings: Iterable[Reading], stream: IO[bytes], sources: Sequence[str], *, verbose: bool = False
) -> None:
    """Write one line per picture, or a line for each line of the only one: a sign, what was read, how sure it is.

    What should be checked stands in brackets, such as "61[2?]31"; the share is that of the least sure digit or mark.

    Args:
        readings: in the order of the sources; those that failed are left out.
        stream: a terminal, or whatever takes bytes.
        sources: what is read, whose names decide how wide the first column is.
        verbose: write below each what is known of every digit and mark, and the notes.

    """
    # A name in an alphabet that the terminal lacks is no reason to stop.
    text = io.TextIOWrapper(stream, sys.stdout.encoding, "backslashreplace", write_through=True)
    console = Console(file=text, highlight=False, soft_wrap=True)
    alone = len(sources) == 1
    names = 0 if alone else min(max(len(_name(source)) for source in sources), _LONGEST_NAME)
    try:
        texts = 0 if alone else len("no digit")
        for reading in readings:
            if reading.error:
                continue
            rows = list(_rows(reading, alone=alone))
            texts = max(texts, *(min(len(said), _LONGEST_TEXT) for said, _ in rows))
            page = f"page {reading.page}" if reading.page > 1 else ""
            if alone and page:
                console.print(Text(page, "dim"))
            name = "" if alone else f"{f'  {page}' if page else _name(reading.source):{names}}  "
            why = () if alone or verbose or reading.lines else _remarks(reading)  # they have no row of their own
            for said, characters in rows:
                console.print(_row(console, name, said.ljust(texts), characters).append("  ".join(("", *why)), "dim"))
            _explain(console, reading, alone=alone, verbose=verbose)
    finally:
        text.detach()  # or it would close what is not its own


def _rows(reading: Reading, *, alone: bool) -> Iterator[tuple[str, Sequence[Digit | Mark]]]:
    """Yield texts, each with the digits and marks in it; no digit is a text of its own."""
    if not reading.lines:
        yield "no digit", ()
    elif alone:
        yield from ((line.marked_text, line.characters) for line in reading.lines)
    else:
        yield " | ".join(line.marked_text for line in reading.lines), reading.characters


def _row(console: Console, name: str, text: str, characters: Sequence[Digit | Mark]) -> Text:
    """Return one line: name, sign, text, and how sure the least sure is."""
    status = "no_digit" if not characters else "ok" if all(read.accepted for read in characters) else "uncertain"
    sign = _SIGNS[status][console.options.ascii_only]
    read = Text(text)
    read.highlight_regex(r"\[[^]]*\?\]", _STYLES["uncertain"])
    sure = f"  {percent(min(read.confidence for read in characters)):>4}" if characters else ""
    return Text.assemble(name, (sign, _STYLES[status]), " ", read, (sure, _STYLES[status]))


def _name(source: str) -> str:
    """Return a picture's path on one line, cut at its beginning where it is long."""
    name = printable(source)
    if len(name) > _LONGEST_NAME and len(PurePath(name).name) < _LONGEST_NAME:
        return f"…{name[1 - _LONGEST_NAME :]}"
    return name


def _explain(console: Console, reading: Reading, *, alone: bool, verbose: bool) -> None:
    """Write the notes, and on request each digit and mark with its place."""
    if verbose:
        for line in reading.lines:
            for read in line.characters:
                console.print(Text(f"    {_said(read)}", "" if read.accepted else _STYLES["uncertain"]))
        if reading.rotation:
            console.print(Text(f"    turned clockwise by {reading.rotation}° to be read", "dim"))
    for note in _remarks(reading) if alone or verbose else ():
        console.print(Text(f"    {note}", "dim"))


def _remarks(reading: Reading) -> list[str]:
    """Return the notes but for the one that a row says already."""
    return [note for note in reading.notes if note != NOTHING_FOUND]


def _said(read: Digit | Mark) -> str:
    """Return all about a digit or a mark: how sure it is, what else it may be, and where it stands."""
    left, top, width, height = read.box
    value = f"{read.value}{'' if read.accepted else '?'}"
    second = runner_up(read) if isinstance(read, Digit) else None
    other = f"or {second[0]} {percent(second[1])}" if second else ""
    return f"{value:2} {percent(read.confidence):>4}  {other:10}  {width}×{height} at {left},{top}"
