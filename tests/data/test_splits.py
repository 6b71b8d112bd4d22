"""Every picture is in exactly one part; the parts hold each digit as often as the whole does."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.data.splits import (
    SPLITS,
    TEST,
    TRAIN,
    VALIDATION,
    Collection,
    divide,
    fraction_of_each,
    proportional,
    stratified,
)
from inkdigits.errors import DataCorruptError, DataError

LABELS = st.lists(st.integers(0, 9), min_size=1, max_size=200).map(np.array)
SEEDS = st.integers(0, 2**32 - 1)


def collection(parts: list[int]) -> Collection:
    n = len(parts)
    images = np.arange(n, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
    return Collection(
        images, np.arange(n) % 10, np.array(parts), "some", "somebody", "none", "here", ("a skipped one",)
    )


@given(LABELS, st.data())
def test_a_total_is_shared_as_the_digits_occur(labels: np.ndarray, data: st.DataObject) -> None:
    total = data.draw(st.integers(0, len(labels)))
    counts, occurring = proportional(labels, total), np.bincount(labels, minlength=10)
    assert counts.sum() == total
    assert (counts <= occurring).all()
    assert (np.abs(counts - occurring * total / len(labels)) < 1).all()


@given(LABELS, SEEDS, st.data())
def test_exactly_as_many_of_each_digit_are_drawn(labels: np.ndarray, seed: int, data: st.DataObject) -> None:
    counts = proportional(labels, data.draw(st.integers(0, len(labels))))
    drawn = stratified(labels, counts, seed)
    np.testing.assert_array_equal(np.bincount(labels[drawn], minlength=10), counts)
    np.testing.assert_array_equal(stratified(labels, counts, seed), drawn)


@given(LABELS, SEEDS)
def test_the_test_part_never_depends_on_the_seed(labels: np.ndarray, seed: int) -> None:
    counts = fraction_of_each(labels, 0.1)
    parts = divide(labels, counts, counts, seed)
    np.testing.assert_array_equal(parts == TEST, divide(labels, counts, counts, 0) == TEST)
    for part in (VALIDATION, TEST):
        np.testing.assert_array_equal(np.bincount(labels[parts == part], minlength=10), counts)
    assert set(labels[parts == TRAIN]) == set(labels)


def test_a_fraction_is_at_least_one_of_three_and_none_of_fewer() -> None:
    labels = np.repeat(np.arange(5), [1, 2, 3, 14, 100])
    assert fraction_of_each(labels, 0.1).tolist() == [0, 0, 1, 1, 10, 0, 0, 0, 0, 0]


def test_another_seed_draws_others() -> None:
    labels = np.arange(1000) % 10
    counts = proportional(labels, 100)
    assert (stratified(labels, counts, 0) != stratified(labels, counts, 1)).any()


def test_a_seed_draws_the_same_under_every_numpy() -> None:
    labels = np.arange(40) % 10
    drawn = np.flatnonzero(stratified(labels, proportional(labels, 10), seed=3))
    assert drawn.tolist() == [3, 11, 17, 19, 24, 26, 30, 32, 35, 38]


def test_a_split_is_the_parts_that_it_is_made_of_in_their_order() -> None:
    parts = [TRAIN, TEST, VALIDATION, TRAIN, TEST]
    places = {"train": [0, 3], "validation": [2], "train+validation": [0, 2, 3], "test": [1, 4], "all": [0, 1, 2, 3, 4]}
    assert set(places) == set(SPLITS)
    for split, expected in places.items():
        dataset = collection(parts).select(split)
        assert dataset.images[:, 0, 0].tolist() == expected
        assert dataset.labels.tolist() == expected
        assert (dataset.name, dataset.split, dataset.skipped) == ("some", split, ("a skipped one",))


def test_an_empty_split_says_what_to_do() -> None:
    with pytest.raises(DataError, match="the validation split of some is empty; give it more pictures"):
        collection([TRAIN, TEST]).select("validation")


def test_a_collection_is_checked_when_it_is_made() -> None:
    with pytest.raises(DataCorruptError, match="some has 2 images but 1 labels"):
        replace(collection([TRAIN, TEST]), labels=np.array([1]))
