"""Rules and boxes go, and digits stay."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from inkdigits.imaging.printed import without_boxes, without_long_strokes, without_rules

Ink = npt.NDArray[np.float32]


def digit() -> Ink:
    return written("5", (200, 200), (70, 140), 4, 9)


def written(sign: str, size: tuple[int, int], place: tuple[int, int], scale: float, thick: int) -> Ink:
    canvas = np.zeros(size, np.uint8)
    cv2.putText(canvas, sign, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thick, cv2.LINE_AA)
    return (canvas / 255).astype(np.float32)


def kept(cleared: Ink) -> float:
    """Which share of the digit is left."""
    return float(np.minimum(cleared, digit()).sum() / digit().sum())


def added(cleared: Ink) -> float:
    """How much is left that is not the digit's, against the digit."""
    return float(np.maximum(cleared - digit(), 0).sum() / digit().sum())


def test_ink_without_print_is_returned_as_it_is() -> None:
    ink = digit()
    assert without_rules(ink) is ink
    assert without_boxes(ink) is ink


@pytest.mark.parametrize(("start", "end"), [((0, 100), (199, 100)), ((0, 95), (199, 108)), ((120, 0), (120, 199))])
@pytest.mark.parametrize("thick", [1, 3])
def test_a_rule_goes_and_the_digit_that_it_crosses_stays(
    start: tuple[int, int], end: tuple[int, int], thick: int
) -> None:
    ink = digit()
    cv2.line(ink, start, end, 1.0, thick)
    cleared = without_rules(ink)
    assert added(cleared) < 0.08
    assert kept(cleared) > 0.85


@pytest.mark.parametrize("thick", [2, 5, 9])
def test_a_box_goes(thick: int) -> None:
    ink = digit()
    cv2.rectangle(ink, (25, 20), (185, 170), 1.0, thick)
    cleared = without_boxes(ink)
    assert added(cleared) < 0.02
    assert kept(cleared) > 0.99


def test_a_box_that_the_digit_touches_goes() -> None:
    ink = digit()
    cv2.rectangle(ink, (25, 20), (150, 170), 1.0, 3)
    cleared = without_boxes(ink)
    assert added(cleared) < 0.1
    assert kept(cleared) > 0.85


def test_a_box_with_a_gap_goes() -> None:
    ink = digit()
    cv2.rectangle(ink, (25, 20), (185, 170), 1.0, 4)
    ink[160:180, 80:120] = 0
    assert added(without_boxes(ink)) < 0.02


def test_a_box_that_a_digit_crosses_goes() -> None:
    ink = np.zeros((200, 200), np.float32)
    cv2.rectangle(ink, (30, 40), (160, 150), 1.0, 4)
    cv2.line(ink, (110, 60), (90, 195), 1.0, 6)  # its stem leaves the box
    cleared = without_boxes(ink)
    assert cleared[38:43, 40:80].max() == 0
    assert cleared[170:190, 85:100].max() == 1


def test_a_nine_is_no_box() -> None:
    nine = np.zeros((43, 30), np.float32)
    cv2.ellipse(nine, (12, 12), (9, 10), 0, 0, 360, 1.0, 3)
    cv2.line(nine, (21, 10), (20, 40), 1.0, 3)
    assert without_boxes(nine) is nine


def test_the_walls_between_cells_go() -> None:
    ink = np.zeros((120, 420), np.float32)
    for place in range(4):
        cv2.rectangle(ink, (10 + 100 * place, 10), (110 + 100 * place, 110), 1.0, 3)
    assert without_boxes(ink).sum() < 0.02 * ink.sum()


@pytest.mark.parametrize("sign", "0123456789")
def test_digits_are_not_taken_for_boxes(sign: str) -> None:
    ink = written(sign, (160, 120), (10, 140), 5, 12)
    assert without_boxes(ink) is ink
    assert without_rules(ink) is ink


def test_long_strokes_go_from_a_mask() -> None:
    mask = (digit() > 0.5).astype(np.uint8)
    ruled = mask.copy()
    cv2.line(ruled, (0, 60), (199, 60), 1, 2)
    cleared = without_long_strokes(ruled, 120, 150)
    assert cleared[58:63, :60].sum() == 0
    assert (cleared & mask).sum() > 0.85 * mask.sum()
