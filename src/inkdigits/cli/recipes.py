"""`inkdigits recipes`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

__all__ = ["recipes"]


def recipes(
    as_json: Annotated[bool, typer.Option("--json", help="Print every setting as JSON.")] = False,
) -> None:
    """List the recipes, with what each costs and reaches.

    [bold]Examples[/bold]

    inkdigits recipes

    inkdigits recipes --json
    """
    from inkdigits.cli.console import output_console, print_json
    from inkdigits.learning.recipes import MEASURED, RECIPES

    if as_json:
        print_json(
            [
                recipe.to_dict() | {"measured": asdict(MEASURED[name]) if name in MEASURED else None}
                for name, recipe in RECIPES.items()
            ]
        )
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("recipe", "test accuracy", "training", "what it is"):
        table.add_column(heading, overflow="fold")
    for name, recipe in RECIPES.items():
        measured = MEASURED.get(name)
        reaches = f"{measured.accuracy:.2f} ± {measured.deviation:.2f} %" if measured else "not measured"
        costs = f"{measured.seconds:.0f} s" if measured else f"{recipe.epochs} epochs"
        table.add_row(name, reaches, costs, recipe.summary)
    output_console().print(table)
    for line in sorted({f"{measured.seeds} seeds, {measured.machine}" for measured in MEASURED.values()}):
        output_console().print(f"Mean ± sd of the last epoch on MNIST's 10,000 test digits: {line}.")
