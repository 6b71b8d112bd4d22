"""Recipes in files, JSON or TOML, which `inkdigits sweep` writes and `inkdigits train --recipe FILE` takes.

A file holds a recipe's settings by the names that `inkdigits recipes --json` shows; what it leaves out is as in
`Recipe`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from inkdigits.errors import UsageError, printable, unknown_name
from inkdigits.files import write_atomically
from inkdigits.training.recipes.recipe import Augmentation, Recipe, Review, find_recipe

__all__ = ["SUFFIXES", "checked_recipe", "find_recipe_or_file", "read_recipe", "write_recipe"]

SUFFIXES = (".json", ".toml")

# The settings that have bounds beside their type: the least and the highest value.
_BOUNDS = {
    "learning_rate": (1e-9, 10.0),
    "muon_rate": (0.0, 10.0),
    "label_smoothing": (0.0, 1.0),
    "teaching": (0.0, 1.0),
    "rewritten": (0.0, 1.0),
    "share": (0.0, 1.0),
    "easy": (0.0, 1.0),
}


def find_recipe_or_file(name: str) -> Recipe:
    """Return the recipe of a name, or the one in a file whose name ends in .json or .toml.

    Raises:
        UsageError: there is none, or the file holds none.

    """
    return read_recipe(Path(name)) if name.endswith(SUFFIXES) else find_recipe(name)


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
    recipe = checked_recipe(values, f"the recipe {printable(path)}", path.stem)
    from inkdigits.models.digit_networks import MODELS

    if recipe.model not in MODELS:
        raise unknown_name("model", recipe.model, MODELS)
    return recipe


def checked_recipe(values: Any, where: str, name: str = "own") -> Recipe:
    """Return the recipe with these settings, each of which is as JSON holds it.

    Args:
        values: the settings by their names.
        where: which recipe it is, for error messages.
        name: its name, where the settings have none.

    Raises:
        UsageError: a setting is unknown, missing or not what it should be.

    """
    recipe: Recipe = _checked(values, Recipe, where, {"name": name})
    return recipe


def write_recipe(path: Path, recipe: Recipe) -> Path:
    """Write a recipe as JSON, for `read_recipe`.

    Raises:
        OutputError: the file cannot be written.

    """
    return write_atomically(path, json.dumps(recipe.to_dict(), indent=1) + "\n")


def _checked(values: Any, kind: Any, where: str, defaults: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """Return a dataclass with these values, each of which has its field's type and lies within its bounds."""
    if not isinstance(values, Mapping):
        raise UsageError(f"{where} is not a table of settings")
    known = {field.name: field for field in fields(kind)}
    for name in values:
        if name not in known:
            raise UsageError(f"{where} has a setting that does not exist: {unknown_name('setting', str(name), known)}")
    missing = [
        name
        for name, field in known.items()
        if field.default is MISSING and field.default_factory is MISSING and name not in values
    ]
    if missing:
        raise UsageError(f"{where} lacks {', '.join(missing)}")
    types = get_type_hints(kind)
    return kind(**dict(defaults) | {name: _value(value, types[name], where, name) for name, value in values.items()})


def _value(value: Any, kind: Any, where: str, name: str) -> Any:
    """Return a value as a field takes it."""
    if isinstance(kind, UnionType):
        if value is None:
            return None
        kind = get_args(kind)[0]
    if kind in (Augmentation, Review):
        return _checked(value, kind, f"{name} of {where}")
    choices = get_args(kind)
    if get_origin(kind) is Literal:
        right, wanted = value in choices, f"one of {', '.join(choices)}"
    elif get_origin(kind) is tuple:
        right = isinstance(value, list) and len(value) == 2 and all(_is_number(one) and 0 <= one < 1 for one in value)
        wanted = "two numbers from 0 to less than 1"
    elif kind is float:
        least, highest = _BOUNDS.get(name, (0.0, float("inf")))
        right, wanted = _is_number(value) and least <= value <= highest, f"a number from {least:g} to {highest:g}"
    else:
        right, wanted = type(value) is kind, {int: "a whole number", str: "a text"}[kind]
    if not right:
        raise UsageError(f"{name} of {where} is {printable(value)!r}", f"give {wanted}")
    return tuple(value) if isinstance(value, list) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
