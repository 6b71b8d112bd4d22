"""A model of one's own is the one that reads."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest

import inkdigits
from inkdigits.data import load_dataset
from inkdigits.errors import UsageError
from inkdigits.reading.ensemble import GivenModel
from inkdigits.reading.model_file import BUNDLED, find_model
from inkdigits.samples import LABELS

STRING, PAGE = LABELS.with_name("string-407.jpg"), LABELS.with_name("page.jpg")
PINNED = Path(__file__).parents[1] / "pinned" / "pages"
IMAGES = np.zeros((3, 28, 28), np.uint8)
SWAPPED = [0, 7, 2, 3, 4, 5, 6, 1, 8, 9]


def test_a_classifier_reads_in_place_of_the_bundled_one() -> None:
    bundled = inkdigits.Classifier()

    def swapped(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        return bundled.predict_proba(images)[:, SWAPPED]

    assert inkdigits.Reader().read(STRING).text == "407"
    reading = inkdigits.Reader(classifier=swapped).read(STRING)
    assert reading.text == "401"
    image = reading.digits[2].image
    assert reading.digits[2].probabilities == pytest.approx(swapped(image[None])[0], abs=1e-6)
    assert reading.digits[2].confidence <= max(reading.digits[2].probabilities)


def test_a_network_that_learned_1_and_7_swapped_reads_them_swapped(mnist_dir: Path, tmp_path: Path) -> None:
    digits = load_dataset("mnist", data_dir=mnist_dir)
    few = slice(12_000)  # with 4,000 "instant" learns nothing in its only epoch
    run = inkdigits.train("instant", (digits.images[few], np.array(SWAPPED)[digits.labels[few]]), out=tmp_path / "run")
    reader = inkdigits.Reader(run.model)
    assert reader.read(STRING).text == "401"
    assert inkdigits.Reader().read(PAGE).lines[1].text == "198530"
    assert reader.read(PAGE).lines[1].text == "798530"


def test_what_a_model_file_is_sure_of_is_accepted(tmp_path: Path) -> None:
    """The threshold in a model file is one for its own probability, which the detector's score must not drag down."""
    copy = tmp_path / "mine.onnx"
    copy.write_bytes(find_model(BUNDLED).read_bytes())
    reader = inkdigits.Reader(copy)
    assert reader.read(STRING).status == "ok"
    assert reader.read(LABELS.with_name("mouse.png"), single=True).status == "ok"


def test_marks_are_not_held_to_the_threshold_of_a_model_that_does_not_read_them(tmp_path: Path) -> None:
    strict = onnx.load(find_model(BUNDLED))
    for entry in strict.metadata_props:
        if entry.key == "inkdigits.reject_threshold":
            entry.value = "1"
    onnx.save(strict, tmp_path / "strict.onnx")
    reading = inkdigits.Reader(tmp_path / "strict.onnx").read(PINNED / "dash.png")
    assert reading.text == "12-05-1998"
    assert not any(digit.accepted for digit in reading.digits)
    assert all(mark.accepted for mark in reading.marks)


def test_without_a_threshold_of_its_own_half_is_enough() -> None:
    def sixty(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        return np.tile(np.r_[0.6, np.full(9, 0.4 / 9)], (len(images), 1))

    assert all(digit.value == 0 for digit in inkdigits.Reader(classifier=sixty).read(STRING).digits)
    strict = inkdigits.Reader(classifier=sixty, min_confidence=0.7).read(STRING)
    assert not any(digit.accepted for digit in strict.digits)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (np.zeros((3, 9)), r"gave \(3, 9\) for 3 pictures"),
        (np.full((3, 10), np.nan), "not probabilities"),
        (np.full((3, 10), -3.0), "not probabilities"),
        (np.full((3, 10), 0.5), "do not add up to 1"),
    ],
)
def test_what_is_no_probability_is_refused_in_words(said: npt.NDArray[np.float64], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        GivenModel(lambda images: said).predict_proba(IMAGES)


def test_a_model_and_a_classifier_are_one_too_many() -> None:
    with pytest.raises(UsageError, match="a model and a classifier"):
        inkdigits.Reader("bundled", classifier=lambda images: np.eye(10)[[0]])
