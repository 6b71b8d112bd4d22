"""A line is written by one hand, whichever data sets are there to write it."""

from pathlib import Path

import numpy as np
import pytest

from inkdigits.data import Dataset
from inkdigits.data.hands import Letters, Scans, Strokes
from inkdigits.imaging.line_crop import MARKS
from inkdigits.synthesis.composition import compose_line, random_text
from inkdigits.synthesis.marks import OTHER_SIGNS, write_mark
from inkdigits.synthesis.pens import random_hand
from inkdigits.synthesis.writers import Hands, SourceMix

WIDE, NARROW = 3, 7  # two people of whom one writes bars that lie, the other bars that stand


def bar(person: int) -> np.ndarray:
    """A scan, dark on light, of a bar that lies or stands."""
    image = np.full((100, 100), 255, np.uint8)
    rows, columns = (slice(45, 55), slice(10, 90)) if person == WIDE else (slice(10, 90), slice(45, 55))
    image[rows, columns] = 0
    return image


def scans(labels: list[int]) -> Scans:
    people = [person for person in (WIDE, NARROW) for _ in labels]
    return Scans(
        "made up",
        "train",
        np.stack([bar(person) for person in people]),
        np.array(2 * labels, np.int64),
        np.array(people, np.int64),
    )


def test_all_digits_of_a_writer_come_from_one_person(digits: Dataset) -> None:
    hands = Hands(digits, scans=(scans([*range(10)]),), shares=SourceMix(mnist=0, strokes=0, fonts=0, kept=1))
    seen = set()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        writer = hands.writer(rng)
        lies = {ink.shape[1] > ink.shape[0] for ink in (writer.digit(label, 40, rng) for label in range(10))}
        assert len(lies) == 1
        seen |= lies
    assert seen == {True, False}


def test_who_never_wrote_a_digit_borrows_it(digits: Dataset) -> None:
    without_zero = Strokes(
        "made up",
        "train",
        np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 0], np.int64),
        np.array([1] * 9 + [2], np.int64),
        tuple((np.array([[0.0, 0.0], [0.3, 1.0]], np.float32),) for _ in range(10)),
    )
    hands = Hands(digits, strokes=(without_zero,), shares=SourceMix(mnist=0, scans=0, fonts=0))
    rng = np.random.default_rng(0)
    for _ in range(6):
        assert hands.writer(rng).digit(0, 30, rng).max() > 0.5


def test_what_nobody_with_a_pen_wrote_is_borrowed_from_mnist(digits: Dataset) -> None:
    bar = (np.array([[0.0, 0.0], [0.3, 1.0]], np.float32),)
    from_1_to_9 = Strokes("made up", "train", np.arange(1, 10), np.ones(9, np.int64), (bar,) * 9)
    hands = Hands(digits, strokes=(from_1_to_9,), shares=SourceMix(mnist=0, scans=0, fonts=0))
    rng = np.random.default_rng(0)
    assert hands.writer(rng).digit(0, 30, rng).max() > 0.5


def test_sources_that_are_missing_leave_their_lines_to_the_others(digits: Dataset) -> None:
    hands = Hands(digits)
    assert hands.sources == (digits.name,)
    rng = np.random.default_rng(0)
    assert hands.writer(rng).digit(4, 30, rng).max() > 0.5


def test_letters_are_written_as_what_is_no_digit(digits: Dataset) -> None:
    dot = np.zeros((1, 105, 105), bool)
    dot[0, 30:70, 50:53] = True
    hands = Hands(digits, letters=Letters(dot, np.array(["made up"])), shares=SourceMix(letters=1))
    rng = np.random.default_rng(0)
    heights = [hands.writer(rng).sign(40, rng).shape for _ in range(5)]
    assert all(height > width for height, width in heights)


def test_what_is_not_on_disk_is_left_out_and_named(
    digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INKDIGITS_DATA_DIR", raising=False)
    hands = Hands.load(digits, "train", tmp_path)
    assert hands.sources == (digits.name,)
    assert "write nothing: swiss, pendigits, uji, fonts, omniglot; 'inkdigits data fetch NAME'" in hands.absent


def test_nothing_is_named_where_all_hands_are_on_disk(digits: Dataset, hands_dir: Path) -> None:
    assert Hands.load(digits, "validation", hands_dir).absent == ""


@pytest.mark.parametrize("sign", MARKS + OTHER_SIGNS)
def test_a_mark_stands_where_it_belongs(sign: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        ink, lift = write_mark(sign, 40, random_hand(rng), rng)
        assert ink.max() > 0.3
        middle = lift + ink.shape[0] / 2  # pixels above the baseline
        if sign in ".,":
            assert -20 < middle < 14
        elif sign in "-+=":
            assert 4 < middle < 34


def test_texts_have_digits_and_marks_between_them() -> None:
    rng = np.random.default_rng(0)
    texts = [random_text(6, rng) for _ in range(300)]
    assert all(sum(character.isdigit() for character in text) == 6 for text in texts)
    assert all(text[-1].isdigit() for text in texts)
    assert set("".join(texts)) == {*"0123456789", *MARKS}
    assert random_text(0, rng) == ""


def test_tall_ones_are_taller_and_the_other_digits_are_what_they_were(digits: Dataset) -> None:
    hands, heights = Hands(digits, shares=SourceMix(scans=0, strokes=0, fonts=0)), []
    for seed in range(12):
        usual = hands.writer(np.random.default_rng(seed))
        tall = usual.with_tall_ones(np.random.default_rng(seed))
        ones, sevens = (
            [writer.digit(label, 40, np.random.default_rng(seed)) for writer in (usual, tall)] for label in (1, 7)
        )
        assert np.array_equal(*sevens)
        heights.append(ones[1].shape[0] / ones[0].shape[0])
    assert min(heights) > 0.95
    assert np.mean(heights) > 1.2


def test_lines_begin_as_amounts_do_more_often_than_by_chance(digits: Dataset) -> None:
    hands, rng = Hands(digits), np.random.default_rng(0)
    written = [compose_line(hands.writer(rng), 26, rng) for _ in range(400)]
    labels = [[part.label for part in parts if part.label is not None and part.label < 10] for parts in written]
    firsts = [digits[0] for digits in labels if len(digits) > 1]
    assert 0.13 < firsts.count(1) / len(firsts) < 0.3  # a tenth by chance
