"""Pictures to measure any reader on: written with MNIST's test digits, or somebody's own, with what is in them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from inkdigits.data import Dataset
from inkdigits.evaluation.labels import LabelledPicture, read_labels
from inkdigits.files import make_folder
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import KINDS, write_page
from inkdigits.synthesis.writers import Hands, SourceMix

__all__ = ["KnownPicture", "read_picture_set", "write_picture_set"]


@dataclass(frozen=True)
class KnownPicture:
    r"""A picture with its truth.

    Attributes:
        path: of the file.
        label: its digits, lines separated by "\n"; empty where there is none.
        kind: one of `KINDS`: how it is laid out, which every reader is told.
        level: how much trouble was added; of somebody's own pictures, the name of their CSV.

    """

    path: Path
    label: str
    kind: str
    level: str


def write_picture_set(folder: Path, digits: Dataset, levels: Iterable[str], count: int, seed: int) -> Path:
    """Write PNG files and a labels.csv with the columns path, label, kind and level.

    A picture depends on the seed, its level, its kind and its number alone: 10 are the first of 20.

    Args:
        folder: where; it is made if need be.
        digits: to write with.
        levels: keys of `LEVELS`.
        count: pictures of each kind at each level.
        seed: of all that is drawn at random.

    Returns:
        the path of labels.csv.

    """
    hands = Hands(digits, shares=SourceMix(foreign=0.0))
    table = make_folder(folder) / "labels.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("path", "label", "kind", "level"))
        for level in levels:
            make_folder(folder / level)
            for kind in KINDS:
                for number in range(count):
                    places = (list(LEVELS).index(level), KINDS.index(kind), number)
                    rng = np.random.default_rng((seed, *places))
                    written = write_page(hands, LEVELS[level], rng, kind=kind)
                    name = f"{level}/{kind}-{number:04d}.png"
                    Image.fromarray(written.grey).save(folder / name)
                    writer.writerow((name, "|".join(written.digits), kind, level))
    return table


def read_picture_set(labels: Path) -> Iterator[KnownPicture]:
    """Yield the pictures of a CSV: `write_picture_set`'s or somebody's own; of labels the digits alone."""
    for picture in read_labels(labels):
        digits = re.sub(r"[^0-9\n]", "", picture.label)  # what all readers are asked for
        level = picture.columns.get("level", labels.name)
        yield KnownPicture(Path(picture.path).absolute(), digits, _kind_of(picture), level)


def _kind_of(picture: LabelledPicture) -> str:
    """Return the kind that the CSV names, or else the one that the label looks like."""
    kind = picture.columns.get("kind", "")
    if kind in KINDS:
        return kind
    if not picture.label:
        return "nothing"
    if "\n" in picture.label:
        return "lines"
    return "single" if len(picture.label) == 1 else "string"
