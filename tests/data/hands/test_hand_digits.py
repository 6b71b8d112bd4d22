"""Hands on 28×28: the same way as reading, so that a model learns from what it will see."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inkdigits.data import load_dataset
from inkdigits.data.checks import check
from inkdigits.data.hands.hand_digits import draw_strokes, single_digit
from inkdigits.data.loading import HANDS as NAMES
from inkdigits.data.loading import load_collection
from inkdigits.errors import DataError, DataNotFoundError

from .conftest import Keep, json_lines, npz


def test_a_scan_becomes_what_reading_would_see(
    keep: Keep, know: Callable[..., None], swiss_arrays: dict[str, np.ndarray]
) -> None:
    files = {"swiss.npz": npz(**swiss_arrays)}
    know("swiss", files, validation_writers=1)
    folder = keep(files)
    told: list[tuple[str, int, int]] = []
    dataset = load_dataset("swiss", "train", data_dir=folder, progress=lambda *progress: told.append(progress))
    assert (len(dataset), dataset.name, dataset.split, dataset.licence) == (30, "swiss", "train", "CC0 1.0")
    assert told[-1] == ("drawing digits", 30, 30)
    everything = load_collection("swiss", "all", data_dir=folder)
    assert everything.writers is not None
    scans = [
        swiss_arrays["images"][place]
        for place in np.flatnonzero(~np.isin(np.arange(40) // 10 + 1, everything.writers[-1]))
    ]
    for image, scan in zip(dataset.images, scans, strict=True):
        np.testing.assert_array_equal(image, single_digit(scan))


def test_a_scan_without_ink_is_left_out_and_named(
    keep: Keep, know: Callable[..., None], swiss_arrays: dict[str, np.ndarray]
) -> None:
    images = swiss_arrays["images"].copy()
    images[7] = 230
    files = {"swiss.npz": npz(**swiss_arrays | {"images": images})}
    know("swiss", files, validation_writers=1)
    collection = load_collection("swiss", "all", data_dir=keep(files))
    assert len(collection.labels) == 39
    assert len(collection.skipped) == 1
    assert "shows no ink" in collection.skipped[0]


def test_checks_name_the_writers_of_each_split_and_the_attribution(
    keep: Keep, know: Callable[..., None], pen_rows: list[dict[str, Any]]
) -> None:
    files = {"uji_v1.jsonl.gz": json_lines(*(row | {"writer": int(row["writer"][5:])} for row in pen_rows))}
    know("uji", files)
    checks = check(load_collection("uji", "all", data_dir=keep(files)))
    writers = {split: found.writers for split, found in checks.splits.items()}
    assert sorted(writers["train"] + writers["validation"]) == [1, 2, 3, 4]
    assert len(writers["validation"]) == 2
    assert "Llorens" in checks.attribution
    assert checks.attribution.count("CC BY 4.0") == 1


@pytest.mark.parametrize(("name", "split"), [("swiss", "test"), ("uji", "test"), ("hwd1000", "train")])
def test_a_split_that_is_not_there_is_named_with_those_that_are(name: str, split: str) -> None:
    with pytest.raises(DataError, match=f"{name} has no {split} split; it has: .*validation"):
        load_dataset(name, split)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_on_disk_is_not_fetched_offline(name: str) -> None:
    with pytest.raises(DataNotFoundError, match=f"{name} is not on disk"):
        load_dataset(name, "validation", offline=True)


def test_a_stroke_is_drawn_with_a_pen_of_a_tenth_of_its_height() -> None:
    ink = draw_strokes([np.array([[0, 0], [0, 1]], np.float32)])
    rows, columns = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
    assert ink.dtype == np.float32
    assert 0 <= ink.min() < ink.max() == 1
    assert len(rows) == pytest.approx(100, abs=5)
    assert ink[50].sum() == pytest.approx(10, abs=2)
    assert len(columns) < 15


def test_a_point_is_a_dot() -> None:
    assert draw_strokes([np.zeros((1, 2), np.float32)]).sum() == pytest.approx(np.pi * 5**2, rel=0.35)


def test_real_strokes_fill_mnists_box(hands_dir: Path) -> None:
    dataset = load_dataset("uji", "all", data_dir=hands_dir)
    assert len(dataset) == 198
    assert dataset.label_counts == [0] + [22] * 9
    for image in dataset.images:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        assert image.max() == 255
