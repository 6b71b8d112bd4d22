"""A page that lies on its side or on its head is turned; a lone digit is not."""

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
