"""Symbols become lines: sloping, in columns, in tables, with marks and gaps."""

import numpy as np
import pytest

from inkdigits.reading.detect import Detections
from inkdigits.reading.group import group

SYMBOLS = "0123456789.,/-:+"
Placed = tuple[str, float, float, float]  # the symbol, its middle across and down, and its height


def detections(*symbols: Placed) -> Detections:
    scores = np.zeros((len(symbols), len(SYMBOLS)), np.float32)
    boxes = np.zeros((len(symbols), 4), np.float32)
    for place, (symbol, x, y, height) in enumerate(symbols):
        scores[place, SYMBOLS.index(symbol)] = 0.9
        boxes[place] = x - 0.3 * height, y - height / 2, x + 0.3 * height, y + height / 2
    return Detections(scores, boxes, np.zeros((1, 1), np.float32))


def texts(*symbols: Placed) -> list[str]:
    found = detections(*symbols)
    return [
        "".join(
            (" " if place in line.gaps else "") + SYMBOLS[found.labels[symbol]]
            for place, symbol in enumerate(line.symbols)
        )
        for line in group(found)
    ]


def number(text: str, x: float, y: float, height: float = 20, *, step: float = 0.8, slope: float = 0.0) -> list[Placed]:
    return [(one, x + i * step * height, y + slope * i * step * height, height) for i, one in enumerate(text)]


def test_lines_are_read_from_the_top_and_each_from_the_left() -> None:
    assert texts(*number("407", 200, 80), *reversed(number("12", 50, 20))) == ["12", "407"]


@pytest.mark.parametrize("slope", [-0.25, -0.1, 0.1, 0.25])
def test_lines_that_slope_stay_apart(slope: float) -> None:
    rows = [one for row in range(4) for one in number("1234567890", 100, 100 + 32 * row, slope=slope)]
    assert texts(*rows) == ["1234567890"] * 4


def test_lines_that_fan_out_as_a_camera_held_aslant_sees_them_stay_apart() -> None:
    rows = [one for row in range(6) for one in number("1357924680", 100, 100 + 60 * row, slope=0.04 * row, step=1.6)]
    assert [text.replace(" ", "") for text in texts(*rows)] == ["1357924680"] * 6


def test_a_row_of_a_table_is_a_line_and_its_numbers_stand_apart() -> None:
    cells = [*number("12", 50, 20), *number("7", 200, 20), *number("30", 350, 22)]
    assert texts(*cells) == ["12 7 30"]


def test_the_digits_in_a_row_of_boxes_are_one_number() -> None:
    assert texts(*number("048127", 50, 20, step=1.5)) == ["048127"]


def test_marks_belong_to_the_number_about_them() -> None:
    row = [*number("12", 50, 20), (".", 80, 28, 4), *number("50", 96, 20)]
    assert texts(*row) == ["12.50"]


def test_a_mark_without_a_digit_near_it_is_left_out() -> None:
    assert texts(*number("12", 50, 20), ("-", 50, 200, 4)) == ["12"]


def test_a_first_digit_twice_as_tall_belongs_to_its_number() -> None:
    assert texts(("7", 50, 40, 45), *number("123", 80, 44)) == ["7123"]


def test_small_print_beside_a_large_digit_is_a_line_of_its_own() -> None:
    assert sorted(texts(("7", 50, 40, 80), *number("123", 90, 40, height=12))) == ["123", "7"]


def test_nothing_detected_is_no_line() -> None:
    assert group(detections()) == []
    assert group(detections(("-", 20, 20, 4))) == []
