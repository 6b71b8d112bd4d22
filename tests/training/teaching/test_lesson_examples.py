"""What a person brings: folders, tables, corrections; copies, contradictions and pictures without a digit."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkdigits
from inkdigits.errors import DataError
from inkdigits.samples import sample_pictures
from inkdigits.service.correction_store import Corrections, KeptCorrection
from inkdigits.training.teaching.lesson_examples import gather
from tests.training.teaching.small import WriteHand


def test_one_picture_with_two_labels_is_named(write_hand: WriteHand) -> None:
    hand = write_hand({3: 3, 4: 4}, 2)
    shutil.copy(hand / "3" / "0.png", hand / "4" / "wrong.png")
    with pytest.raises(DataError, match=r"two labels: .*3/0\.png \(3\) and .*4/wrong\.png \(4\); keep the right one"):
        gather(hand)


def test_copies_count_once(write_hand: WriteHand) -> None:
    hand = write_hand({3: 3, 4: 4}, 1)
    for number in range(5):
        shutil.copy(hand / "3" / "0.png", hand / "3" / f"copy-{number}.png")
    examples = gather(hand)
    assert (len(examples), examples.copies) == (2, 5)


def test_a_picture_without_a_digit_is_left_out_and_named(write_hand: WriteHand) -> None:
    hand = write_hand({3: 3, 4: 4}, 1)
    Image.new("L", (40, 40), 255).save(hand / "3" / "blank.png")
    examples = gather(hand)
    assert len(examples) == 2
    assert "blank.png" in examples.skipped[0]


def test_strings_are_cut_into_digits() -> None:
    table = sample_pictures()[0].parent / "labels.csv"
    examples = gather(table)
    assert len(examples) > len(sample_pictures())  # some of them are strings
    assert set(examples.labels.tolist()) <= set(range(10))


def test_a_table_may_have_tabs_and_other_names(write_hand: WriteHand) -> None:
    hand = write_hand({3: 3, 4: 4}, 1)
    (hand / "labels.tsv").write_text("image\tdigit\n3\\0.png\t3\n4\\0.png\t4\n", encoding="utf-16")
    assert gather(hand / "labels.tsv").labels.tolist() == [3, 4]


def test_arrays_are_digits_too() -> None:
    digits = inkdigits.load_dataset("optdigits", "all")
    examples = gather((digits.images[:20], digits.labels[:20]))
    assert np.array_equal(examples.labels, digits.labels[:20])
    assert np.abs(examples.images.astype(int) - digits.images[:20]).mean() < 20  # brought to 28×28 as MNIST once more
    with pytest.raises(DataError, match="all 2 pictures in what was given show 0"):
        gather((digits.images[[0, 10]], digits.labels[[0, 10]]))


def test_kept_corrections_are_learned_from(write_hand: WriteHand, tmp_path: Path) -> None:
    hand = write_hand({3: 3, 4: 4, 5: 5}, 1)
    corrections = Corrections.in_folder(tmp_path / "kept")
    for digit, label in ((3, 8), (4, 4), (3, 3), (5, None)):  # the 3 was mistaken for an 8 first
        picture = io.BytesIO()
        Image.open(hand / str(digit) / "0.png").save(picture, "PNG")
        corrections.add(KeptCorrection(picture.getvalue(), 8, label, 0.5, "bundled"))
    examples = gather(tmp_path / "kept")
    assert np.array_equal(examples.labels, [3, 4])
    assert examples.names == ("correction 3", "correction 2")
