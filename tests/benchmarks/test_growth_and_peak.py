"""How cost and shares of time are reckoned."""

from collections import Counter

import pytest
from growth import exponent
from peak import kind_of, shares


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
    assert shares(Counter({"loading": 20, "convolution": 60, "rest": 20})) == {
        "convolution": 0.6,
        "loading": 0.2,
        "rest": 0.2,
    }


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["aten::convolution_backward", "autograd::engine::evaluate_function: ConvolutionBackward0"], "convolution"),
        (["aten::mm", "Optimizer.step#Muon.step"], "optimiser"),
        (["aten::copy_", "aten::_to_copy"], "rest"),
        (["Conv", "8.BatchNormalization_bn_nchwc_kernel_time"], "normalisation"),
    ],
)
def test_an_operator_is_for_what_its_caller_is_for(names: list[str], kind: str) -> None:
    assert kind_of(names) == kind
