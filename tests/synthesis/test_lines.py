"""Lines and pictures say what is on them."""

import numpy as np
import pytest

from inkdigits.data import Dataset
from inkdigits.imaging.line_crop import CROP_HEIGHT
from inkdigits.synthesis.clutter import random_sign
from inkdigits.synthesis.lines import write_line
from inkdigits.synthesis.papers import expose, random_paper
from inkdigits.synthesis.pens import random_hand
from inkdigits.synthesis.writers import Hands


@pytest.mark.parametrize("seed", range(40))
def test_every_digit_of_a_line_has_its_box_on_the_band(digits: Dataset, seed: int) -> None:
    line = write_line(Hands(digits), np.random.default_rng(seed))
    assert line.grey.dtype == np.uint8
    assert line.grey.shape[0] == CROP_HEIGHT
    assert line.boxes.shape == (len(line.labels), 4)
    left, top, right, bottom = line.boxes.T
    assert (left < right).all()
    assert (top < bottom).all()
    assert (left >= 0).all()
    assert (right <= line.grey.shape[1]).all()
    middles = left + right
    assert (np.diff(middles) >= 0).all()


def test_a_line_is_the_same_for_the_same_seed(digits: Dataset) -> None:
    one, other = (write_line(Hands(digits), np.random.default_rng(5)) for _ in range(2))
    assert (one.grey == other.grey).all()
    assert (one.labels == other.labels).all()


def test_lines_without_digits_occur(digits: Dataset) -> None:
    lines = [write_line(Hands(digits), np.random.default_rng(seed)) for seed in range(80)]
    without = [line for line in lines if not (line.labels < 10).any()]
    assert 5 < len(without) < 30
    assert any(len(line.labels) for line in without)  # what is written there is no digit


def test_signs_and_papers_vary() -> None:
    rng = np.random.default_rng(0)
    shapes = {random_sign(30, random_hand(rng), rng).shape for _ in range(30)}
    assert len(shapes) > 10
    papers = [expose(random_paper(40, 90, rng), rng) for _ in range(20)]
    assert len({int(paper.mean()) for paper in papers}) > 5
