"""Pages say what is on them, of whatever kind and level, however they are turned, cut and scaled."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from inkdigits.data import Dataset
from inkdigits.imaging.line_crop import MARKS, NON_DIGIT
from inkdigits.synthesis.difficulty import LEVELS, Level
from inkdigits.synthesis.pages import KINDS, WrittenPage, scale_page, write_page
from inkdigits.synthesis.writers import Hands

# Ink that is seen plainly, at any angle: its boxes can be compared with the picture.
PLAIN = replace(LEVELS["easy"], straight=0.0, tilt=8.0, most_tilt=15.0, perspective=0.02, light=0.0, rough=0.0)
NO_DIGITS = ("words", "nothing")


@pytest.fixture(scope="module")
def hands(digits: Dataset) -> Hands:
    return Hands(digits)


def page(hands: Hands, kind: str, seed: int, level: Level = PLAIN, megapixels: float | None = 0.15) -> WrittenPage:
    return write_page(hands, level, np.random.default_rng(seed), kind=kind, megapixels=megapixels)


def said(page: WrittenPage, line: int) -> str:
    """What the items of a line say."""
    return "".join(str(label) if label < 10 else MARKS[label - 10] for label in page.labels[page.line == line])


def check(page: WrittenPage) -> None:
    """Fail unless all parts of a page's truth agree."""
    height, width = page.grey.shape
    count = len(page.labels)
    assert (page.grey.dtype, page.labels.dtype, page.line.dtype) == (np.uint8, np.int64, np.int64)
    assert (page.boxes.dtype, page.boxes.shape, page.line.shape) == (np.float32, (count, 4), (count,))
    assert (page.ignored.dtype, page.ignored.shape[1]) == (np.float32, 4)
    for left, top, right, bottom in [*page.boxes, *page.ignored]:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    assert ((page.line >= 0) == (page.labels < NON_DIGIT)).all()
    assert [said(page, line) for line in range(len(page.lines))] == [text.replace(" ", "") for text in page.lines]
    assert all(text and text == " ".join(text.split()) for text in page.lines)
    assert page.line.max(initial=-1) == len(page.lines) - 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_the_parts_of_the_truth_agree(hands: Hands, kind: str, level: str) -> None:
    for seed in range(3):
        written = page(hands, kind, seed, LEVELS[level])
        check(written)
        assert written.kind == kind
        assert (not written.lines) if kind in NO_DIGITS else len(written.lines) > 0
        assert written.grey.size == pytest.approx(150_000, rel=0.01)


@pytest.mark.parametrize("kind", ["single", "string", "lines", "columns", "notebook", "form", "scorecard"])
def test_what_is_dark_is_in_a_box_and_boxes_fit_it(hands: Hands, kind: str) -> None:
    for seed in range(4):
        written = page(hands, kind, seed, megapixels=None if kind in ("single", "string") else 0.15)
        for box in written.boxes[written.labels < 10]:
            left, top, right, bottom = np.rint(box).astype(int)
            inside = written.grey[top:bottom, left:right].astype(int)
            paper = int(np.median(written.grey[max(0, top - 3) : bottom + 3, max(0, left - 3) : right + 3]))
            inked = np.abs(inside - paper) > 0.25 * np.abs(inside - paper).max()
            assert np.abs(inside - paper).max() >= 8
            # Ink reaches each of the four edges, but for a pixel that is half covered.
            assert inked[:3].any()
            assert inked[-3:].any()
            assert inked[:, :3].any()
            assert inked[:, -3:].any()


def test_nothing_is_dark_outside_the_boxes_of_lines_on_blank_paper(hands: Hands) -> None:
    outside = []
    for seed in range(9):
        written = page(hands, "lines", seed)
        dark = np.abs(written.grey.astype(int) - int(np.median(written.grey))) > 25
        for left, top, right, bottom in np.concatenate([written.boxes, written.ignored]):
            dark[max(0, int(top) - 2) : int(bottom) + 3, max(0, int(left) - 2) : int(right) + 3] = False
        outside.append(dark.mean())
    assert np.median(outside) < 1e-4
    assert max(outside) < 0.02  # a stroke under a number is no item


def test_kinds_have_the_lines_that_they_should(hands: Hands) -> None:
    for seed in range(6):
        assert len(page(hands, "single", seed).lines[0]) == 1
        assert len(page(hands, "string", seed).lines) == 1
        boxes = page(hands, "boxes", seed).lines
        assert len(boxes) == 1
        assert boxes[0].isdigit()
        assert 4 <= len(boxes[0]) <= 12
        rows = page(hands, "sudoku", seed).lines
        assert len(rows) <= 9
        assert all(len(cell) == 1 for row in rows for cell in row.split())


def test_other_writing_and_print_have_boxes_of_their_own(hands: Hands) -> None:
    assert all((page(hands, kind, seed).labels == NON_DIGIT).any() for kind in ("words", "form") for seed in range(4))


def turned_back(page: WrittenPage) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """Turn a page clockwise until it is upright, with its boxes."""
    grey, boxes = page.grey, page.boxes
    for _ in range(page.quarter_turns):
        height = np.float32(grey.shape[0])
        grey = np.rot90(grey, -1)
        boxes = np.column_stack([height - boxes[:, 3], boxes[:, 0], height - boxes[:, 1], boxes[:, 2]])
    return grey, boxes


def test_turning_takes_the_boxes_along(hands: Hands) -> None:
    upright, turns = replace(PLAIN, straight=1.0), set()
    for seed in range(10):
        first, second = (page(hands, "table", seed, level) for level in (upright, replace(upright, turned=1.0)))
        check(second)
        turns.add(second.quarter_turns)
        grey, boxes = turned_back(second)
        assert first.quarter_turns == 0
        if grey.shape == first.grey.shape and second.lines == first.lines:  # chance took the same way
            assert np.array_equal(grey, first.grey)
            assert np.allclose(boxes, first.boxes, atol=1e-3)
        first_of_line = [boxes[second.line == line][0] for line in range(len(second.lines))]
        tops = [float(box[1]) for box in first_of_line]
        assert np.mean(np.diff(tops) > 0) > 0.8  # lines stand below each other
    assert len(turns) > 1


@pytest.mark.parametrize("factor", [0.5, 1.7])
def test_another_size_has_other_boxes(hands: Hands, factor: float) -> None:
    whole = page(hands, "lines", 3)
    scaled = scale_page(whole, factor)
    check(scaled)
    assert np.allclose(scaled.grey.shape, np.array(whole.grey.shape) * factor, atol=1)
    assert np.allclose(scaled.boxes, whole.boxes * factor, rtol=0.01, atol=0.5)
    assert scaled.lines == whole.lines


def test_a_page_is_the_same_for_the_same_seed(hands: Hands) -> None:
    one, other = (page(hands, "form", 5, LEVELS["hard"], None) for _ in range(2))
    assert np.array_equal(one.grey, other.grey)
    assert np.array_equal(one.boxes, other.boxes)


def test_all_kinds_are_drawn(hands: Hands) -> None:
    rng = np.random.default_rng(0)
    drawn = {write_page(hands, LEVELS["easy"], rng, megapixels=0.1).kind for _ in range(120)}
    assert len(drawn) >= len(KINDS) - 1


def test_pages_have_the_size_that_is_asked_for(hands: Hands) -> None:
    written = page(hands, "note", 1, LEVELS["medium"], 8.0)
    check(written)
    assert written.grey.size == pytest.approx(8e6, rel=0.01)


def test_levels_rise() -> None:
    easy, medium, hard = LEVELS.values()
    for name in (
        "paper",
        "faint",
        "neighbours",
        "crossed",
        "tilt",
        "perspective",
        "light",
        "clutter",
        "rough",
        "turned",
    ):
        assert getattr(easy, name) <= getattr(medium, name) <= getattr(hard, name)
    assert easy.smallest > medium.smallest > hard.smallest


def test_digits_leave_out_marks_and_gaps(hands: Hands) -> None:
    written = replace(page(hands, "single", 0), lines=("12.50 7", "-", "20/07"))
    assert written.digits == ("12507", "2007")
