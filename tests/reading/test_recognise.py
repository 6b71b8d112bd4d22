"""Numbers that stand side by side, as in the boxes of a form and the cells of a table; models that nearly agree."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from inkdigits.data import Dataset
from inkdigits.reading.detector import Detector
from inkdigits.reading.line_model import LineModel
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


def test_a_reading_does_not_hang_on_the_last_bits_of_a_processors_arithmetic(
    reader: Reader, training_digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [
        write_page(Hands(training_digits), LEVELS["medium"], np.random.default_rng(seed), kind="string").grey
        for seed in range(12)
    ]
    rng = np.random.default_rng(0)

    def noisy(ask: Callable[..., npt.NDArray[np.float32]]) -> Callable[..., npt.NDArray[np.float32]]:
        def noise(*asked: Any) -> npt.NDArray[np.float32]:
            said = ask(*asked)
            return said * (1 + rng.normal(0, 1e-6, said.shape)).astype(np.float32)

        return noise

    plain = [reader.read(page) for page in pages]
    monkeypatch.setattr(Detector, "cells", noisy(Detector.cells))
    monkeypatch.setattr(LineModel, "frames", noisy(LineModel.frames))
    for one, other in zip(plain, map(reader.read, pages), strict=True):
        assert one.text == other.text
        before, after = ([read.confidence for read in reading.characters] for reading in (one, other))
        assert before == pytest.approx(after, abs=0.03)  # a box may be a pixel larger
