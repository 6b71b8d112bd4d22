"""A page that lies on its side or on its head is turned; a lone digit is not."""

import cv2
import numpy as np
import pytest
from PIL import Image

from inkdigits.reading.reader import Reader
from inkdigits.samples import LABELS


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


@pytest.fixture(scope="module")
def page() -> np.ndarray:
    with Image.open(LABELS.with_name("string-407.jpg")) as image:
        grey = np.asarray(image.convert("L"))
    paper = int(np.median(grey))
    shifted = np.roll(grey, 5, axis=1)
    return np.pad(np.vstack([grey, shifted, grey]), 40, constant_values=paper)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_is_read_whichever_way_it_lies(reader: Reader, page: np.ndarray, turns: int) -> None:
    reading = reader.read(np.ascontiguousarray(np.rot90(page, turns)))
    assert reading.text == "407\n407\n407"
    assert reading.rotation == 90 * turns


def test_boxes_of_a_turned_page_are_those_of_the_picture_as_it_came(reader: Reader, page: np.ndarray) -> None:
    upright = reader.read(page).digits[0].box
    left, top, width, height = reader.read(np.ascontiguousarray(np.rot90(page, 1))).digits[0].box
    assert (width, height) == pytest.approx((upright[3], upright[2]), abs=12)
    assert left == pytest.approx(upright[1], abs=12)
    assert top == pytest.approx(page.shape[1] - upright[0] - upright[2], abs=12)


def test_a_nine_upside_down_is_not_turned(reader: Reader) -> None:
    with Image.open(LABELS.with_name("marker.png")) as image:
        grey = np.asarray(image.convert("L"))
    assert reader.read(np.ascontiguousarray(np.rot90(grey, 2))).rotation == 0


def drawn(strokes: list[tuple[float, float]], *, side: int, pen: int) -> np.ndarray:
    """Return a square picture of one stroke through points from 0 to 1."""
    grey = np.full((side, side), 235, np.uint8)
    points = (np.array(strokes) * side).astype(np.int32)
    cv2.polylines(grey, [points], isClosed=False, color=30, thickness=pen, lineType=cv2.LINE_AA)
    return grey


SEVEN = [(0.28, 0.2), (0.3, 0.1), (0.55, 0.06), (0.53, 0.95)]


@pytest.mark.parametrize("single", [True, False])
def test_what_looks_like_tiny_digits_beside_one_that_fills_the_picture_is_texture(reader: Reader, single: bool) -> None:
    page = drawn(SEVEN, side=1280, pen=42)
    for place in range(6):
        cv2.putText(page, "3", (760 + 70 * place, 900 - 90 * place), cv2.FONT_HERSHEY_DUPLEX, 1, 120, 2, cv2.LINE_AA)
    assert reader.read(page, single=single).text == "7"


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("pen", [0.02, 0.03, 0.05])
def test_a_digit_of_a_thin_pen_is_read(reader: Reader, pen: float, single: bool) -> None:
    assert reader.read(drawn(SEVEN, side=900, pen=round(900 * pen)), single=single).text == "7"
    assert reader.read(drawn([(0.48, 0.1), (0.5, 0.5), (0.49, 0.88)], side=900, pen=round(900 * pen))).text == "1"
