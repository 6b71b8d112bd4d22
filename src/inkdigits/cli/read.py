"""`inkdigits read`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkdigits.cli import options
from inkdigits.cli.console import end_batch, notice, progress_bar
from inkdigits.errors import PictureError, UsageError, printable
from inkdigits.extras import require

if TYPE_CHECKING:
    from inkdigits.cli.annotated import AnnotatedFolder
    from inkdigits.pictures.decode import Picture
    from inkdigits.results.contact_sheet import ContactSheet
    from inkdigits.results.reading import Reading

    _ReadSources = Callable[[Iterable[tuple[str, Picture]], dict[str, Any]], Iterator[Iterable[Reading]]]


def read(
    pictures: options.Pictures,
    model: options.Model = "bundled",
    recursive: options.Recursive = False,
    single: options.Single = False,
    digits_only: options.DigitsOnly = False,
    region: options.Region = None,
    min_confidence: options.MinConfidence = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print also how sure each digit is, and where it stands.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object per line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with one row per digit.")] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to this file; .json, .jsonl, .csv, .parquet and .txt name the format.",
        ),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw each picture with what was read into this folder."),
    ] = None,
    contact_sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw all uncertain digits into one picture, to look through."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes that read, each picture in bounded time and memory.", show_default="this one"
        ),
    ] = None,
) -> None:
    """Read the handwritten digits in pictures.

    Any picture will do: dark ink on light paper or light ink on dark, any size. One without digits is no error.
    TIFF, PDF and animations are read page by page. HEIC and PDF need an extra, which the error names.
    In a folder, files without a suffix are read if they begin as a picture does; in a list, lines with # are comments.

    On a terminal, digits to check stand in brackets, such as 61[2?]31, with how sure the least sure is.
    In a pipe or a file, only what was read is printed. Ctrl-C keeps that, and says which picture would be next.

    Exit codes: 0 read, 1 nothing could be read, 3 some pictures of several could not be read.

    [bold]Examples[/bold]

    inkdigits read --single photo.jpg

    inkdigits read scans/ --verbose

    inkdigits read scans/ -r -o readings.csv --annotate checked/ --contact-sheet doubts.png

    inkdigits read 'scans/*.png' --jsonl --min-confidence 0.9 --workers 2

    inkdigits read forms/ --region 10%,20%,50%,10% --digits-only --csv

    cat photo.jpg | inkdigits read --json -
    """
    from inkdigits.cli.annotated import AnnotatedFolder
    from inkdigits.files import open_atomically
    from inkdigits.pictures.finding import find_sources, has_more_below
    from inkdigits.pictures.region import Region as PartOfPicture
    from inkdigits.results.contact_sheet import ContactSheet
    from inkdigits.results.formats import FORMATS, write_named_text, write_text

    how: dict[str, Any] = {"single": single, "region": PartOfPicture.of(region), "digits_only": digits_only}
    stdout = typer.get_binary_stream("stdout")
    chosen = _format(output, verbose=verbose, json=as_json, jsonl=as_jsonl, csv=as_csv)
    chosen = chosen or ("terminal" if stdout.isatty() else "text")
    sources = find_sources(pictures, recursive=recursive)
    for folder in pictures:
        if not recursive and has_more_below(folder):
            notice(f"{printable(folder)}: folders in it hold more pictures; --recursive reads them too")
    alone = len(sources) == 1
    for_people = chosen in ("terminal", "verbose")
    write: Callable[..., None] = FORMATS.get(chosen, write_text if alone else write_named_text)
    if for_people:
        from inkdigits.cli.for_people import write_for_people

        write = partial(write_for_people, sources=sources, verbose=chosen == "verbose")
    drawings = AnnotatedFolder(annotate, sources) if annotate else None
    tally: Counter[str] = Counter()
    done: list[str] = []  # sources
    interrupts: list[KeyboardInterrupt] = []
    with ExitStack() as stack:
        stream = stack.enter_context(open_atomically(output, [*pictures, *sources])) if output else stdout
        sheet = stack.enter_context(ContactSheet.to_file(contact_sheet, sources)) if contact_sheet else None
        read_sources = stack.enter_context(_reading(model, min_confidence, workers))

        def watched() -> Iterator[Reading]:
            try:
                for reading in _read_all(read_sources, sources, how, done):
                    tally[reading.status] += 1
                    _remark(reading, alone=alone and not for_people)
                    if not reading.error:
                        _show(reading, drawings, sheet)
                    yield reading
            except KeyboardInterrupt as interrupt:  # what was read is written as if it was all
                interrupts.append(interrupt)

        write(watched(), stream)
        stream.flush()
    if interrupts:
        if not alone:
            notice(f"{len(done)} of {len(sources)} files were read; the next is {printable(sources[len(done)])}")
        raise interrupts[0]
    end_batch(tally, len(sources))


def _format(output: str | None, **flags: bool) -> str | None:
    """Return the name of the output's format: by the option given, or else by the file's suffix, if there is a file."""
    given = [name for name, is_given in flags.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"--{given[0]} and --{given[1]} contradict each other", "give one of them")
    if given or output is None:
        return given[0] if given else None
    suffix = Path(output).suffix.lower().removeprefix(".") or "text"
    if suffix not in ("json", "jsonl", "csv", "parquet", "text", "txt"):
        raise UsageError(
            f"readings cannot be written as .{printable(suffix)}", "name a .json, .jsonl, .csv, .parquet or .txt file"
        )
    if suffix == "parquet":
        require("parquet", "Writing Parquet")
    return suffix


@contextmanager
def _reading(model: str, min_confidence: float | None, workers: int | None) -> Iterator[_ReadSources]:
    """Return what reads pictures one after the other: this process, or several others."""
    if workers is None:
        from inkdigits.reading.reader import Reader

        reader = Reader(model, min_confidence=min_confidence)
        yield lambda pictures, how: (reader.read_many([picture], **how) for _, picture in pictures)
        return
    from inkdigits.pool import Bounds, Readers, read_in_order

    with Readers(model, workers, Bounds(), min_confidence=min_confidence) as readers:
        yield partial(read_in_order, readers)


def _read_all(
    read_sources: _ReadSources, sources: list[str], how: dict[str, Any], done: list[str]
) -> Iterator[Reading]:
    """Read all pages of all sources, and note which are done; what comes from stdin is called as it was given."""
    from dataclasses import replace

    from inkdigits.pictures.finding import STANDARD_INPUT

    stdin = typer.get_binary_stream("stdin")
    pictures = ((source, stdin if source == STANDARD_INPUT else source) for source in sources)
    with progress_bar() if len(sources) > 1 else nullcontext() as bar:
        task = bar.add_task("reading", total=len(sources)) if bar else None
        for source, readings in zip(sources, read_sources(pictures, how), strict=True):
            for reading in readings:
                if bar:
                    bar.stop()  # it goes while the reading is printed, perhaps on the same terminal
                yield replace(reading, source=source)
                if bar:
                    bar.start()
            done.append(source)
            if bar and task is not None:
                bar.advance(task)


def _show(reading: Reading, drawings: AnnotatedFolder | None, sheet: ContactSheet | None) -> None:
    """Draw a reading where that was asked for; a picture that is gone by now is no reason to stop."""
    try:
        if drawings:
            drawings.save(reading)
        if sheet:
            sheet.add(reading)
    except PictureError as error:
        notice(f"inkdigits: not drawn: {error}")


def _remark(reading: Reading, *, alone: bool) -> None:
    """Say on stderr what the text on stdout does not."""
    page = f"page {reading.page}: " if reading.page > 1 else ""
    if reading.error:
        notice(f"inkdigits: {reading.error}")
    elif alone and reading.status == "uncertain":
        from inkdigits.results.percent import percent

        least = min(reading.characters, key=lambda read: read.confidence)
        what = "mark" if isinstance(least.value, str) else "digit"
        notice(f"{page}uncertain: the least sure {what} has {percent(least.confidence)}")
    for note in reading.notes if alone else ():
        notice(f"{page}{note}")
