"""`inkdigits demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkdigits.cli.console import notice, output_console

if TYPE_CHECKING:
    from inkdigits.demo import Demo

__all__ = ["demo"]


def demo(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("inkdigits-demo"),
    seed: Annotated[int, typer.Option(min=0, help="Decides all that is random.")] = 0,
    data_dir: Annotated[Path | None, typer.Option(help="Look for MNIST here first.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Never download.")] = False,
) -> None:
    """Walk the whole path: train, evaluate, read pictures, and write a report to open.

    Takes about a minute on two CPU cores. Where MNIST can't be had, scikit-learn's digits take its place.

    [bold]Examples[/bold]

    inkdigits demo

    inkdigits demo --out somewhere-else --offline
    """
    from inkdigits.extras import require

    require("train", "The demo")
    from inkdigits.demo import run_demo
    from inkdigits.learning.progress import LiveProgress

    with LiveProgress() as progress:
        made = run_demo(out, data_dir=data_dir, offline=offline, seed=seed, tell=notice, observers=[progress])
    _print_outcome(made)


def _print_outcome(made: Demo) -> None:
    from rich.table import Table
    from rich.text import Text

    evaluation = made.evaluation
    low, high = evaluation.interval
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("trained on", f"{evaluation.data}, recipe 'fast', {made.run.metrics['training_seconds']:.0f} s")
    table.add_row("test accuracy", f"{evaluation.accuracy:.2%}  (95 % interval {low:.2%} to {high:.2%})")
    table.add_row("read wrong", f"{evaluation.n - evaluation.correct:,} of {evaluation.n:,}")
    for reading in made.readings:
        text = reading.text.replace("\n", " / ") or "no digit"
        note = "  (have a look)" if reading.status == "uncertain" else ""
        table.add_row(Path(reading.source).name, Text(text + note))
    console = output_console()
    console.print(table)
    console.print(f"Now open {made.report}", soft_wrap=True)
