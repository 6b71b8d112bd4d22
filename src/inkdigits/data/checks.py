"""What there is to know about a data set before it is trusted: counts, checksums, duplicates, leaks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from inkdigits.data.dataset import Dataset, Images
from inkdigits.data.splits import PARTS, TEST, Collection

__all__ = ["Checks", "SplitChecks", "check"]


@dataclass(frozen=True)
class SplitChecks:
    """What is known about one split.

    Attributes:
        n: how many pictures it has.
        label_counts: how many of each digit, 0 first.
        sha256: the SHA-256 sum of its content, as `Dataset.sha256` gives it.
        duplicates: how many of its pictures equal an earlier one of the same split, byte for byte.
        value_range: the least and the greatest value of a pixel.
        writers: the numbers of those who wrote it; empty where they are not known.

    """

    n: int
    label_counts: list[int]
    sha256: str
    duplicates: int
    value_range: tuple[int, int]
    writers: list[int]


@dataclass(frozen=True)
class Checks:
    """What is known about a whole data set.

    Attributes:
        name: the data set's name.
        source: who made it, or the folder that it was read from.
        licence: under which licence it may be used.
        attribution: the line that a model card carries; empty for your own pictures.
        location: where its files are.
        splits: "train", "validation" and "test", without those that are empty.
        in_training_and_test: how many pictures of the test split equal one of the training or validation split.
        skipped: one line for each picture that could not be used.

    """

    name: str
    source: str
    licence: str
    attribution: str
    location: str
    splits: dict[str, SplitChecks]
    in_training_and_test: int
    skipped: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        return asdict(self)


def check(collection: Collection) -> Checks:
    """Look through a whole data set."""
    splits = {
        part: _check_split(collection.select(part), _writers(collection, index))
        for index, part in enumerate(PARTS)
        if (collection.parts == index).any()
    }
    for_test = collection.parts == TEST
    seen = _contents(collection.images[~for_test])
    return Checks(
        name=collection.name,
        source=collection.source,
        licence=collection.licence,
        attribution=collection.attribution,
        location=collection.location,
        splits=splits,
        in_training_and_test=sum(image.tobytes() in seen for image in collection.images[for_test]),
        skipped=collection.skipped,
    )


def _writers(collection: Collection, part: int) -> list[int]:
    """Return the numbers of those who wrote a part, in ascending order."""
    if collection.writers is None:
        return []
    numbers: list[int] = np.unique(collection.writers[collection.parts == part]).tolist()
    return numbers


def _check_split(dataset: Dataset, writers: list[int]) -> SplitChecks:
    return SplitChecks(
        n=len(dataset),
        label_counts=dataset.label_counts,
        sha256=dataset.sha256,
        duplicates=len(dataset) - len(_contents(dataset.images)),
        value_range=(int(dataset.images.min()), int(dataset.images.max())),
        writers=writers,
    )


def _contents(images: Images) -> set[bytes]:
    """Return the different pictures there are, each as its bytes."""
    return {image.tobytes() for image in images}
