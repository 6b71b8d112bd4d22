"""Bands: a line of writing, cut out level."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inkdigits.imaging.line_crop import CROP_HEIGHT, DIGIT_HEIGHT, Row, cut_line_crop, normalise_line_crop


def page(*rows: tuple[int, int, int], slope: float = 0.0, size: tuple[int, int] = (400, 700)) -> npt.NDArray[np.uint8]:
    """A white page with rows of rings: how many, the height of their middle, and their height."""
    grey = np.full(size, 255, np.uint8)
    for count, middle, height in rows:
        for place in range(count):
            x = 60 + place * round(1.1 * height)
            centre = x, round(middle + slope * (x - 60))
            cv2.ellipse(grey, centre, (height // 3, height // 2), 0, 0, 360, 0, max(2, height // 10))
    return grey


@given(arrays.arrays(np.uint8, st.tuples(st.just(CROP_HEIGHT), st.integers(1, 80))))
def test_any_band_is_normalised(grey: npt.NDArray[np.uint8]) -> None:
    band = normalise_line_crop(grey)
    assert band.shape == grey.shape
    assert band.dtype == np.uint8


def test_light_does_not_matter_to_a_band() -> None:
    grey = np.full((CROP_HEIGHT, 120), 230, np.uint8)
    cv2.putText(grey, "407", (20, 32), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 60, 3)
    shaded = (grey * np.linspace(1, 0.5, 120)).astype(np.uint8)
    assert np.abs(normalise_line_crop(grey).astype(int) - normalise_line_crop(shaded)).mean() < 12


@pytest.mark.parametrize("slope", [0.0, 0.2])
@pytest.mark.parametrize("scale", [0.3, 1.0, 6.0])
def test_a_band_is_level_and_its_digits_have_the_height_that_is_wanted(slope: float, scale: float) -> None:
    grey = page((6, 150, 60), slope=slope)
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    row = Row(30 * scale, 430 * scale, (150 - 30 * slope) * scale, slope, 60 * scale)
    band, to_page = cut_line_crop(grey, row)
    assert band.shape[0] == CROP_HEIGHT
    inked = np.flatnonzero((band < 128).any(axis=1))
    assert inked[-1] - inked[0] + 1 == pytest.approx(DIGIT_HEIGHT + 2, abs=4)
    x, y = to_page @ np.array([band.shape[1] / 2, CROP_HEIGHT / 2, 1])
    assert y == pytest.approx(row.middle + slope * (x - row.left), abs=1.5 * scale)


def test_a_row_beyond_the_border_is_still_a_band() -> None:
    band, _ = cut_line_crop(page((2, 20, 60)), Row(0, 300, 5, 0.0, 60))
    assert band.shape[0] == CROP_HEIGHT
