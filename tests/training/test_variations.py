"""Augmentation for those who want to see it."""

import numpy as np
import pytest

import inkdigits
from inkdigits.data import Dataset
from inkdigits.errors import UsageError


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return inkdigits.load_dataset("optdigits")


def test_each_copy_is_another_and_keeps_its_label(digits: Dataset) -> None:
    images, labels = inkdigits.augment(digits.images[:5], digits.labels[:5], copies=3)
    assert (images.shape, images.dtype) == ((15, 28, 28), np.uint8)
    assert labels.tolist() == digits.labels[:5].tolist() * 3
    assert len({image.tobytes() for image in images[::5]}) == 3


def test_the_seed_decides(digits: Dataset) -> None:
    drawn = [inkdigits.augment(digits.images[:5], seed=seed) for seed in (1, 1, 2)]
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()


def test_no_amount_changes_nothing(digits: Dataset) -> None:
    same = inkdigits.augment(digits.images[:5].reshape(5, 784) / 255, None, inkdigits.Augmentation())
    assert (same == digits.images[:5]).all()


def test_what_is_written_again_has_to_be_known(digits: Dataset) -> None:
    rewritten = inkdigits.Augmentation(rewritten=1.0)
    with pytest.raises(UsageError, match="give the labels"):
        inkdigits.augment(digits.images[:5], None, rewritten)
    images, _ = inkdigits.augment(digits.images[:5], digits.labels[:5], rewritten)
    assert (images != digits.images[:5]).any(axis=(1, 2)).all()
