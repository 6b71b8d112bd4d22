"""A person's digits, wherever they are: a folder by class, a CSV of digits or strings, corrections that were kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from inkdigits.data.arrays import as_dataset
from inkdigits.data.dataset import CLASSES, Dataset, Images, Labels, Progress
from inkdigits.data.folder import labelled_pictures
from inkdigits.errors import DataError, DataNotFoundError, PictureError, printable
from inkdigits.evaluation.labels import read_labels
from inkdigits.pictures.decode import Picture, decode
from inkdigits.reading.decide import Thresholds, only_digit
from inkdigits.reading.detector import Detector
from inkdigits.reading.ensemble import Ensemble, GivenModel
from inkdigits.reading.line_model import LineModel
from inkdigits.reading.read_page import read_page
from inkdigits.reading.recognise import Recognition
from inkdigits.reading.symbols import Symbol
from inkdigits.service.correction_store import Corrections, holds_corrections
from inkdigits.settings import expanded

Digits: TypeAlias = str | Path | Dataset | tuple[npt.ArrayLike, npt.ArrayLike]  # as a person has them

_Found: TypeAlias = tuple[str, Symbol, int]  # where it is from, what was read, its label
_SHOWN = 5  # of a list in a message


@dataclass(frozen=True, eq=False)
class Examples:
    """Somebody's digits, each once."""

    images: Images  # uint8 (N,28,28), as MNIST
    labels: Labels  # int64 (N,)
    others: npt.NDArray[np.float64]  # float64 (N,10): what the page detector and the line model say of each
    names: tuple[str, ...]  # where each is from
    skipped: tuple[str, ...] = ()  # one line for each picture that cannot be used
    copies: int = 0  # how many pictures were left out since they are there already

    def __len__(self) -> int:
        return len(self.labels)


def gather(data: Digits, progress: Progress | None = None) -> Examples:
    """Return the digits that a person brings, each once.

    Args:
        data: as `teach` takes it.
        progress: told how many pictures have been read, and how many there are.

    Raises:
        DataNotFoundError: there is nothing of that name.
        UsageError: it is neither a path nor (images, labels).
        DataError: there are no digits, only one of the ten, or one picture with several labels.

    """
    where = printable(expanded(data)) if isinstance(data, str | Path) else "what was given"
    found: list[_Found] = []
    skipped: list[str] = []
    models = models_without_opinion()
    labelled = list(_labelled(data))
    for done, (name, picture, label) in enumerate(labelled, start=1):
        try:
            digits = _read(name, picture, label, models)
            found += [(name, symbol, int(value)) for symbol, value in zip(digits, _digits(label), strict=True)]
        except PictureError as error:
            skipped.append(str(error))
        if progress is not None:
            progress("reading your digits", done, len(labelled))
    if not found:
        why = f"; the first: {skipped[0]}" if skipped else ""
        raise DataError(f"no picture in {where} can be learned from{why}", "bring pictures of digits")
    names, symbols, labels = zip(*_without_copies(found), strict=True)
    if len(set(labels)) == 1:
        raise DataError(
            f"all {len(labelled):,} pictures in {where} show {labels[0]}",
            "add at least one other digit: a reader that learns only one would see it everywhere",
        )
    return Examples(
        np.stack([symbol.image for symbol in symbols]),
        np.array(labels, np.int64),
        np.stack([others(symbol) for symbol in symbols]),
        names,
        tuple(skipped),
        copies=len(found) - len(names),
    )


def _without_copies(found: list[_Found]) -> Iterable[_Found]:
    """Return the digits of each picture once; raise DataError if one has several labels."""
    first: dict[bytes, _Found] = {}
    contradictions = []
    for name, symbol, label in found:
        before, _, known = first.setdefault(symbol.image.tobytes(), (name, symbol, label))
        if known != label:
            contradictions.append(f"{printable(before)} ({known}) and {printable(name)} ({label})")
    if contradictions:
        raise DataError(f"the same picture has two labels: {listed(contradictions)}", "keep the right one of each")
    return first.values()


def models_without_opinion() -> Ensemble:
    """Return what reads a page, with a digit model that thinks all digits equally probable."""
    # Several threads would read a picture of a digit no sooner, and take twice the processors' time.
    return Ensemble(
        Detector(threads=1),
        LineModel(threads=1),
        GivenModel(lambda images: np.full((len(images), CLASSES), 1 / CLASSES)),
    )


def others(symbol: Symbol) -> npt.NDArray[np.float64]:
    """Return what the page detector and the line model say of a digit that was read without the digit model: (10,)."""
    said = symbol.probabilities ** (1 / (1 - Recognition.alone))  # the digit model had its share, and said nothing
    return np.asarray(said / said.sum())


def listed(lines: list[str]) -> str:
    """Return the first few of some lines as one, and how many more there are."""
    more = f", and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return ", ".join(lines[:_SHOWN]) + more


def _labelled(data: Digits) -> Iterator[tuple[str, Picture, str]]:
    """Yield the name, the picture and the label of all that is there."""
    if not isinstance(data, str | Path):
        given = as_dataset(data)
        pairs = enumerate(zip(given.images, given.labels, strict=True))
        yield from ((f"picture {place}", 255 - image, str(label)) for place, (image, label) in pairs)
        return
    path = expanded(data)
    if path.is_dir() and holds_corrections(path):
        # Whoever corrected a picture twice meant the second.
        last = {correction.picture: (number, correction.corrected) for number, correction in Corrections(path)}
        for picture, (number, corrected) in last.items():
            if corrected is not None:
                yield f"correction {number}", picture, str(corrected)
    elif path.is_dir() or not path.exists():
        yield from ((str(picture), picture, str(label)) for label, picture in labelled_pictures(path))
    elif path.suffix.lower() in (".csv", ".tsv"):
        yield from ((row.path, Path(row.path), row.label) for row in read_labels(path) if row.digits)
    else:
        raise DataNotFoundError(f"{printable(path)} is neither a folder nor a CSV", "name a folder by class")


def _digits(label: str) -> str:
    return "".join(character for character in label if character.isdecimal())


def _read(name: str, picture: Picture, label: str, models: Ensemble) -> list[Symbol]:
    """Return the digits of a picture in the order of its label.

    PictureError says that it cannot be read, or that not as many digits are found in it as its label has.
    """
    grey = decode(picture).grey
    if len(label) == 1:
        only = only_digit(read_page(grey, models, single=True).lines, Thresholds())
        digits = [line.digits for line in only]
    else:
        digits = [line.digits for line in read_page(grey, models, single=False).lines if line.digits]
    found, wanted = [len(line) for line in digits], [len(_digits(line)) for line in label.split("\n")]
    if not sum(found):
        raise PictureError(f"{printable(name)} shows no digit", code="no_digit")
    if found != wanted:
        raise PictureError(
            f"{sum(found)} digits are found in {printable(name)}, its label has {sum(wanted)}", code="no_digit"
        )
    return [digit for line in digits for digit in line]
