"""What is to be known of a data set before it is trusted."""

import json
from dataclasses import asdict

import numpy as np

from inkdigits.data.checks import check
from inkdigits.data.splits import TEST, TRAIN, VALIDATION, Collection


def collection(contents: list[int], parts: list[int]) -> Collection:
    """Return pictures that are each filled with one value."""
    images = np.array(contents, np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
    labels = np.arange(len(contents)) % 10
    return Collection(images, labels, np.array(parts), "some", "somebody", "none", "here", ("one is left out",))


def test_duplicates_are_counted_within_a_split_and_leaks_between_them() -> None:
    parts = [TRAIN] * 5 + [VALIDATION] * 3 + [TEST] * 4
    checks = check(collection([1, 1, 1, 2, 3, 4, 4, 1, 9, 9, 2, 4], parts))
    assert {part: found.duplicates for part, found in checks.splits.items()} == {"train": 2, "validation": 1, "test": 1}
    assert checks.in_training_and_test == 2  # the 2 of training and the 4 of validation


def test_a_clean_set_has_neither() -> None:
    checks = check(collection([1, 2, 3], [TRAIN, VALIDATION, TEST]))
    assert [found.duplicates for found in checks.splits.values()] == [0, 0, 0]
    assert checks.in_training_and_test == 0


def test_each_split_is_described_and_empty_ones_left_out() -> None:
    data = collection([5, 7, 9], [TRAIN, TRAIN, TEST])
    checks = check(data)
    assert list(checks.splits) == ["train", "test"]
    train = checks.splits["train"]
    assert (train.n, train.value_range) == (2, (5, 7))
    assert train.label_counts == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert train.sha256 == data.select("train").sha256


def test_everything_can_be_written_as_json() -> None:
    told = json.loads(json.dumps(asdict(check(collection([1, 2], [TRAIN, TEST])))))
    assert told["skipped"] == ["one is left out"]
    assert told["splits"]["test"]["n"] == 1
    assert {"name", "source", "licence", "location", "in_training_and_test"} <= set(told)
