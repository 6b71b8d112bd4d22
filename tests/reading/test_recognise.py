"""Numbers that stand side by side, as in the boxes of a form and the cells of a table."""

from itertools import combinations

import numpy as np
import pytest

from inkdigits.data import Dataset
from inkdigits.reading.reader import Reader
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import write_page
from inkdigits.synthesis.writers import Hands


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Return which share of the smaller of two boxes both have."""
    across, down = (min(one[at] + one[at + 2], other[at] + other[at + 2]) - max(one[at], other[at]) for at in (0, 1))
    return max(across, 0) * max(down, 0) / min(one[2] * one[3], other[2] * other[3])


@pytest.mark.parametrize(("kind", "seed"), [("form", 3), ("table", 2), ("scorecard", 2)])
def test_no_digit_is_read_by_two_numbers(reader: Reader, training_digits: Dataset, kind: str, seed: int) -> None:
    page = write_page(Hands(training_digits), LEVELS["easy"], np.random.default_rng(seed), kind=kind)
    for line in reader.read(page.grey).lines:
        doubled = [pair for pair in combinations(line.digits, 2) if overlap(pair[0].box, pair[1].box) > 0.6]
        assert doubled == []
