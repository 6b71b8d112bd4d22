"""A data set cannot be made of anything but digits and their labels."""

import hashlib
from typing import Any

import numpy as np
import pytest

from inkdigits.data import Dataset
from inkdigits.errors import DataCorruptError

IMAGES = np.arange(3 * 784, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28)
LABELS = np.array([7, 0, 9])


def dataset(images: Any = IMAGES, labels: Any = LABELS) -> Dataset:
    return Dataset(images, labels, "some", "train", "somebody", "none")


def test_it_counts_its_labels() -> None:
    assert len(dataset()) == 3
    assert dataset().label_counts == [1, 0, 0, 0, 0, 0, 0, 1, 0, 1]


def test_its_checksum_is_that_of_its_content() -> None:
    assert dataset().sha256 == hashlib.sha256(IMAGES.tobytes() + bytes([7, 0, 9])).hexdigest()
    assert dataset(IMAGES[::-1]).sha256 == hashlib.sha256(IMAGES[::-1].tobytes() + bytes([7, 0, 9])).hexdigest()
    assert dataset(labels=np.array([7, 0, 8])).sha256 != dataset().sha256


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (IMAGES, LABELS[:2], "some has 3 images but 2 labels"),
        (IMAGES, np.array([7, 0, 10]), "label 2 of some is 10"),
        (IMAGES, np.array([7, -1, 9]), "label 1 of some is -1"),
        (IMAGES, LABELS.astype(np.uint8), "labels of some are uint8"),
        (IMAGES, LABELS[:, None], r"labels of some are int64 \(3, 1\)"),
        (IMAGES.astype(np.float32), LABELS, "images of some are float32"),
        (IMAGES[..., None], LABELS, r"images of some are uint8 \(3, 28, 28, 1\)"),
        (IMAGES[:, :27], LABELS, r"images of some are uint8 \(3, 27, 28\)"),
    ],
)
def test_what_is_wrong_is_said_when_it_is_made(images: Any, labels: Any, said: str) -> None:
    with pytest.raises(DataCorruptError, match=said):
        dataset(images, labels)
