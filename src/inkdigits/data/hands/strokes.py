"""Digits as the pen moved: JSON, one digit a line, with the points of each stroke."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from inkdigits.data.hands.catalogue import hand_called
from inkdigits.data.hands.disk import check_labels, check_sum, locate, writer_numbers
from inkdigits.data.stored_files import advised, decompress, read_bytes
from inkdigits.errors import DataCorruptError, printable, unknown_name
from inkdigits.files import sha256

Stroke: TypeAlias = npt.NDArray[np.float32]  # (P,2): x and y of each point

STROKED = ("pendigits", "uji")


@dataclass(frozen=True, eq=False)
class Strokes:
    """Digits as strokes of a pen: y runs down, a digit's top and left are at 0, and its height is 1."""

    name: str  # of the data set
    split: str
    labels: npt.NDArray[np.int64]  # (N,), each from 0 to 9
    writers: npt.NDArray[np.int64]  # (N,), the number of each digit's writer; pendigits' test writers are 31 to 44
    strokes: tuple[tuple[Stroke, ...], ...]  # of each digit, in the order of writing

    def __len__(self) -> int:
        return len(self.labels)


def load_strokes(name: str, split: str, data_dir: str | Path | None = None) -> Strokes:
    """Load one split of digits that are strokes.

    Args:
        name: "pendigits" or "uji".
        split: "train", "validation" or, of pendigits, "test".
        data_dir: where to look first; see `settings.data_dirs`.

    Errors are those of `load_scans`.

    """
    if name not in STROKED:
        raise unknown_name("data set of strokes", name, STROKED)
    hand = hand_called(name)
    hand.check_split(split)
    training, *testing = hand.files  # a file for training and validation, and one for testing, where there is one
    file = testing[0] if split == "test" else training
    path = locate(hand, file, data_dir)
    raw = read_bytes(path)
    with advised(name):
        labels, writers, strokes = _parse(raw, hand.files[file], printable(path))
    if split == "test":  # the file begins at 1 again
        writers = writers + 30  # the test writers of pendigits are numbered on from its 30 training writers
    chosen = hand.in_split(split, writers)
    kept = tuple(_to_height_one(strokes[place]) for place in np.flatnonzero(chosen))
    return Strokes(name, split, labels[chosen], writers[chosen], kept)


def _parse(
    raw: bytes, known: str, name: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[list[Stroke]]]:
    """Return labels (N,), writers (N,) and strokes as they are stored; raise DataCorruptError if anything is wrong."""
    content = decompress(raw, name)
    rows = [_row(line, f"line {number} of {name}") for number, line in enumerate(content.splitlines(), start=1)]
    if not rows:
        raise DataCorruptError(f"{name} holds no digits")
    labels = check_labels(np.array([row["label"] for row in rows]), name)
    writers = writer_numbers((row["writer"] for row in rows), name)
    check_sum(sha256(content), known, name)
    return labels, writers, [row["strokes"] for row in rows]


def _row(line: bytes, where: str) -> dict[str, Any]:
    """Return the digit on one line, its strokes as arrays."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataCorruptError(f"{where} is no JSON") from error
    for key in ("label", "writer", "strokes"):
        if not isinstance(row, dict) or key not in row:
            raise DataCorruptError(f"{where} names no {key}")
    if not isinstance(row["label"], int):
        raise DataCorruptError(f"{where} has the label {row['label']!r:.40}, which is not a digit from 0 to 9")
    return {"label": row["label"], "writer": row["writer"], "strokes": _points(row["strokes"], where)}


def _points(strokes: Any, where: str) -> list[Stroke]:
    """Return strokes as arrays; raise DataCorruptError unless each is a list of x and y."""
    try:
        arrays = [np.array(stroke, np.float32, ndmin=1) for stroke in strokes]
    except (TypeError, ValueError):
        arrays = []
    if not arrays or not all(stroke.shape == (len(stroke), 2) and np.isfinite(stroke).all() for stroke in arrays):
        raise DataCorruptError(f"{where} has strokes that are not points")
    return arrays


def _to_height_one(strokes: list[Stroke]) -> tuple[Stroke, ...]:
    """Move a digit's top left to 0 and scale it, aspect kept, to a height of 1; what has no height, to a width of 1."""
    points = np.concatenate(strokes)
    corner = points.min(axis=0)
    width, height = points.max(axis=0) - corner
    scale = np.float32(1 / (height or width or 1))
    return tuple((stroke - corner) * scale for stroke in strokes)
