"""Pictures that are always the same, kind by kind, and how many of them were read right so far.

A kind is a line in `_ALL`: its name, and what yields its pictures. `scripts/write_pins.py` then writes its floor. Where
a picture takes a second to read, every other one is a kind of its own, which is read with `--long` alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypedDict

import cv2
import numpy as np

from inkdigits.data import Dataset, load_dataset
from inkdigits.evaluation.judgement import Judgement
from inkdigits.evaluation.labels import LabelledPicture, leave_out, read_labels
from inkdigits.pictures.decode import Picture
from inkdigits.reading.reader import Reader
from inkdigits.samples import LABELS
from inkdigits.synthesis import pages as synthesis
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.writers import Hands, SourceMix

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"


class MissingDataError(Exception):
    """The pictures of a kind are made of what is not on this machine."""


class Pinned(NamedTuple):
    """A picture to read, and what is written on it."""

    name: str
    labelled: LabelledPicture
    picture: Picture
    single: bool = False


class Floor(TypedDict):
    """How many pictures of a kind were read right, how many lines of their labels, and which pictures were not."""

    pictures: int
    lines: int
    wrong: list[str]


def made_up(kind: str, count: int) -> Iterator[Pinned]:
    """Yield pictures of validation digits, the level of trouble rising from picture to picture and beginning again."""
    hands = Hands(_validation_digits(), shares=SourceMix(foreign=0.0))
    for seed in range(count):
        level = [*LEVELS.values()][seed % len(LEVELS)]
        made = synthesis.write_page(hands, level, np.random.default_rng(seed), kind=kind)
        name = f"{kind}-{seed}"
        labelled = LabelledPicture(name, "\n".join(made.lines), {})
        yield Pinned(name, labelled, made.grey, single=kind in ("single", "nothing"))


def tight(count: int) -> Iterator[Pinned]:
    """Yield validation digits cut out so that they touch all sides of the picture."""
    digits = _validation_digits()
    for place in range(count):
        left, top, width, height = cv2.boundingRect(digits.images[place])
        labelled = LabelledPicture(str(place), str(digits.labels[place]), {})
        yield Pinned(str(place), labelled, digits.images[place, top : top + height, left : left + width])


def on_disk(labels: Path) -> Iterator[Pinned]:
    """Yield all pictures of a table of labels."""
    for row in read_labels(labels):
        yield Pinned(Path(row.path).name, row, Path(row.path))


def real(table: str, count: int, *without: str, single: bool = False) -> Iterator[Pinned]:
    """Yield some of the real pictures, drawn by a fixed seed; a name is the place in the table."""
    labels = _data() / "real" / table
    if not labels.exists():
        raise MissingDataError(f"INKDIGITS_DATA_DIR has no real/{table}")
    rows = leave_out(read_labels(labels), without)
    for place in sorted(np.random.default_rng(0).permutation(len(rows))[:count].tolist()):
        yield Pinned(str(place), rows[place], rows[place].path, single)


Pictures = Callable[[], Iterator[Pinned]]
TIGHT = ("single", "string", "boxes", "cheque")  # whole pages take longer, and hold more lines
_ALL: dict[str, Pictures] = {
    **{f"made-up {kind}": partial(made_up, kind, 24 if kind in TIGHT else 12) for kind in synthesis.KINDS},
    "tight digits": partial(tight, 60),
    "samples": partial(on_disk, LABELS),
    "pages": partial(on_disk, HERE / "pages" / "labels.csv"),
    "real digits": partial(real, "digits.csv", 60, "note=ambiguous", single=True),
    "real digits, as pages": partial(real, "digits.csv", 120, "note=ambiguous"),
    "real strings": partial(real, "strings.csv", 40, "note=ambiguous"),
    "real non-digits": partial(real, "not_digits.csv", 40, "lookalike", single=True),
    "real sudokus": partial(real, "sudoku/labels.csv", 8),
}
_LARGE = [f"made-up {kind}" for kind in synthesis.KINDS if kind not in ("single", "string", "cheque")]
_LARGE += ["pages", "real sudokus"]


def _half(pictures: Pictures, begin: int) -> Iterator[Pinned]:
    return islice(pictures(), begin, None, 2)


MORE: dict[str, Pictures] = {f"{kind}, more": partial(_half, _ALL[kind], 1) for kind in _LARGE}
KINDS = _ALL | {kind: partial(_half, _ALL[kind], 0) for kind in _LARGE} | MORE


def judge(reader: Reader, kind: str) -> dict[str, Judgement]:
    """Read the pictures of a kind.

    Returns:
        each reading beside its label, by the picture's name.

    Raises:
        MissingDataError: what they are made of is not on this machine.

    """
    return {
        pinned.name: Judgement(pinned.labelled, reader.read(pinned.picture, single=pinned.single))
        for pinned in KINDS[kind]()
    }


def count(judgements: dict[str, Judgement]) -> Floor:
    """Count what was read right."""
    wrong = [name for name, judgement in judgements.items() if not judgement.exact]
    lines = sum(judgement.exact_lines for judgement in judgements.values())
    return {"pictures": len(judgements) - len(wrong), "lines": lines, "wrong": wrong}


def is_lower(found: Floor, floor: Floor) -> bool:
    """Say whether less was read right than before."""
    return found["pictures"] < floor["pictures"] or found["lines"] < floor["lines"]


def changes(judgements: dict[str, Judgement], floor: Floor) -> str:
    """Say which pictures are read wrong that were not, and the other way round, a line each."""
    lost = [judgement for name, judgement in judgements.items() if not judgement.exact and name not in floor["wrong"]]
    won = [name for name in floor["wrong"] if name in judgements and judgements[name].exact]
    said = [f"wrong now: {one.picture.path}: {one.text!r} instead of {one.picture.label!r}" for one in lost]
    return "\n".join(said + [f"right now: {judgements[name].picture.path}" for name in won])


def read_floors() -> dict[str, Floor]:
    """Return the floors by kind."""
    floors: dict[str, Floor] = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    return floors


@cache
def _validation_digits() -> Dataset:
    return load_dataset("mnist", "validation", data_dir=_data(), offline=True)


def _data() -> Path:
    folder = Path(os.environ.get("INKDIGITS_DATA_DIR", ""))
    if not (folder / "mnist").is_dir():
        raise MissingDataError("set INKDIGITS_DATA_DIR to the folder that holds mnist/ and real/")
    return folder
