"""Write what experiments/ says into the package, the README and docs/http-api.md; or --check them.

Only rows count whose recipe had the settings and the network that it has now: experiments/configurations.jsonl says
what a recipe was at a row's commit.

What a recipe reaches comes from experiments/results.csv: of the rows on a CPU, the newest batch. A batch is the rows of
one commit of the training code, one precision and one machine; it counts if it has at least five seeds, since fewer are
a trial, and of a seed that was run twice only the first row counts. Of two batches, the one whose last row stands
further down is the newer.

What it costs comes from the rows of both results.csv and times.csv, on a CPU, of whole trainings: the median of the
newest commit with the most threads. Long recipes were timed with one thread alone, beside another run.

How much the service takes comes from experiments/service.csv: of each measure, the median of the newest day's rows.
"""

from __future__ import annotations

import csv
import json
import re
import statistics
import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from inkdigits.errors import UsageError
from inkdigits.models.digit_networks import build_model
from inkdigits.training.recipes.measured import Measured
from inkdigits.training.recipes.recipe import RECIPES, Recipe

REPOSITORY = Path(__file__).parents[1]
EXPERIMENTS = REPOSITORY / "experiments"
MEASURED = REPOSITORY / "src" / "inkdigits" / "training" / "recipes" / "measured.json"
README = REPOSITORY / "README.md"
HTTP_API = REPOSITORY / "docs" / "http-api.md"
LEAST_SEEDS = 5

Row = dict[str, str]


def read_rows(name: str) -> list[Row]:
    """Return the rows of a CSV file under experiments/, oldest first; none if there is no such file."""
    path = EXPERIMENTS / name
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def weights_of(recipe: Recipe) -> int:
    """Return how many weights a recipe's network has."""
    return sum(weight.numel() for weight in build_model(recipe.model).parameters())


def commits_of(recipe: Recipe) -> set[str]:
    """Return the commits at which a recipe was what it is now, whatever its summary said."""
    lines = (EXPERIMENTS / "configurations.jsonl").read_text(encoding="utf-8").splitlines()
    weights = weights_of(recipe)
    return {
        noted["commit"]
        for noted in map(json.loads, lines)
        if noted["weights"] == weights and is_same(recipe, noted["settings"])
    }


def is_same(recipe: Recipe, settings: dict[str, Any]) -> bool:
    """Return whether settings that were written down are a recipe's; settings unknown then had their defaults."""
    try:
        return replace(Recipe.from_dict(settings), summary=recipe.summary) == recipe
    except UsageError:
        return False  # it had a setting that recipes no longer have


def batches(rows: Iterable[Row], *columns: str) -> list[list[Row]]:
    """Return the rows that agree in some columns, the batch with the newest row last."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        found[key] = [*found.pop(key, []), row]
    return list(found.values())


def accuracies(rows: list[Row]) -> list[Row]:
    """Return the rows that a recipe's accuracy is taken from: the newest batch, one row a seed."""
    of_seeds = [
        list({row["seed"]: row for row in reversed(batch)}.values())
        for batch in batches(rows, "commit", "precision", "machine")
    ]
    counted = [batch for batch in of_seeds if len(batch) >= LEAST_SEEDS]
    return counted[-1] if counted else []


def timings(rows: list[Row]) -> list[Row]:
    """Return the rows that a recipe's time is taken from."""
    most = max((int(row["threads"]) for row in rows), default=0)
    timed = batches((row for row in rows if int(row["threads"]) == most), "commit", "machine")
    return timed[-1] if timed else []


def measured(recipe: Recipe, commits: set[str], results: list[Row], times: list[Row]) -> Measured | None:
    """Return a recipe's figures from rows of the commits given, or nothing if too few seeds were run."""
    shape = {"recipe": recipe.name, "epochs": str(recipe.epochs), "batch_size": str(recipe.batch_size), "device": "cpu"}
    results, times = (
        [row for row in rows if row["commit"] in commits and shape.items() <= row.items()] for rows in (results, times)
    )
    rows, timed = accuracies(results), timings([*results, *times])
    if not rows:
        return None
    reached = [100 * float(row["test_accuracy"]) for row in rows]
    return Measured(
        accuracy=round(statistics.mean(reached), 3),
        deviation=round(statistics.stdev(reached), 3),
        seeds=len(rows),
        seconds=statistics.median(float(row["training_seconds"]) for row in timed),
        threads=int(timed[0]["threads"]),
        machine=rows[0]["machine"],
    )


def table(figures: dict[str, Measured]) -> str:
    """Return the README's table of recipes."""
    lines = ["| recipe | what it is | weights | epochs | test accuracy | seeds | training |", "| --- " * 7 + "|"]
    for name, recipe in RECIPES.items():
        reached, seeds, cost = "–", "", ""
        if found := figures.get(name):
            reached, seeds = found.reached, str(found.seeds)
            cost = f"{found.cost}, {found.threads} thread{'s'[: found.threads != 1]}"
        cells = (f"`{name}`", recipe.summary, f"{weights_of(recipe):,}", str(recipe.epochs), reached, seeds, cost)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def service_table(rows: list[Row]) -> str:
    """Return the table of how much the service takes: what was measured on the newest day."""
    lines = ["| | bar | measured | runs | |", "| --- | --- | --- | --- | --- |"]
    rows = [row for row in rows if row["date"] == rows[-1]["date"]]
    for measure in dict.fromkeys(row["measure"] for row in rows):
        *_, newest = of_measure = [row for row in rows if row["measure"] == measure]
        found = [float(row["measured"]) for row in of_measure]
        bar, measured, unit = float(newest["bar"]), statistics.median(found), newest["unit"]
        at_least = (float(newest["measured"]) > bar) == (newest["holds"] == "True")  # or as much, at most
        verdict = "" if (measured >= bar if at_least else measured <= bar) else "falls short"
        of_unit = unit if unit == "%" else f" {unit}"
        aimed, reached = f"{'≥' if at_least else '≤'} {bar:,g}{of_unit}", f"{measured:,.3g}{of_unit}"
        cells = (measure, aimed, reached, str(len(found)), verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def with_section(path: Path, name: str, section: str) -> str:
    """Return a page with a section between its marks in place of what stood there."""
    begin, end = f"<!-- {name}: written by scripts/write_results.py -->", f"<!-- end of {name} -->"
    between = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    return between.sub(lambda _: f"{begin}\n\n{section}\n\n{end}", path.read_text(encoding="utf-8"))


def pages() -> dict[Path, str]:
    """Return what each file should hold."""
    results, times = read_rows("results.csv"), read_rows("times.csv")
    figures = {
        name: found
        for name, recipe in RECIPES.items()
        if (found := measured(recipe, commits_of(recipe), results, times)) is not None
    }
    return {
        MEASURED: json.dumps({name: asdict(found) for name, found in figures.items()}, indent=1) + "\n",
        README: with_section(README, "recipes", table(figures)),
        HTTP_API: with_section(HTTP_API, "service", service_table(read_rows("service.csv"))),
    }


def main() -> int:
    """Write the files, or check them."""
    stale = {path: text for path, text in pages().items() if path.read_text(encoding="utf-8") != text}
    if "--check" in sys.argv[1:]:
        for path in stale:
            sys.stderr.write(f"{path} is out of date; run: python scripts/write_results.py\n")
        return 1 if stale else 0
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
