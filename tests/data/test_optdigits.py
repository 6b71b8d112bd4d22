"""scikit-learn's digits, redrawn as MNIST draws."""

import numpy as np
import pytest

from inkdigits.data.optdigits import load_optdigits
from inkdigits.data.splits import TEST, Collection


@pytest.fixture(scope="module")
def digits() -> Collection:
    return load_optdigits()


def test_there_are_all_of_them_in_three_splits(digits: Collection) -> None:
    sizes = [len(digits.select(split)) for split in ("train", "validation", "test", "all")]
    assert sizes == [1257, 180, 360, 1797]
    assert digits.select("all").label_counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_no_picture_is_in_two_splits(digits: Collection) -> None:
    contents = [{image.tobytes() for image in digits.select(part).images} for part in ("train", "validation", "test")]
    assert [len(content) for content in contents] == [1257, 180, 360]
    assert len(set.union(*contents)) == 1797


def test_they_lie_on_their_canvas_as_mnist_lies_on_its_own(digits: Collection) -> None:
    images = digits.images.astype(float)
    np.testing.assert_array_equal(images.max(axis=(1, 2)), 255)
    rows, columns = np.indices((28, 28))
    mass = images.sum(axis=(1, 2))
    for places, extent in ((rows, images.any(axis=2)), (columns, images.any(axis=1))):
        assert np.abs((images * places).sum(axis=(1, 2)) / mass - 14).max() < 1
        assert extent.sum(axis=1).max() <= 20


def test_a_seed_draws_the_validation_digits_alone(digits: Collection) -> None:
    other = load_optdigits(validation_seed=7)
    np.testing.assert_array_equal(other.images, digits.images)
    np.testing.assert_array_equal(other.parts == TEST, digits.parts == TEST)
    assert other.select("validation").sha256 != digits.select("validation").sha256
