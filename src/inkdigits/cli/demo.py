"""`inkdigits demo`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkdigits.cli import options
from inkdigits.cli.console import notice, output_console, print_facts, print_table

if TYPE_CHECKING:
    from inkdigits.cli.demonstration import Demo
    from inkdigits.results.reading import Reading

__all__ = ["demo"]


def demo(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("inkdigits-demo"),
    seed: Annotated[int, typer.Option(min=0, help="Decides all that is random.")] = 0,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Walk the whole path: train, evaluate, read pictures, and write a report to open.

    Takes about a minute on two CPU cores. Where MNIST can't be had, scikit-learn's digits take its place.

    [bold]Examples[/bold]

    inkdigits demo

    inkdigits demo --out somewhere-else --offline
    """
    from inkdigits.extras import require

    require("train", "The demo")
    from inkdigits.cli.demonstration import run_demo
    from inkdigits.training.loop.progress import LiveProgress

    with LiveProgress() as progress:
        made = run_demo(out, data_dir=data_dir, offline=offline, seed=seed, tell=notice, observers=[progress])
    _print_outcome(made)


def _print_outcome(made: Demo) -> None:
    evaluation, console = made.evaluation, output_console()
    low, high = evaluation.interval
    print_facts(
        {
            "trained on": f"{evaluation.data}, recipe 'fast', {made.run.metrics['training_seconds']:.0f} s",
            "test accuracy": f"{evaluation.accuracy:.2%} (95% interval {low:.2%} to {high:.2%})",
            "read wrong": f"{evaluation.n - evaluation.correct:,} of {evaluation.n:,}",
        }
    )
    console.print()
    print_table(
        ("sample picture", "models that ship", "network just trained"),
        [
            (Path(reading.source).name, _said(reading), _said(own))
            for reading, own in zip(made.readings, made.own_readings, strict=True)
        ],
    )
    console.print("(brackets ask for a look)", markup=False)
    command = _command()
    console.print(
        f"\nNow open {made.report}\nand try\n"
        f"    {command} read YOUR.jpg\n"
        f"    {command} read YOUR.jpg --model {made.folder / 'model.onnx'}\n"
        f"    {command} serve",
        soft_wrap=True,
        markup=False,
    )


def _said(reading: Reading) -> str:
    """Return what was read on one line, with what should be checked in brackets."""
    return " / ".join(line.marked_text for line in reading.lines) or "no digit"


def _command() -> str:
    """Return what to type for this program: as it was started, where the shell would not find it by its name."""
    started = Path(sys.argv[0]).absolute()
    if started.name != "inkdigits" or shutil.which("inkdigits"):
        return "inkdigits"
    return str(started.relative_to(Path.cwd()) if started.is_relative_to(Path.cwd()) else started)
