import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.segment import Glyph, find_glyphs, single_glyph

Ink = npt.NDArray[np.float32]


def page(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (200, 300)) -> Ink:
    """Bars of ink, each left, top, width and height, on a page of height and width `size`."""
    ink = np.zeros(size, np.float32)
    for left, top, width, height in boxes:
        ink[top : top + height, left : left + width] = 1
    return ink


def boxes(lines: list[list[Glyph]]) -> list[list[tuple[int, int, int, int]]]:
    return [[glyph.box for glyph in line] for line in lines]


def test_a_page_without_ink_has_no_glyph() -> None:
    assert single_glyph(page()) is None
    assert find_glyphs(page()) == []


def test_a_smudge_is_no_glyph() -> None:
    assert single_glyph(page((50, 50, 30, 60)) * np.float32(0.3)) is None


def test_a_glyph_holds_its_ink_and_its_box() -> None:
    ink = page((50, 40, 20, 90))
    ink[40, 50] = 0.25
    glyph = single_glyph(ink)
    assert glyph is not None
    assert glyph.box == (50, 40, 20, 90)
    assert np.array_equal(glyph.ink, ink[40:130, 50:70])


def test_the_flag_of_a_five_belongs_to_it() -> None:
    glyph = single_glyph(page((50, 50, 30, 60), (90, 50, 30, 6)))
    assert glyph is not None
    assert glyph.box == (50, 50, 70, 60)


def test_dashes_are_one_digit() -> None:
    glyph = single_glyph(page(*((100, 20 + 24 * dash, 8, 16) for dash in range(6))))
    assert glyph is not None
    assert glyph.box == (100, 20, 8, 136)


def test_specks_do_not_belong_to_a_digit() -> None:
    glyph = single_glyph(page((50, 50, 30, 60), (85, 100, 2, 2)))
    assert glyph is not None
    assert glyph.box == (50, 50, 30, 60)


def test_a_neighbour_cut_by_the_border_does_not_belong_to_a_digit() -> None:
    glyph = single_glyph(page((50, 50, 30, 60), (0, 40, 12, 90)))
    assert glyph is not None
    assert glyph.box == (50, 50, 30, 60)


def test_a_digit_that_touches_the_border_is_kept() -> None:
    glyph = single_glyph(page((0, 0, 60, 200), (100, 100, 8, 8)))
    assert glyph is not None
    assert glyph.box[:2] == (0, 0)


def test_a_neighbours_ink_inside_the_box_is_left_out() -> None:
    ring = np.zeros((200, 300), np.float32)
    cv2.rectangle(ring, (50, 50), (150, 150), 1.0, 8)
    ring[98:100, 98:100] = 1
    glyph = single_glyph(ring)
    assert glyph is not None
    assert glyph.ink[40:60, 40:60].sum() == 0


def test_glyphs_are_in_reading_order() -> None:
    lines = find_glyphs(
        page((200, 22, 20, 60), (20, 20, 20, 60), (100, 26, 20, 60), (30, 120, 20, 60), (90, 116, 20, 60))
    )
    assert boxes(lines) == [
        [(20, 20, 20, 60), (100, 26, 20, 60), (200, 22, 20, 60)],
        [(30, 120, 20, 60), (90, 116, 20, 60)],
    ]


def test_pieces_above_each_other_are_one_digit() -> None:
    lines = find_glyphs(page((20, 20, 30, 6), (22, 32, 25, 50), (100, 20, 20, 62)))
    assert boxes(lines) == [[(20, 20, 30, 62), (100, 20, 20, 62)]]


def test_commas_and_dashes_are_left_out() -> None:
    lines = find_glyphs(page((20, 20, 20, 60), (60, 72, 6, 14), (80, 20, 20, 60), (120, 48, 20, 5)))
    assert boxes(lines) == [[(20, 20, 20, 60), (80, 20, 20, 60)]]


def test_noise_gives_a_bounded_number_of_glyphs() -> None:
    noise = (np.random.default_rng(0).random((600, 600)) > 0.9).astype(np.float32)
    assert sum(map(len, find_glyphs(noise))) <= 1000
