"""How cost and shares of time are reckoned."""

from collections import Counter

import pytest
from peak import shares
from scaling import exponent


def rows(work: str, costs: dict[int, float]) -> list[dict[str, object]]:
    return [
        {"work": work, "factor": factor, "pictures": 1000 * factor, "once_seconds": 0.0, "microseconds_a_picture": cost}
        for factor, cost in costs.items()
    ]


def test_the_same_cost_for_each_picture_is_linear() -> None:
    assert exponent(rows("reading", {1: 7.0, 10: 7.0, 100: 7.0})) == pytest.approx(1)


def test_four_times_the_cost_for_twice_the_width_is_quadratic() -> None:
    assert exponent(rows("training, width", {1: 1.0, 2: 4.0, 4: 16.0})) == pytest.approx(2)


def test_shares_add_up_and_begin_with_the_largest() -> None:
    found = shares(Counter({"aten::convolution_backward": 60, "aten::mkldnn_convolution": 20, "aten::view": 20}))
    assert found == {"convolutions": 0.8, "the rest": 0.2}
