"""Whole pictures are read: through print, on slopes, in several lines; and what is not a digit is not."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from inkdigits.reading.reader import Reader
from inkdigits.samples import LABELS

Grey = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


def sample(name: str) -> Grey:
    with Image.open(LABELS.with_name(name)) as image:
        return np.asarray(image.convert("L"))


def dark(grey: Grey) -> int:
    """A level as dark as the sample's ink."""
    return int(np.percentile(grey, 2))


def test_a_printed_box_and_rules_are_not_read(reader: Reader) -> None:
    grey = sample("marker.png").copy()
    height, width = grey.shape
    ink = dark(grey)
    for y in (round(0.2 * height), round(0.9 * height)):
        cv2.line(grey, (0, y), (width, y), ink, 2)
    assert reader.read(grey, single=True).text == "2"
    framed = np.full((2 * height, 2 * width), 255, np.uint8)
    framed[height // 2 : height // 2 + height, width // 2 : width // 2 + width] = sample("marker.png")
    edges = (width // 2 - 6, height // 2 - 6), (width // 2 + width + 6, height // 2 + height + 6)
    cv2.rectangle(framed, *edges, ink, 5)
    assert reader.read(framed, single=True).text == "2"


def test_one_digit_among_much_other_writing_is_not_taken_for_the_only_one(reader: Reader) -> None:
    grey = sample("marker.png")
    alone, crowded = reader.read(grey, single=True), reader.read(np.tile(grey, (3, 4)), single=True)
    assert alone.status == "ok"
    assert crowded.status != "ok"


def test_lines_are_read_from_the_top(reader: Reader) -> None:
    grey = sample("string-407.jpg")
    reading = reader.read(np.vstack([grey, grey]))
    assert reading.text == "407\n407"
    assert [digit.line for digit in reading.digits] == [0, 0, 0, 1, 1, 1]
    tops = [digit.box[1] for digit in reading.digits]
    assert max(tops[:3]) < min(tops[3:])


@pytest.mark.parametrize("angle", [-10, 10])
def test_a_line_that_slopes_is_read(reader: Reader, angle: float) -> None:
    image = Image.fromarray(sample("string-407.jpg"))
    paper = int(np.median(np.asarray(image)))
    assert reader.read(image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=paper)).text == "407"


@pytest.mark.parametrize("scale", [0.35, 3.0])
def test_size_does_not_matter(reader: Reader, scale: float) -> None:
    image = Image.fromarray(sample("string-407.jpg"))
    size = round(image.width * scale), round(image.height * scale)
    assert reader.read(image.resize(size, Image.Resampling.LANCZOS)).text == "407"


@pytest.mark.parametrize("single", [True, False])
def test_there_is_no_digit_where_there_is_none(reader: Reader, single: bool) -> None:
    rng = np.random.default_rng(0)
    ramp = np.tile(np.linspace(90, 200, 300).astype(np.uint8), (200, 1))
    for grey in (np.zeros((64, 64), np.uint8), np.full((300, 200), 255, np.uint8), ramp):
        assert reader.read(grey, single=single).status == "no_digit"
    noise = rng.integers(0, 256, (400, 400), np.uint8)
    assert len(reader.read(noise, single=single).digits) <= 5


@pytest.mark.parametrize("seed", range(1, 4))
def test_grain_of_paper_is_not_taken_for_the_digit_that_was_asked_for(reader: Reader, seed: int) -> None:
    grain = np.clip(np.random.default_rng(seed).normal(200, 12, (900, 700)), 0, 255).astype(np.uint8)
    reading = reader.read(grain, single=True)
    assert (reading.status, reading.notes) == ("no_digit", ("no digit found",))


@pytest.mark.parametrize("shape", [(1, 1), (1, 50_000), (50_000, 1), (2, 3000), (700, 3)])
def test_thin_pictures_are_read_at_once(reader: Reader, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    for single in (True, False):
        assert reader.read(noise, single=single).status in ("no_digit", "uncertain")
