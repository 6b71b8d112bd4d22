"""What there is to know about a data set before it is trusted: counts, checksums, duplicates, leaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inkdigits.data.dataset import Images
from inkdigits.data.splits import PARTS, TEST, Collection


@dataclass(frozen=True)
class SplitChecks:
    """What is known about one split."""

    n: int  # how many pictures it has
    label_counts: list[int]  # how many of each digit, 0 first
    sha256: str  # as `Dataset.sha256` gives it
    duplicates: int  # how many of its pictures equal an earlier one of the same split, byte for byte
    value_range: tuple[int, int]  # the least and the greatest value of a pixel
    writers: list[int]  # the numbers of those who wrote it, in ascending order; empty where they are not known


@dataclass(frozen=True)
class Checks:
    """What is known about a whole data set; what a `Collection` knows too is what it is there."""

    name: str
    source: str
    licence: str
    attribution: str
    location: str
    splits: dict[str, SplitChecks]  # "train", "validation" and "test", without those that are empty
    in_training_and_test: int  # how many pictures of the test split equal one of the training or validation split
    skipped: tuple[str, ...]


def check(collection: Collection) -> Checks:
    """Look through a whole data set."""
    splits = {part: _check_split(collection, part) for part in PARTS if PARTS.index(part) in collection.parts}
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


def _check_split(collection: Collection, part: str) -> SplitChecks:
    dataset, writers = collection.select(part), collection.writers
    return SplitChecks(
        n=len(dataset),
        label_counts=dataset.label_counts,
        sha256=dataset.sha256,
        duplicates=len(dataset) - len(_contents(dataset.images)),
        value_range=(int(dataset.images.min()), int(dataset.images.max())),
        writers=[] if writers is None else np.unique(writers[collection.parts == PARTS.index(part)]).tolist(),
    )


def _contents(images: Images) -> set[bytes]:
    """Return the different pictures there are, each as its bytes."""
    return {image.tobytes() for image in images}
