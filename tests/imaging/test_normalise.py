import gzip
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from inkdigits.imaging.normalise import normalise

Ink = npt.NDArray[np.float32]

points = st.lists(st.tuples(st.integers(8, 91), st.integers(8, 91)), min_size=2, max_size=8)


def strokes(line: list[tuple[int, int]], thickness: int = 7) -> Ink:
    """A zigzag on 100×100, antialiased."""
    canvas = np.zeros((100, 100), np.uint8)
    cv2.polylines(canvas, [np.array(line, np.int32)], False, 255, thickness, cv2.LINE_AA)
    return canvas.astype(np.float32) / np.float32(255)


def test_a_digit_of_mnist_comes_out_as_it_went_in(mnist_dir: Path) -> None:
    path = mnist_dir / "mnist" / "t10k-images-idx3-ubyte.gz"
    images = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=16).reshape(-1, 28, 28)[:500]
    for image in images:
        assert np.abs(normalise(image / np.float32(255)).astype(int) - image).max() <= 1


@settings(max_examples=60)
@given(points, st.integers(1, 15))
def test_ink_fits_mnists_frame(line: list[tuple[int, int]], thickness: int) -> None:
    image = normalise(strokes(line, thickness))
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20


@settings(max_examples=60)
@given(points)
def test_the_centre_of_mass_is_in_the_middle(line: list[tuple[int, int]]) -> None:
    image = normalise(strokes(line)).astype(float)
    for axis in (0, 1):
        used = np.flatnonzero(image.any(axis=1 - axis))
        centre = np.average(np.arange(28), weights=image.sum(axis=1 - axis))
        is_stopped_by_the_frame = used[0] == 0 or used[-1] == 27
        assert abs(centre - 14) <= 0.6 or is_stopped_by_the_frame


@settings(max_examples=40)
@given(points, st.tuples(*[st.integers(0, 60)] * 4))
def test_paper_about_a_digit_changes_nothing(line: list[tuple[int, int]], margins: tuple[int, int, int, int]) -> None:
    ink = strokes(line)
    top, bottom, left, right = margins
    assert np.array_equal(normalise(np.pad(ink, ((top, bottom), (left, right)))), normalise(ink))


@settings(max_examples=40)
@given(points, st.sampled_from([2, 3, 5]))
def test_a_larger_picture_of_a_digit_is_nearly_the_same(line: list[tuple[int, int]], factor: int) -> None:
    ink = strokes(line)
    larger = np.kron(ink, np.ones((factor, factor), np.float32))
    expected, found = normalise(ink).astype(int), normalise(larger)
    # Where the centre of mass is between two pixels, a hair decides which of them it is laid on.
    moved = [np.roll(found, (down, across), (0, 1)) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    assert min(np.abs(image - expected).mean() for image in moved) < 10  # of 255; two digits differ by some 30


def test_paper_alone_is_all_zeros() -> None:
    assert not normalise(np.zeros((40, 60), np.float32)).any()


def test_one_pixel_of_ink_is_a_square() -> None:
    image = normalise(np.eye(1, dtype=np.float32))
    assert (image == 255).sum() == 400


def test_a_hair_thin_stroke_is_as_dark_as_mnists() -> None:
    image = normalise(strokes([(50, 10), (50, 90)], thickness=1))
    assert 1.0 <= image.sum() / 255 / 20 <= 3.0


def test_a_thin_line_of_one_column_stays_a_line() -> None:
    image = normalise(np.ones((400, 1), np.float32))
    assert np.count_nonzero(image.any(axis=0)) <= 3
    assert np.count_nonzero(image.any(axis=1)) == 20
