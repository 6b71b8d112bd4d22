"""`inkdigits recipes`."""

from __future__ import annotations

from dataclasses import asdict

from inkdigits.cli import options


def recipes(as_json: options.AsJson = False) -> None:
    """List the recipes, with what each costs and reaches.

    [bold]Examples[/bold]

    inkdigits recipes

    inkdigits recipes --json
    """
    from inkdigits.cli.console import output_console, print_json, print_table
    from inkdigits.training.recipes.measured import read_measured
    from inkdigits.training.recipes.recipe import RECIPES

    measured = read_measured()
    if as_json:
        found = {name: asdict(figures) for name, figures in measured.items()}
        print_json([recipe.to_dict() | {"measured": found.get(name)} for name, recipe in RECIPES.items()])
        return
    rows = []
    for name, recipe in RECIPES.items():
        reached, cost = "–", "1 epoch" if recipe.epochs == 1 else f"{recipe.epochs} epochs"
        if figures := measured.get(name):
            reached, cost = f"{figures.reached} ({figures.seeds})", figures.cost
        rows.append((name, reached, cost, recipe.summary))
    print_table(("recipe", "test accuracy", "training", "what it is"), rows)
    for machine in sorted({figures.machine for figures in measured.values()}):
        output_console().print(
            f"Accuracy: mean ± sd (seeds) of the last epoch on MNIST's 10,000 test digits. "
            f"–: too few seeds were run. Measured on: {machine}."
        )
