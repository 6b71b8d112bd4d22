"""Digits that are written again are still the same digits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.data import load_dataset
from inkdigits.synthesis.pens import draw_strokes, random_hand, rewrite

DIGITS = load_dataset("optdigits", split="all")
PLAIN = replace(random_hand(np.random.default_rng(0)), pen=None, slant=0, narrowness=1, bend=0, crosses=0, upstrokes=0)


@given(seed=st.integers(0, 10_000), height=st.floats(8, 120))
def test_ink_is_cropped_finite_and_about_as_tall_as_asked(seed: int, height: float) -> None:
    rng = np.random.default_rng(seed)
    which = int(rng.integers(len(DIGITS)))
    ink = rewrite(DIGITS.images[which], int(DIGITS.labels[which]), height, random_hand(rng), rng)
    assert ink.dtype == np.float32
    assert 0 <= ink.min() <= ink.max() <= 1
    assert ink.max() > 0.1
    assert 0.4 * height < max(ink.shape) < 2.6 * height


def test_a_wider_pen_leaves_more_ink() -> None:
    def mass(pen: float) -> float:
        rng = np.random.default_rng(1)
        return float(rewrite(DIGITS.images[3], int(DIGITS.labels[3]), 40, replace(PLAIN, pen=pen), rng).sum())

    assert mass(0.04) < mass(0.08) < mass(0.16)


@pytest.mark.parametrize("label", [0, 1, 7])
def test_what_writers_add_is_ink(label: int) -> None:
    some = np.flatnonzero(DIGITS.labels == label)[:40]

    def mass(share: float) -> float:
        hand = replace(PLAIN, pen=0.06, crosses=share, upstrokes=share)
        inks = [rewrite(DIGITS.images[which], label, 40, hand, np.random.default_rng(which)) for which in some]
        return float(np.mean([ink.sum() for ink in inks]))

    assert mass(1.0) > 1.01 * mass(0.0)


def test_strokes_are_drawn_where_they_are() -> None:
    rng = np.random.default_rng(2)
    flat = draw_strokes([np.array([[0, 0.5], [1, 0.5]])], 40, PLAIN, rng)
    assert flat.shape[1] > 3 * flat.shape[0]
