"""`inkdigits teach`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from inkdigits.cli import options
from inkdigits.cli.completion import models
from inkdigits.cli.console import loading_progress, notice, print_facts, print_json
from inkdigits.extras import require


def teach(
    data: Annotated[
        Path,
        typer.Argument(metavar="DIR|CSV", help="Your digits: a folder by class, a labels.csv, or kept corrections."),
    ],
    base: Annotated[
        str, typer.Option(metavar="MODEL", help="The model to begin with.", autocompletion=models)
    ] = "bundled",
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder for model.onnx.")] = Path("taught"),
    seed: Annotated[int, typer.Option(min=0, help="Decides all that is random.")] = 0,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print progress and the outcome as lines of JSON.")] = False,
) -> None:
    """Teach the reader a hand: it learns your digits, keeps what it knew, and becomes a model file.

    Ten examples of each digit are good, one of each is welcome. Some are held back in turn, to say what is read right
    before and after; a model that would read worse is not written.

    [bold]Examples[/bold]

    inkdigits teach my-digits/

    inkdigits teach labels.csv --out my-hand

    inkdigits read --model my-hand page.jpg
    """
    require("train", "Teaching")
    from inkdigits.training.teaching.lessons import teach

    with nullcontext(_print_progress) if as_json else loading_progress() as show:
        taught = teach(data, base=base, out=out, seed=seed, data_dir=data_dir, offline=offline, progress=show)
    if as_json:
        print_json(taught.to_dict())
        return
    for note in taught.notes:
        notice(note)
    print_facts(dict(taught.rows()) | {"next": f"inkdigits read --model {taught.model} PICTURE"})


def _print_progress(doing: str, done: int, total: int) -> None:
    print_json({"doing": doing, "done": done, "total": total})
    sys.stdout.flush()
