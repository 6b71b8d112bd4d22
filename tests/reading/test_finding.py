"""Two opinions of a digit, taken together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.reading.finding import Finding, agreed

opinions = st.lists(st.floats(0, 1), min_size=10, max_size=10).map(np.array).filter(lambda values: values.sum() > 0.01)


@given(opinions, opinions, st.floats(0, 1))
def test_what_two_opinions_come_to_adds_up_to_one(one: np.ndarray, other: np.ndarray, weight: float) -> None:
    pool = agreed(one / one.sum(), other / other.sum(), weight)
    assert pool.sum() == pytest.approx(1)
    assert (pool >= 0).all()


@given(opinions)
def test_the_same_opinion_twice_stays_what_it_is(one: np.ndarray) -> None:
    probabilities = one / one.sum()
    assert agreed(probabilities, probabilities) == pytest.approx(probabilities, abs=1e-5)


def test_a_doubt_of_either_one_counts() -> None:
    sure, unsure = np.full(10, 0.001), np.full(10, 0.001)
    sure[3], unsure[3], unsure[5] = 0.991, 0.5, 0.492
    pool = agreed(sure, unsure)
    assert 0.9 < pool[3] < 0.991
    assert agreed(unsure, unsure)[3] < pool[3]


def test_a_digit_that_may_not_be_there_is_less_sure() -> None:
    probabilities = np.eye(10)[4]
    finding = Finding(probabilities, 0.5, (0, 0, 1, 1), np.zeros((28, 28), np.uint8))
    assert (finding.value, finding.confidence) == (4, 0.5)
