"""`inkdigits data`: fetch, verify and describe labelled digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkdigits.cli import options
from inkdigits.cli.completion import named_data_sets
from inkdigits.cli.console import loading_progress, notice, print_facts, print_json, print_table

if TYPE_CHECKING:
    from inkdigits.data.checks import Checks
    from inkdigits.data.splits import Collection

app = typer.Typer(no_args_is_help=True, help="Fetch, verify and describe labelled digits.")

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="mnist, optdigits; hands of other people: swiss, pendigits, uji, hwd1000, fonts, omniglot; a folder "
        "with sub-folders 0 to 9, or a CSV with the columns path and label.",
        autocompletion=named_data_sets,
    ),
]


@app.command()
def fetch(name: Name = "mnist", data_dir: options.DataDir = None, offline: options.Offline = False) -> None:
    """Find a data set, or download it, check it, and print where it is.

    Downloads go to your cache folder. Proxy variables such as HTTPS_PROXY are respected.

    [bold]Examples[/bold]

    inkdigits data fetch

    inkdigits data fetch mnist --data-dir ~/data --offline

    inkdigits data fetch swiss
    """
    from inkdigits.data.hands.catalogue import HANDS

    if name in HANDS:  # to draw all digits on 28×28 would take a while, and show nothing
        typer.echo(_fetch_hand(name, data_dir, offline))
    else:
        typer.echo(_load(name, data_dir, offline).location)


@app.command()
def verify(
    name: Name = "mnist",
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
    as_json: options.AsJson = False,
) -> None:
    """Check a data set: checksums, counts, labels, duplicates, and pictures in both training and test.

    Ends with exit code 1 if the data is missing or damaged. Duplicates are reported, and are no failure.

    [bold]Examples[/bold]

    inkdigits data verify

    inkdigits data verify my-digits/ --json
    """
    from inkdigits.data.checks import check
    from inkdigits.data.hands.description import DESCRIBED

    if name in DESCRIBED:
        _show_hand(name, data_dir, offline, as_json=as_json)
        return
    checks = check(_load(name, data_dir, offline))
    if as_json:
        print_json(asdict(checks))
        return
    splits = [(split, f"{of.n:,}", f"{of.duplicates:,}", of.sha256) for split, of in checks.splits.items()]
    headings = ("split", "pictures", "duplicates", "SHA-256")
    print_table(headings, splits, title=checks.name, right=("pictures", "duplicates"))
    typer.echo(f"pictures in both training and test: {checks.in_training_and_test:,}")
    if checks.skipped:
        typer.echo(f"pictures left out, since they cannot be used: {len(checks.skipped):,}")
        for line in checks.skipped:
            notice(line)


@app.command()
def describe(
    name: Name = "mnist",
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
    as_json: options.AsJson = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Write class-histogram.png and samples.png there.", metavar="DIR", show_default=False),
    ] = None,
) -> None:
    """Show what a data set holds: counts, classes, value range, source and licence.

    [bold]Examples[/bold]

    inkdigits data describe

    inkdigits data describe my-digits/ --out about-my-digits/

    inkdigits data describe optdigits --json
    """
    from inkdigits.data.checks import check
    from inkdigits.data.hands.description import DESCRIBED
    from inkdigits.errors import UsageError
    from inkdigits.extras import require
    from inkdigits.files import make_folder

    if name in DESCRIBED:
        if out is not None:
            raise UsageError(f"{name} has no digits to draw", "leave --out away")
        _show_hand(name, data_dir, offline, as_json=as_json)
        return
    if out is not None:  # what would stop the drawing is said before a long load
        require("evaluate", "Drawing figures")
        make_folder(out)
    collection = _load(name, data_dir, offline)
    checks = check(collection)
    if as_json:
        print_json(asdict(checks))
    else:
        _print_classes(checks)
        _print_facts(checks)
    if out is not None:
        _draw(collection, out)


def _load(name: str, data_dir: Path | None, offline: bool) -> Collection:
    from inkdigits.data.loading import load_collection

    with loading_progress() as progress:
        return load_collection(name, "all", data_dir=data_dir, offline=offline, progress=progress)


def _fetch_hand(name: str, data_dir: Path | None, offline: bool) -> str:
    """Find hands, or fetch them, check them, name on stderr what could not be had, and return where they are."""
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


def _show_hand(name: str, data_dir: Path | None, offline: bool, *, as_json: bool) -> None:
    """Check fonts or letters, and print what they are: as JSON, or as a table and facts."""
    from inkdigits.data.hands.description import describe_hand

    _fetch_hand(name, data_dir, offline)
    found = describe_hand(name, data_dir)
    for line in found.skipped:
        notice(line)
    if as_json:
        print_json(asdict(found))
        return
    named = ("name", "n", "split", "use", "licence", "source")
    columns = [column for column in named if any(getattr(entry, column) for entry in found.entries)]
    cells = ([getattr(entry, column) for column in columns] for entry in found.entries)
    rows = ([f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in cells)
    print_table(columns, rows, title=found.name, right=("n",))
    names = ("what", "source", "licence", "attribution", "origin", "location")
    print_facts({name: getattr(found, name) for name in names} | {"left out": _left_out(found.skipped)})


def _left_out(skipped: Sequence[str], what: str = "") -> str:
    return f"{len(skipped)}{what}, the first: {skipped[0]}" if skipped else ""


def _print_classes(checks: Checks) -> None:
    """Print how many there are of each digit in each split, and a bar for all of them."""
    from rich.text import Text

    counts = [[found.label_counts[digit] for found in checks.splits.values()] for digit in range(10)]
    most = max(map(sum, counts))
    rows: list[Sequence[object]] = [
        (digit, *(f"{count:,}" for count in row), "█" * round(24 * sum(row) / most)) for digit, row in enumerate(counts)
    ]
    totals = ("all", *(f"{sum(column):,}" for column in zip(*counts, strict=True)), "")
    rows.append([Text(cell, "bold") for cell in totals])
    print_table(("digit", *checks.splits, ""), rows, title=checks.name, right=checks.splits)


def _print_facts(checks: Checks) -> None:
    """Print what holds for all splits."""
    ranges = [found.value_range for found in checks.splits.values()]
    writers = (
        f"{split} {', '.join(map(str, found.writers))}" for split, found in checks.splits.items() if found.writers
    )
    print_facts(
        {
            "pictures": "28×28, uint8, 0 paper to 255 ink",
            "pixels": f"from {min(low for low, _ in ranges)} to {max(high for _, high in ranges)}",
            "source": checks.source,
            "licence": checks.licence,
            "attribution": checks.attribution,
            "writers": "; ".join(writers),
            "location": checks.location,
            "left out": _left_out(checks.skipped, " pictures"),
        }
    )


def _draw(collection: Collection, folder: Path) -> None:
    """Draw the class histogram and a sheet with ten pictures of each digit."""
    import numpy as np

    from inkdigits.data.splits import PARTS
    from inkdigits.evaluation import charts, figures

    splits = {part: collection.labels[collection.parts == index] for index, part in enumerate(PARTS)}
    histogram = charts.class_histogram({name: labels for name, labels in splits.items() if len(labels)})
    chosen = np.concatenate([np.flatnonzero(collection.labels == digit)[:10] for digit in range(10)])
    captions = [str(label) for label in collection.labels[chosen]]
    sheet = figures.plot_digits(collection.images[chosen], captions, title=f"{collection.name}: ten of each digit")
    for name, figure in (("class-histogram.png", histogram), ("samples.png", sheet)):
        notice(f"wrote {figures.save(figure, folder / name)}")
