"""Settings as JSON holds them become a dataclass, each checked against its field's type and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from inkdigits.errors import UsageError, printable, unknown_name

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


def checked(values: Any, kind: Any, where: str) -> Any:
    """Return the dataclass `kind` with these values, each of which has its field's type and lies within its bounds.

    The values are by their names, as JSON or such a dataclass holds them; errors name them as `where`.

    Raises:
        UsageError: a setting is unknown, missing or not what it should be.

    """
    if isinstance(values, kind):
        values = vars(values)
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
    return kind(**{name: _value(value, types[name], where, name) for name, value in values.items()})


def _value(value: Any, kind: Any, where: str, name: str) -> Any:
    if isinstance(kind, UnionType):
        if value is None:
            return None
        kind = get_args(kind)[0]
    if is_dataclass(kind):
        return checked(value, kind, f"{name} of {where}")
    value = list(value) if isinstance(value, tuple) else value
    choices = get_args(kind)
    if get_origin(kind) is Literal:
        right, wanted = value in choices, f"one of {', '.join(choices)}"
    elif get_origin(kind) is tuple:
        right = isinstance(value, list) and len(value) == 2 and all(_is_number(one) and 0 <= one < 1 for one in value)
        wanted = "two numbers from 0 to less than 1"
    elif kind is float:
        least, highest = _BOUNDS.get(name, (0.0, 1e9))
        right, wanted = _is_number(value) and least <= value <= highest, f"a number from {least:g} to {highest:g}"
    else:
        right, wanted = type(value) is kind, {int: "a whole number", str: "a text"}[kind]
    if not right:
        raise UsageError(f"{name} of {where} is {printable(value)!r}", f"give {wanted}")
    return tuple(value) if isinstance(value, list) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
