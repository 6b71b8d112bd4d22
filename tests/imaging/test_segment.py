import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.imaging.segment import single_glyph

Ink = npt.NDArray[np.float32]


def page(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (200, 300)) -> Ink:
    """Bars of ink, each left, top, width and height, on a page of height and width `size`."""
    ink = np.zeros(size, np.float32)
    for left, top, width, height in boxes:
        ink[top : top + height, left : left + width] = 1
    return ink


def test_a_page_without_ink_has_no_glyph() -> None:
    assert single_glyph(page()) is None


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


def test_what_goes_across_the_page_is_no_piece_of_a_digit() -> None:
    stroke, speck, edge = (140, 60, 8, 80), (20, 190, 4, 2), (0, 138, 300, 4)
    assert single_glyph(page(stroke)).in_one_piece == 640
    assert single_glyph(page(stroke, speck)).in_one_piece == 640
    assert single_glyph(page(stroke, edge)).in_one_piece == 0
