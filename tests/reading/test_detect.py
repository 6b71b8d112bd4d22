"""Pages are looked at from far to near, and each symbol is found once."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from inkdigits.imaging.views import CELL, NATIVE, OTHER, OUTPUTS, SMALL
from inkdigits.reading.detect import Detections, Pyramid, detect

Seen = Sequence[tuple[int, float, tuple[float, ...]]]  # symbol, score, box in pixels of the view


class Eyes:
    """A detector that says what it is told of each view, from the coarsest."""

    def __init__(self, *views: Seen) -> None:
        self.views = list(views)
        self.shapes: list[tuple[int, ...]] = []

    def cells(self, view: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        self.shapes.append(view.shape)
        height, width = (-(-side // CELL) for side in view.shape)
        cells = np.zeros((OUTPUTS, height, width), np.float32)
        for symbol, score, box in self.views.pop(0) if self.views else ():
            column, row = int((box[0] + box[2]) / 2 / CELL), int((box[1] + box[3]) / 2 / CELL)
            middle = np.array([column, row, column, row]) * CELL + CELL / 2
            cells[symbol, row, column] = score
            cells[SMALL + 1 :, row, column] = (np.array(box) - middle) / NATIVE
        return cells


def page(*rings: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
    """A white page with rings: the middle, across and down, and the height."""
    grey = np.full((400, 400), 255, np.uint8)
    for x, y, height in rings:
        cv2.ellipse(grey, (x, y), (height // 3, height // 2 - 4), 0, 0, 360, 0, 8)
    return grey


def coarsest(*box: float) -> tuple[float, ...]:
    """Where a box of the page is in the coarsest view."""
    scale = Pyramid.heights[1] / (Pyramid.largest * 400) * 0.8
    return tuple(side * scale + Pyramid.margin for side in box)


def detected(grey: npt.NDArray[np.uint8], eyes: Eyes) -> Detections:
    return detect(grey, eyes)  # type: ignore[arg-type]  # stands for a detector


def test_a_box_is_in_pixels_of_the_page() -> None:
    grey = page((200, 200, 300))
    found = detected(grey, Eyes([(0, 0.9, coarsest(100, 50, 300, 350))]))
    assert found.labels.tolist() == [0]
    assert found.boxes[0] == pytest.approx([100, 50, 300, 350], abs=1)


def test_a_page_that_is_explained_is_not_looked_at_more_closely() -> None:
    grey = page((200, 200, 300))
    box = coarsest(90, 40, 310, 360)
    plain, doubtful = Eyes([(0, 0.9, box)]), Eyes([(0, 0.3, box)])
    detected(grey, plain)
    detected(grey, doubtful)
    assert len(plain.shapes) == 1
    assert len(doubtful.shapes) > 1


def test_views_become_finer_up_to_a_bound() -> None:
    eyes = Eyes()
    detect(np.zeros((4000, 6000), np.uint8) + np.arange(6000).astype(np.uint8), eyes)  # type: ignore[arg-type]
    pixels = [height * width for height, width in eyes.shapes]
    assert pixels == sorted(pixels)
    assert 0.9 * Pyramid.most_pixels < pixels[-1] < 1.1 * Pyramid.most_pixels


def test_a_symbol_that_two_views_show_is_found_once_as_the_better_one_says() -> None:
    far = [(7, 0.6, (45.0, 45.0, 57.0, 62.0))]
    near = [(1, 0.9, tuple((side - Pyramid.margin) * 1.8 + Pyramid.margin for side in far[0][2]))]
    found = detected(page((200, 200, 100), (60, 60, 40)), Eyes([], [], far, near))
    assert found.labels.tolist() == [1]


def test_other_writing_is_no_digit() -> None:
    class Words(Eyes):
        def cells(self, view: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
            cells = super().cells(view)
            cells[OTHER] = 0.9
            return cells

    seen = [(3, 0.9, (5.0, 5.0, 21.0, 25.0))]
    assert len(detected(page((200, 200, 300)), Eyes(seen))) == 1
    assert len(detected(page((200, 200, 300)), Words(seen))) == 0


def test_a_blank_page_has_nothing() -> None:
    assert len(detected(np.full((50, 80), 255, np.uint8), Eyes())) == 0
