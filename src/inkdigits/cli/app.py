"""The command `inkdigits`: its commands, its exit codes, and the one place where an error becomes a line of text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from inkdigits.cli import (
    cluster,
    corrections,
    data,
    demo,
    doctor,
    evaluate,
    export,
    read,
    recipes,
    serve,
    show,
    teach,
    train,
)
from inkdigits.cli.console import notice
from inkdigits.errors import InkdigitsError, UsageError, asked_by_options, printable
from inkdigits.version import __version__


class _Commands(TyperGroup):
    """Turns what inkdigits raises on purpose into one line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            with asked_by_options(), _numbers_explained():
                return super().invoke(ctx)
        except InkdigitsError as error:
            notice(f"inkdigits: {error}")
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as interrupt:
            notice("inkdigits: interrupted")
            raise typer.Exit(130) from interrupt  # 128 and the number of SIGINT, as shells say it


@contextmanager
def _numbers_explained() -> Iterator[None]:
    """Say which number an option takes; what checks it, pydantic, speaks of inputs and strings."""
    try:
        yield
    except typer.BadParameter as error:
        cause: Any = error.__cause__
        option: Any = error.param
        if not hasattr(cause, "errors"):
            raise
        refused, low, high = cause.errors()[0], option.min, option.max
        number = "whole number" if refused["type"].startswith("int_") else "number"
        bounds = "" if low is None else f" of at least {low}" if high is None else f" from {low} to {high}"
        wanted = "share from 0 to 1, such as 0.9" if (low, high) == (0, 1) else number + bounds
        raise UsageError(f"{option.opts[0]} is '{printable(refused['input'])}'", f"give a {wanted}") from error


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with [bold]inkdigits demo[/bold], or [bold]inkdigits read --single photo.jpg[/bold].",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"inkdigits {__version__}")
        raise typer.Exit


@app.callback()
def inkdigits(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """Read handwritten digits; train, evaluate and export the models that do it.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some inputs of a batch failed, 130 interrupted.
    """


app.command()(demo.demo)
app.command()(read.read)
app.command()(train.train)
app.command()(teach.teach)
app.command()(recipes.recipes)
app.command()(evaluate.evaluate)
app.command()(show.show)
app.command()(export.export)
app.command()(serve.serve)
app.add_typer(corrections.app, name="corrections")
app.add_typer(data.app, name="data")
app.add_typer(cluster.app, name="cluster")
app.command()(doctor.doctor)
