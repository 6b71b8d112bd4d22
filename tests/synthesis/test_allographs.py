"""Forms of digits that MNIST does not have are still those digits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.imaging.normalise import normalise
from inkdigits.reading.classifier import Classifier
from inkdigits.synthesis.allographs import draw_form, random_forms
from inkdigits.synthesis.pens import random_hand, rewrite

BLANK = np.zeros((28, 28), np.uint8)


@given(seed=st.integers(0, 10_000))
def test_a_form_is_a_few_smooth_strokes_about_as_tall_as_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for label, form in enumerate(random_forms(rng)):
        if form is None:
            continue
        points = np.concatenate(draw_form(label, form, rng))
        assert np.isfinite(points).all()
        assert 0.7 < np.ptp(points[:, 1]) < 1.5
        assert np.ptp(points[:, 0]) < 1.7


def test_a_hand_keeps_to_its_forms() -> None:
    hand = replace(random_hand(np.random.default_rng(1)), forms=(0,) * 10)
    one, other = (rewrite(image, 4, 40, hand, np.random.default_rng(2)) for image in (BLANK, BLANK + 255))
    assert np.array_equal(one, other)  # whatever the picture of MNIST is


def test_home_hands_have_no_forms_and_foreign_hands_often_do() -> None:
    assert all(random_hand(np.random.default_rng(seed)).forms == (None,) * 10 for seed in range(20))
    foreign = [random_hand(np.random.default_rng(seed), foreign=1.0).forms for seed in range(20)]
    assert sum(form is not None for forms in foreign for form in forms) > 60


@pytest.mark.parametrize("label", range(10))
def test_the_digit_model_reads_the_forms(label: int) -> None:
    hands = [random_hand(np.random.default_rng(seed), foreign=1.0) for seed in range(120)]
    rngs = [np.random.default_rng(seed) for seed in range(120)]
    inks = [
        rewrite(BLANK, label, 40, hand, rng)
        for hand, rng in zip(hands, rngs, strict=True)
        if hand.forms[label] is not None
    ]
    images = np.stack([normalise(np.where(ink < 0.1, np.float32(0), ink)) for ink in inks])
    assert len(images) > 40
    assert (Classifier(threads=1).predict(images) == label).mean() > 0.8
