"""How sure it is as one story: ten shares of one whole, in which what was read has its confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inkdigits.results.characters import Digit


def shares(digit: Digit) -> tuple[float, ...]:
    """Return how probable each of the ten digits is here, where there may also be none.

    `digit.probabilities` say which digit it is, if it is one, and `digit.confidence` that it is one and this one: shown
    beside each other, 99 % and 17 % would contradict each other.

    Returns:
        ten shares of 0 to 1; that of what was read is its confidence, and what they lack of 1 is that of no digit.

    """
    own = digit.probabilities[digit.value]
    if own > digit.confidence:
        scale = digit.confidence / own
    elif own < 1:  # others who looked were surer than the model whose probabilities these are
        scale = (1 - digit.confidence) / (1 - own)
    else:
        scale = 0.0
    return tuple(
        digit.confidence if value == digit.value else scale * probability
        for value, probability in enumerate(digit.probabilities)
    )


def runner_up(digit: Digit) -> tuple[int, float] | None:
    """Return which other digit it may be and how probable that is; None where it is less than a hundredth."""
    probable = shares(digit)
    second = max(range(10), key=lambda value: (value != digit.value, probable[value]))
    return (second, probable[second]) if probable[second] >= 0.01 else None
