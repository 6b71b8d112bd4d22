"""Why a digit was read as it was: by a model that is known to look at one place, and by the bundled one."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

import inkdigits
from inkdigits.data import Dataset
from inkdigits.errors import UsageError
from inkdigits.results.characters import Digit
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import Line

SPOT = (slice(4, 7), slice(20, 23))


def by_one_spot(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """A 4 where there is ink in one spot, else a 9, and a little of all others."""
    ink = images[:, *SPOT].mean(axis=(1, 2)) / 255
    probabilities = np.full((len(images), 10), 0.01)
    probabilities[:, 4] = 0.05 + 0.82 * ink
    probabilities[:, 9] = 0.05 + 0.82 * (1 - ink)
    return probabilities


def read(image: npt.NDArray[np.uint8], value: int) -> Reading:
    digit = Digit(value, 0.9, (0.1,) * 10, (0, 0, 28, 28), True, 0, image)
    return Reading("digit.png", (Line((digit,)),))


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return inkdigits.load_dataset("optdigits", "test")


@pytest.fixture
def inked() -> npt.NDArray[np.uint8]:
    image = np.zeros((28, 28), np.uint8)
    image[5:24, 8:10] = 255
    image[SPOT] = 255
    return image


def test_it_shows_where_the_model_looked(inked: npt.NDArray[np.uint8], digits: Dataset) -> None:
    explanation = read(inked, 4).explain(0, classifier=by_one_spot, data=digits)
    row, column = np.unravel_index(explanation.importance.argmax(), (28, 28))
    assert (row, column) == (5, 21)
    assert explanation.importance[15, 8] == pytest.approx(0)
    assert explanation.probabilities[4] == pytest.approx(0.87)


def test_it_shows_what_would_make_it_the_runner_up(inked: npt.NDArray[np.uint8], digits: Dataset) -> None:
    explanation = read(inked, 4).explain(0, classifier=by_one_spot, data=digits)
    assert explanation.runner_up == 9
    assert explanation.changed is not None
    assert by_one_spot(explanation.changed[None])[0].argmax() == 9
    changed = explanation.changed != inked
    assert 0 < changed.sum() <= 9
    assert not changed[:3].any()
    assert not changed[8:].any()


def test_a_model_that_was_outvoted_is_said_to_be(inked: npt.NDArray[np.uint8], digits: Dataset) -> None:
    explanation = read(inked, 9).explain(0, classifier=by_one_spot, data=digits)
    assert explanation.disagrees
    assert (explanation.runner_up, explanation.value) == (4, 9)
    np.testing.assert_array_equal(explanation.changed, inked)
    assert "the digit model alone reads 4" in str(explanation)
    assert explanation._repr_png_()[1:4] == b"PNG"


def test_what_nothing_changes_is_said(inked: npt.NDArray[np.uint8], digits: Dataset) -> None:
    always = np.array([[0.0, 0, 0, 0, 0.9, 0.1, 0, 0, 0, 0]])
    explanation = read(inked, 4).explain(0, classifier=lambda images: always.repeat(len(images), 0), data=digits)
    assert explanation.changed is None
    assert np.allclose(explanation.importance, 0)
    assert "no small change makes it 5" in str(explanation)
    assert explanation._repr_png_()[1:4] == b"PNG"


def test_the_nearest_training_digits_are_near(digits: Dataset) -> None:
    explanation = read(digits.images[7], int(digits.labels[7])).explain(data=digits, neighbours=5)
    np.testing.assert_array_equal(explanation.neighbours[0], digits.images[7])
    assert explanation.neighbour_labels[0] == digits.labels[7]
    assert len(explanation.neighbours) == 5
    assert "5 nearest training digits are 0" in str(explanation)
    alone = replace(explanation, value=8, neighbour_labels=np.array([8, 0, 0, 0, 0]))
    assert "1 of the 5 nearest training digits is an 8" in str(alone)
    assert len([axis for axis in explanation.plot().axes if axis.get_xlabel()]) == 5


def test_without_mnist_there_are_no_neighbours(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("INKDIGITS_DATA_DIR", str(tmp_path_factory.mktemp("empty")))
    explanation = read(digits.images[7], int(digits.labels[7])).explain()
    assert len(explanation.neighbours) == 0
    assert explanation._repr_png_()[1:4] == b"PNG"


def test_no_digits_to_look_in_are_no_neighbours(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inkdigits.evaluation.explain.load_dataset", lambda *_, **__: digits)
    none = replace(digits, images=digits.images[:0], labels=digits.labels[:0])
    assert len(read(digits.images[7], int(digits.labels[7])).explain(data=none).neighbours) == 0


def test_a_digit_that_is_not_there_is_said(inked: npt.NDArray[np.uint8]) -> None:
    with pytest.raises(UsageError, match="has 1 digits, and no number 1; count from 0"):
        read(inked, 4).explain(1)
