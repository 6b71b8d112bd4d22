"""Training, validation and test: every picture of a data set is in exactly one of them, by a seed.

Validation is for choosing; test is for the one number at the end. So the test set never depends on the seed that a
training run chooses its validation digits with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import CLASSES, Dataset, Images, Labels, check_labelled
from inkdigits.errors import DataError

PARTS = ("train", "validation", "test")
TRAIN, VALIDATION, TEST = range(3)

# the splits that can be asked for → the parts that they are made of
SPLITS: dict[str, tuple[str, ...]] = {
    "train": ("train",),
    "validation": ("validation",),
    "train+validation": ("train", "validation"),
    "test": ("test",),
    "all": PARTS,
}

Counts = npt.NDArray[np.int64]  # (10,): how many of each digit


@dataclass(frozen=True, eq=False)
class Collection:
    """A whole data set, or as much of it as was asked for, before one split, a `Dataset`, is taken from it."""

    images: Images
    labels: Labels
    parts: npt.NDArray[np.int64]  # (N,), the place in `PARTS` of the part that each picture is in
    name: str
    source: str
    licence: str
    location: str  # where its files are
    skipped: tuple[str, ...] = ()
    attribution: str = ""  # the line that a model card carries; empty for your own pictures
    writers: npt.NDArray[np.int64] | None = None  # (N,), the number of each picture's writer, where they are known

    def __post_init__(self) -> None:
        check_labelled(self.images, self.labels, self.name)

    def select(self, split: str) -> Dataset:
        """Return one split, a key of `SPLITS`, in the order of the source; raise DataError if nothing is in it."""
        chosen = np.isin(self.parts, [PARTS.index(part) for part in SPLITS[split]])
        if not chosen.any():
            raise DataError(
                f"the {split} split of {self.name} is empty",
                "give it more pictures: three or more of a digit are divided between training, validation and test",
            )
        kept = slice(None) if chosen.all() else chosen  # a slice copies nothing
        return Dataset(
            images=self.images[kept],
            labels=self.labels[kept],
            name=self.name,
            split=split,
            source=self.source,
            licence=self.licence,
            skipped=self.skipped,
        )


def join(collections: Sequence[Collection]) -> Collection:
    """Return the pictures of several data sets one after the other as one, each in the part that it was in."""
    if len(collections) == 1:
        return collections[0]

    def all_of(name: str) -> list[Any]:
        return [getattr(collection, name) for collection in collections]

    return Collection(
        np.concatenate(all_of("images")),
        np.concatenate(all_of("labels")),
        np.concatenate(all_of("parts")),
        name=" + ".join(all_of("name")),
        source=", ".join(dict.fromkeys(all_of("source"))),
        licence=", ".join(dict.fromkeys(all_of("licence"))),
        location=", ".join(dict.fromkeys(all_of("location"))),
        skipped=tuple(line for lines in all_of("skipped") for line in lines),
    )


def stratified(labels: Labels, counts: Counts, seed: int) -> npt.NDArray[np.bool_]:
    """Draw a number of pictures of each digit, by a seed always the same; return bool (N,), true for the drawn ones."""
    # RandomState's stream is frozen, Generator's is not: a seed must mean the same split under every NumPy.
    random = np.random.RandomState(seed)
    drawn = np.zeros(len(labels), np.bool_)
    for digit in range(CLASSES):
        drawn[random.permutation(np.flatnonzero(labels == digit))[: counts[digit]]] = True
    return drawn


def divide(labels: Labels, test: Counts, validation: Counts, validation_seed: int) -> npt.NDArray[np.int64]:
    """Divide pictures that come without a test set; return int64 (N,), the place of each picture's part in `PARTS`.

    Args:
        labels: int64 (N,), each from 0 to 9.
        test: how many of each digit to test on; always the same pictures.
        validation: how many of each digit to validate on.
        validation_seed: draws the validation pictures from those that are left.

    """
    parts = np.where(stratified(labels, test, 0), TEST, TRAIN)
    rest = np.flatnonzero(parts == TRAIN)
    parts[rest[stratified(labels[rest], validation, validation_seed)]] = VALIDATION
    return parts


def proportional(labels: Labels, total: int) -> Counts:
    """Share a total of at most N among the digits as they occur, by the method of largest remainders."""
    occurring = np.bincount(labels, minlength=CLASSES)
    counts, remainders = np.divmod(occurring * total, len(labels))
    largest = np.argsort(-remainders, kind="stable")[: total - counts.sum()]
    counts[largest] += 1
    return counts


def fraction_of_each(labels: Labels, fraction: float) -> Counts:
    """Take a fraction of each digit, up to 1/3, but at least one of three or more, and none of fewer."""
    occurring = np.bincount(labels, minlength=CLASSES)
    wanted = np.maximum(np.rint(occurring * fraction).astype(np.int64), 1)
    return np.where(occurring >= 3, wanted, 0)


def draw_writers(writers: npt.ArrayLike, count: int) -> list[int]:
    """Draw the writers that are for validation from those of each digit, always the same, in ascending order."""
    # as in `stratified`, the same under every NumPy
    drawn: list[int] = np.random.RandomState(14).permutation(np.unique(writers))[:count].tolist()
    return sorted(drawn)
