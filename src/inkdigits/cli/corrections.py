"""`inkdigits corrections`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Use what people corrected on the service's page.", no_args_is_help=True)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to.")],
    kept: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="What 'serve --keep-corrections' was given.  [default: corrections/ in your data folder]",
        ),
    ] = None,
) -> None:
    """Write corrections as labelled pictures: a sub-folder a digit, which 'train --data' takes.

    What is not a digit goes to the sub-folder none/, which training leaves alone.

    [bold]Examples[/bold]

    inkdigits corrections export labelled/ --kept corrections/

    inkdigits train --data labelled/
    """
    from inkdigits.cli.console import notice
    from inkdigits.errors import printable
    from inkdigits.service.correction_store import export as export_corrections
    from inkdigits.settings import corrections_dir

    digits, others = export_corrections(kept or corrections_dir(), folder)
    notice(f"{printable(folder)}: {digits} digits, {others} pictures of no digit")
