"""The names that a shell completes: of recipes, models, data sets, splits and formats.

Where none of them fits, the shell goes on with files and folders, as it does without completion.
"""

from __future__ import annotations

from pathlib import Path


def recipes() -> list[str]:
    """Return the recipes, and recipe files in this folder."""
    from inkdigits.training.recipes.recipe import RECIPES
    from inkdigits.training.recipes.recipe_file import SUFFIXES

    files = (path.name for path in sorted(Path().iterdir()) if path.suffix in SUFFIXES)
    return [*RECIPES, *files]


def models() -> list[str]:
    """Return the bundled model, run folders, and model files in this folder."""
    runs = (str(path.parent) for path in sorted(Path().glob("runs/*/model.onnx")))
    return ["bundled", *runs, *map(str, sorted(Path().glob("*.onnx")))]


def data_sets() -> list[str]:
    """Return the data sets of digits on 28×28, and CSV files in this folder."""
    from inkdigits.data.loading import DATASETS

    return [*DATASETS, *map(str, sorted(Path().glob("*.csv")))]


def named_data_sets() -> list[str]:
    """Return all data sets that have a name, handwriting fonts and letters among them."""
    from inkdigits.data.hands.catalogue import HANDS

    return ["mnist", "optdigits", *HANDS]


def splits() -> list[str]:
    """Return the splits."""
    from inkdigits.data.splits import SPLITS

    return list(SPLITS)


def export_formats() -> list[str]:
    """Return the formats of models."""
    from inkdigits.models.exporting import FORMATS

    return list(FORMATS)
