"""`inkdigits teach`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkdigits.cli import options
from inkdigits.cli.completion import models
from inkdigits.cli.console import loading_progress, notice, print_facts

if TYPE_CHECKING:
    from inkdigits.training.teaching.lessons import Taught

__all__ = ["teach"]


def teach(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|CSV",
            help="Your digits: a folder by class, a labels.csv, or kept corrections.",
        ),
    ],
    base: Annotated[
        str, typer.Option(metavar="MODEL", help="The model to begin with.", autocompletion=models)
    ] = "bundled",
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder for model.onnx.")] = Path("taught"),
    seed: Annotated[int, typer.Option(min=0, help="Decides all that is random.")] = 0,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Teach the reader a hand: it learns your digits, keeps what it knew, and becomes a model file.

    Ten examples of each digit are good, one of each is welcome. Some are held back in turn, to say what is read right
    before and after; a model that would read worse is not written.

    [bold]Examples[/bold]

    inkdigits teach my-digits/

    inkdigits teach labels.csv --out my-hand

    inkdigits read --model my-hand page.jpg
    """
    from inkdigits.extras import require

    require("train", "Teaching")
    from inkdigits.training.teaching.lessons import teach

    with loading_progress() as show:
        taught = teach(data, base=base, out=out, seed=seed, data_dir=data_dir, offline=offline, progress=show)
    for note in taught.notes:
        notice(note)
    _print_outcome(taught)


def _print_outcome(taught: Taught) -> None:
    held, unknown = (
        taught.held_back,
        "none: with one example of each digit, nobody can say yet how much better it reads",
    )
    print_facts(
        {
            "learned": f"{taught.n:,} digits, beside {taught.known} to keep what it knew",
            "held back": f"read right: {held.before} of {held.n} before, {held.after} after" if held.n else unknown,
            "known digits": f"{1 - taught.forgotten:.1%} read as before",
            "model": taught.model,
            "next": f"inkdigits read --model {taught.model} PICTURE",
        }
    )
