"""`inkdigits teach`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkdigits.cli.console import output_console, progress_bar

if TYPE_CHECKING:
    from inkdigits.teaching import Taught

__all__ = ["teach"]


def teach(
    data: Annotated[
        str, typer.Argument(metavar="DIR|CSV", help="Your digits: a folder with sub-folders 0 to 9, or path,label.")
    ],
    base: Annotated[str, typer.Option(metavar="MODEL", help="The model to begin with.")] = "bundled",
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder for model.onnx.")] = Path("taught"),
    seed: Annotated[int, typer.Option(min=0, help="Decides all that is random.")] = 0,
    data_dir: Annotated[Path | None, typer.Option(help="Look for MNIST and other hands here first.")] = None,
) -> None:
    """Teach the reader a hand: it learns your digits, forgets nothing, and is written as a model file.

    [bold]Examples[/bold]

    inkdigits teach my-digits/

    inkdigits read --model taught/model.onnx page.jpg
    """
    from inkdigits.extras import require

    require("train", "Teaching")
    from inkdigits.teaching import teach

    with progress_bar() as bar:
        task = bar.add_task("")

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        taught = teach(data, base=base, out=out, seed=seed, data_dir=data_dir, progress=show)
    _print_outcome(taught)


def _print_outcome(taught: Taught) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("learned", f"{taught.n:,} digits, beside {taught.known}")
    table.add_row("model", str(taught.model))
    table.add_row("next", f"inkdigits read --model {taught.model} PICTURE")
    output_console().print(table)
