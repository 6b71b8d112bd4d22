"""Columns become digits, and strings have the probability that CTC gives them."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.errors import ModelFileError
from inkdigits.imaging.line_crop import BLANK, CROP_HEIGHT, FRAME_WIDTH, MARKS, NON_DIGIT
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.line_model import LineModel, decode_frames, string_probabilities
from inkdigits.reading.model_file import BUNDLED_LINES, find_model


def frames_of(best: list[int], sure: float = 0.9) -> npt.NDArray[np.float32]:
    """Columns whose best classes are given; boxes of 8×24 pixels about the column's middle."""
    frames = np.full((len(best), BLANK + 5), (1 - sure) / BLANK, np.float32)
    frames[np.arange(len(best)), best] = sure
    frames[:, BLANK + 1 :] = np.array([-4, -12, 4, 12]) / CROP_HEIGHT
    return frames


def collapsed(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(value for value, _ in itertools.groupby(path) if value != BLANK)


def test_repetitions_are_one_digit_and_a_blank_parts_two() -> None:
    digits = decode_frames(frames_of([BLANK, 1, 1, BLANK, 1, 4, BLANK]))
    assert [digit.symbol for digit in digits] == [1, 1, 4]
    assert [digit.confidence for digit in digits] == pytest.approx([0.9] * 3)
    assert digits[2].box == pytest.approx((5 * FRAME_WIDTH + 2 - 4, 8, 5 * FRAME_WIDTH + 2 + 4, 32))


def test_a_sign_is_told_from_a_digit() -> None:
    one, sign = decode_frames(frames_of([1, BLANK, NON_DIGIT]))
    assert (one.symbol, sign.symbol) == (1, NON_DIGIT)
    assert sign.confidence < 0.1


def test_a_mark_is_told_from_a_digit_and_from_a_sign() -> None:
    one, slash = decode_frames(frames_of([1, BLANK, 10 + MARKS.index("/")]))
    assert (one.symbol, slash.symbol) == (1, 10 + MARKS.index("/"))
    assert slash.confidence == pytest.approx(0.9)


def test_nothing_is_read_in_blank_columns() -> None:
    assert decode_frames(frames_of([BLANK] * 5)) == []


@given(st.integers(0, 1000))
def test_a_string_is_as_probable_as_all_its_paths_together(seed: int) -> None:
    rng = np.random.default_rng(seed)
    few = np.array([0, 1, BLANK])
    frames = np.zeros((4, BLANK + 5), np.float32)
    frames[:, few] = rng.dirichlet(np.ones(3), 4)
    sums: dict[tuple[int, ...], float] = {}
    for path in itertools.product(few.tolist(), repeat=4):
        string = collapsed(path)
        sums[string] = sums.get(string, 0.0) + float(np.prod(frames[np.arange(4), path], dtype=np.float64))
    for string, expected in sums.items():
        assert string_probabilities(frames, [string])[0] == pytest.approx(expected, abs=1e-9)


def test_strings_that_do_not_fit_are_impossible() -> None:
    assert string_probabilities(frames_of([1, 1]), [[1, 1]])[0] == 0


def test_what_stands_beside_a_band_hardly_changes_it() -> None:
    """The network sees the whole line; empty paper beside it tells it next to nothing."""
    model = LineModel(threads=1)
    band = np.random.default_rng(0).integers(0, 255, (CROP_HEIGHT, 63), np.uint8)
    wide = np.zeros((CROP_HEIGHT, 63 + 33), np.uint8)
    wide[:, :63] = band
    alone, beside = model.frames(band), model.frames(wide)
    assert alone.shape == (16, BLANK + 5)
    assert np.abs(alone[:8] - beside[:8]).max() < 0.05
    assert alone[:, : BLANK + 1].sum(axis=1) == pytest.approx(np.ones(16), abs=1e-5)


def test_the_two_kinds_of_model_file_are_not_mistaken_for_each_other() -> None:
    with pytest.raises(ModelFileError, match="no line model"):
        LineModel(find_model("bundled"))
    with pytest.raises(ModelFileError, match="no digit model"):
        Classifier(BUNDLED_LINES)
