"""One story of how sure it is."""

import numpy as np
import pytest

from inkdigits.results.characters import Digit
from inkdigits.results.digit_shares import shares
from inkdigits.results.percent import percent


@pytest.mark.parametrize("confidence", [0.0, 0.171, 0.9, 0.999, 1.0])
def test_what_was_read_has_its_confidence_and_all_are_parts_of_one_whole(confidence: float) -> None:
    probabilities = (0.004, 0.003, *[0.0] * 5, 0.993, 0.0, 0.0)
    digit = Digit(7, confidence, probabilities, (0, 0, 9, 9), False, 0, np.zeros((28, 28), np.uint8))
    ten = shares(digit)
    assert ten[7] == confidence
    assert sum(ten) <= 1 + 1e-9
    assert ten[0] * 0.003 == pytest.approx(ten[1] * 0.004)


@pytest.mark.parametrize(
    ("probability", "whole", "tenths"),
    [(0.29, "29%", "29.0%"), (0.918, "91%", "91.8%"), (0.9997, "99%", "99.9%"), (1.0, "100%", "100.0%")],
)
def test_a_confidence_is_never_written_as_more_than_it_is(probability: float, whole: str, tenths: str) -> None:
    assert (percent(probability), percent(probability, 1)) == (whole, tenths)
