"""Everything that inkdigits raises on purpose: one clear line that says what, where, and what to do about it.

The command line prints the line and ends with `exit_code`; it never shows a stack trace for one of these. `code` is for
programs, as HTTP and JSON name what went wrong.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_options = False  # whether who asked wrote options on a command line, and not arguments in Python


class InkdigitsError(Exception):
    """The root of the tree: catch it to catch everything that inkdigits raises on purpose.

    Args:
        what: what is wrong, and where.
        do: what to do about it, if there is something to do.

    """

    code = "error"
    exit_code = 1

    def __init__(self, what: str, do: str | None = None) -> None:
        super().__init__(f"{what}; {do}" if do else what)


class UsageError(InkdigitsError):
    """A name or an option that does not exist, or options that contradict each other."""

    code = "usage"
    exit_code = 2


class MissingExtraError(InkdigitsError):
    """An optional dependency, which an extra as in `inkdigits[train]` brings, is not installed for some feature."""

    code = "missing_extra"

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs more than is installed", f"run: pip install 'inkdigits[{extra}]'")
        self.feature, self.extra = feature, extra

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        return type(self), (self.feature, self.extra)  # for the way from another process


class PictureError(InkdigitsError):
    """A picture that cannot be read; its code says why: `not_found`, `unreadable_image`, `image_too_large`, …."""

    def __init__(self, what: str, do: str | None = None, *, code: str = "unreadable_image") -> None:
        super().__init__(what, do)
        self.code = code


class ModelFileError(InkdigitsError):
    """A model file that is missing, damaged, foreign or unsafe."""

    code = "model_file"


class DataError(InkdigitsError):
    """Labelled digits that cannot be used."""

    code = "data"


class DataNotFoundError(DataError):
    """Labelled digits that are neither on disk nor to be had from a mirror."""

    code = "data_not_found"


class DataCorruptError(DataError):
    """Labelled digits whose content is not what it should be."""

    code = "data_corrupt"


class OutputError(InkdigitsError):
    """A file or folder that cannot be written."""

    code = "output"


class ClusterError(InkdigitsError):
    """Ray cannot be started, or its cluster cannot be reached or used."""

    code = "cluster"


class TrainingError(InkdigitsError):
    """Training that cannot start or go on."""

    code = "training"


class CheckpointError(TrainingError):
    """A checkpoint that is missing, damaged, or belongs to another run."""

    code = "checkpoint"


class NonFiniteLossError(TrainingError):
    """The loss became infinite or not a number."""

    code = "non_finite_loss"


class NotTaughtError(TrainingError):
    """A model that was taught reads worse than before, and so is not kept."""

    code = "not_taught"


class TrainingInterrupted(TrainingError):  # noqa: N818 - being stopped on request is no error in itself
    """Training was stopped on request; its checkpoint is complete."""

    code = "interrupted"
    exit_code = 130


@contextmanager
def asked_by_options() -> Iterator[None]:
    """Have errors speak of options, such as `--resume`, while the block runs, as the command line does."""
    global _options
    before, _options = _options, True
    try:
        yield
    finally:
        _options = before


def argument(name: str, value: object = None) -> str:
    """Return how whoever asked writes an argument, and its value, if one is advised.

    In Python it is `out=…` or `resume=True`; as options, `--out` or `--resume`.
    """
    if _options:
        option = f"--{name.replace('_', '-')}"
        return option if value is None or value is True else f"{option} {printable(value)}"
    return f"{name}={'…' if value is None else printable(repr(value))}"


def call(command: str, **arguments: object) -> str:
    """Return how whoever asked calls a command that is a function too, such as "train", with some of its arguments."""
    written = [argument(name, value) for name, value in arguments.items()]
    return f"inkdigits {command} {' '.join(written)}" if _options else f"inkdigits.{command}(…, {', '.join(written)})"


def printable(source: object) -> str:
    r"""Return a file name on one line, its control characters escaped: `a\nb` for a name with a newline in it.

    What is too long for a name is cut in the middle.
    """
    name = str(source)
    longest = 400  # letters
    if len(name) > longest:
        name = f"{name[: longest // 2]}…{name[-longest // 2 :]}"
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in name)


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """Return the error for a name of some kind, such as "recipe", which names the nearest of those that are known."""
    names = sorted(known)
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    others = f"choose one of: {', '.join(names)}" if names else "there is none to choose"
    do = f"did you mean '{nearest[0]}'?" if nearest else others
    return UsageError(f"there is no {kind} called '{printable(name)}'", do)
