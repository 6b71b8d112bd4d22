"""The names that a shell completes: of recipes, models, data sets, splits and formats.

Where none of them fits, the shell goes on with files and folders, as it does without completion.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["data_sets", "export_formats", "models", "named_data_sets", "recipes", "splits"]


def recipes(incomplete: str) -> list[str]:
    """Return the recipes, and recipe files in this folder, that begin so."""
    from inkdigits.training.recipes.recipe import RECIPES
    from inkdigits.training.recipes.recipe_file import SUFFIXES

    files = (path.name for path in sorted(Path().iterdir()) if path.suffix in SUFFIXES)
    return _beginning(incomplete, [*RECIPES, *files])


def models(incomplete: str) -> list[str]:
    """Return the bundled model, run folders, and model files in this folder, that begin so."""
    runs = (str(path.parent) for path in sorted(Path().glob("runs/*/model.onnx")))
    return _beginning(incomplete, ["bundled", *runs, *map(str, sorted(Path().glob("*.onnx")))])


def data_sets(incomplete: str) -> list[str]:
    """Return the data sets of digits on 28×28, and CSV files in this folder, that begin so."""
    from inkdigits.data.loading import DATASETS

    return _beginning(incomplete, [*DATASETS, *map(str, sorted(Path().glob("*.csv")))])


def named_data_sets(incomplete: str) -> list[str]:
    """Return all data sets that have a name which begins so, handwriting fonts and letters among them."""
    from inkdigits.data.hands.catalogue import HANDS

    return _beginning(incomplete, ["mnist", "optdigits", *HANDS])


def splits(incomplete: str) -> list[str]:
    """Return the splits that begin so."""
    from inkdigits.data.splits import SPLITS

    return _beginning(incomplete, SPLITS)


def export_formats(incomplete: str) -> list[str]:
    """Return the formats of models that begin so."""
    from inkdigits.models.exporting import FORMATS

    return _beginning(incomplete, FORMATS)


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
