"""What a line does not explain is read again, or a reason to doubt."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from inkdigits.imaging.ink import find_dark_ink
from inkdigits.line_model import LineModel, PlacedDigit
from inkdigits.recognition.look import BESIDE_A_SIGN, ReadLine
from inkdigits.recognition.overlooked import completed

Grey = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def lines() -> LineModel:
    return LineModel(threads=1)


def page() -> Grey:
    """A tall stroke at the left."""
    grey = np.full((100, 300), 255, np.uint8)
    cv2.line(grey, (40, 10), (36, 90), 0, 5)
    return grey


def line_of(*boxes: tuple[float, float, float, float]) -> ReadLine:
    digits = [PlacedDigit(1, 1, 0.99, np.full(10, 0.1, np.float32), box) for box in boxes]
    return ReadLine(digits, boxes, [0.99] * len(boxes), 0.9)


def test_a_line_that_explains_all_ink_stays_as_it_is(lines: LineModel) -> None:
    line = line_of((30, 8, 46, 92))
    assert completed(line, page(), find_dark_ink(page()), lines) is line


def test_punctuation_needs_no_explanation(lines: LineModel) -> None:
    grey = page()
    cv2.circle(grey, (70, 88), 4, 0, -1)
    cv2.line(grey, (100, 50), (160, 50), 0, 4)
    line = line_of((30, 8, 46, 92))
    assert completed(line, grey, find_dark_ink(grey), lines) is line


def test_a_digit_beside_something_tall_and_unexplained_is_doubted(lines: LineModel) -> None:
    grey = page()
    cv2.line(grey, (90, 15), (140, 85), 0, 5)
    cv2.line(grey, (140, 15), (90, 85), 0, 5)
    line = completed(line_of((30, 8, 46, 92)), grey, find_dark_ink(grey), lines)
    assert len(line.digits) == 1
    assert line.confidences == [BESIDE_A_SIGN]


def test_small_zeros_beside_a_tall_digit_are_found(lines: LineModel) -> None:
    grey = page()
    for left in (70, 110, 150):
        cv2.ellipse(grey, (left, 76), (13, 14), 0, 0, 360, 0, 4)
    line = completed(line_of((30, 8, 46, 92)), grey, find_dark_ink(grey), lines)
    assert [digit.value for digit in line.digits] == [1, 0, 0, 0]
    lefts = [box[0] for box in line.boxes]
    assert lefts == sorted(lefts)
