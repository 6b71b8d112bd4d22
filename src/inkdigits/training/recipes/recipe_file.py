"""Recipes in files, JSON or TOML, which `inkdigits cluster sweep` writes and `inkdigits train --recipe FILE` takes.

A file holds a recipe's settings by the names that `inkdigits recipes --json` shows; what it leaves out is as in
`Recipe`.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from inkdigits.errors import UsageError, printable, unknown_name
from inkdigits.files import write_atomically
from inkdigits.training.recipes.checked_settings import checked
from inkdigits.training.recipes.recipe import Recipe

SUFFIXES = (".json", ".toml")


def find_recipe_or_file(name: str) -> Recipe:
    """Return the recipe of a name, or the one in a file whose name ends in .json or .toml.

    Raises:
        UsageError: there is none, or the file holds none.

    """
    return read_recipe(Path(name)) if name.endswith(SUFFIXES) else Recipe.named(name)


def read_recipe(path: Path) -> Recipe:
    """Return the recipe that a file holds.

    Raises:
        UsageError: the file cannot be read, or one of its settings is unknown, missing or not what it should be.

    """
    try:
        content = path.read_bytes().decode("utf-8")
        values = tomllib.loads(content) if path.suffix == ".toml" else json.loads(content)
    except OSError as error:
        raise UsageError(f"cannot read the recipe {printable(path)}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{printable(path)} is not a {path.suffix[1:].upper()} file: {error}") from error
    named = {"name": path.stem} | values if isinstance(values, dict) else values
    recipe: Recipe = checked(named, Recipe, f"the recipe {printable(path)}")
    from inkdigits.models.digit_networks import MODELS

    if recipe.model not in MODELS:
        raise unknown_name("model", recipe.model, MODELS)
    return recipe


def write_recipe(path: Path, recipe: Recipe) -> Path:
    """Write a recipe as JSON, for `read_recipe`.

    Raises:
        OutputError: the file cannot be written.

    """
    return write_atomically(path, json.dumps(recipe.to_dict(), indent=1) + "\n")
