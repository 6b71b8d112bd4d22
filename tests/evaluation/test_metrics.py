"""Metrics and calibration: known values, and what must hold for any."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.evaluation import metrics
from inkdigits.evaluation.calibration import fit_temperature, reject_threshold


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def sampled(n: int, spread: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn with the very probabilities that they stand for."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, spread, (n, 10))
    probabilities = softmax(logits).astype(float)
    draws = random.random((n, 1))
    labels = (probabilities.cumsum(axis=1) / probabilities.sum(axis=1, keepdims=True) < draws).sum(axis=1)
    return logits.astype(np.float32), labels.clip(0, 9)


def test_wilson_gives_the_values_of_the_tables() -> None:
    assert metrics.wilson_interval(9955, 10_000) == pytest.approx((0.99398, 0.99664), abs=2e-5)
    assert metrics.wilson_interval(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert metrics.wilson_interval(0, 0) == (0, 1)


@given(st.integers(1, 100_000), st.data())
def test_wilson_holds_the_share_and_narrows_with_n(n: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(0, n))
    low, high = metrics.wilson_interval(correct, n)
    assert 0 <= low <= correct / n <= high <= 1
    wider = metrics.wilson_interval(correct, n)
    narrower = metrics.wilson_interval(4 * correct, 4 * n)
    assert narrower[1] - narrower[0] < wider[1] - wider[0]


def test_who_is_always_sure_and_right_is_calibrated_and_without_loss() -> None:
    labels = np.arange(50) % 10
    probabilities = np.eye(10, dtype=np.float32)[labels]
    assert metrics.expected_calibration_error(probabilities, labels) == 0
    assert metrics.log_loss(probabilities, labels) == 0


def test_who_is_always_sure_and_wrong_is_not() -> None:
    labels = np.arange(50) % 10
    probabilities = np.eye(10, dtype=np.float32)[(labels + 1) % 10]
    assert metrics.expected_calibration_error(probabilities, labels) == 1
    assert math.isfinite(metrics.log_loss(probabilities, labels))


def test_calibration_error_is_the_distance_of_confidence_from_accuracy() -> None:
    probabilities = np.full((100, 10), 0.2 / 9, np.float32)
    probabilities[:, 3] = 0.8
    labels = np.where(np.arange(100) < 65, 3, 4)  # right in 65 of 100
    assert metrics.expected_calibration_error(probabilities, labels) == pytest.approx(0.15, abs=1e-6)


@given(st.integers(0, 400), st.integers(0, 1000))
@settings(max_examples=30)
def test_every_digit_is_in_one_bin_and_one_cell(n: int, seed: int) -> None:
    logits, labels = sampled(n, 2, seed)
    probabilities = softmax(logits) if n else np.zeros((0, 10), np.float32)
    bins = metrics.reliability_bins(probabilities, labels) if n else []
    assert sum(entry.n for entry in bins) == n
    confusion = metrics.confusion_matrix(probabilities.argmax(axis=1), labels) if n else np.zeros((10, 10))
    assert confusion.sum() == n
    if n:
        figures = metrics.class_figures(probabilities.argmax(axis=1), labels)
        assert [entry.support for entry in figures] == confusion.sum(axis=1).tolist()


def test_rows_are_true_digits_and_columns_predicted_ones() -> None:
    confusion = metrics.confusion_matrix(np.array([7, 7, 1]), np.array([1, 7, 1]))
    assert confusion[1, 7] == 1
    assert confusion[7, 1] == 0
    seven = metrics.class_figures(np.array([7, 7, 1]), np.array([1, 7, 1]))[7]
    assert (seven.precision, seven.recall) == (0.5, 1.0)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_that_was_put_in_is_found(temperature: float) -> None:
    logits, labels = sampled(20_000, 3)
    found = fit_temperature(logits * temperature, labels)
    assert found == pytest.approx(temperature, rel=0.05)
    calibrated = softmax(logits * temperature / found)
    assert metrics.expected_calibration_error(calibrated, labels) < 0.02
    np.testing.assert_array_equal(calibrated.argmax(axis=1), logits.argmax(axis=1))


@given(st.floats(0.5, 0.999), st.integers(0, 100))
@settings(max_examples=30)
def test_the_accepted_are_right_as_often_as_wanted(wanted: float, seed: int) -> None:
    logits, labels = sampled(1000, 3, seed)
    probabilities = softmax(logits)
    threshold = reject_threshold(probabilities, labels, wanted)
    assert 0.5 <= threshold <= 1
    accepted = probabilities.max(axis=1) >= threshold
    right = (probabilities.argmax(axis=1) == labels)[accepted]
    if accepted.any() and threshold < 1:
        assert right.mean() >= wanted - 1e-9 or threshold == 0.5


def test_nothing_right_accepts_nothing() -> None:
    probabilities = np.full((5, 10), 0.05, np.float32)
    probabilities[:, 0] = 0.55
    assert reject_threshold(probabilities, np.full(5, 1)) == 1
