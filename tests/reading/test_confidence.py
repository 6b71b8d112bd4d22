"""How a symbol stands among the digits of its page."""

import numpy as np
import pytest

from inkdigits.reading.confidence import Calibration, in_context
from inkdigits.reading.symbols import Box, ReadLine, Symbol


def page(*inked: tuple[Box, int]) -> np.ndarray:
    """A page of white paper with a bar of some grey in each box."""
    grey = np.full((200, 300), 250, np.uint8)
    for (left, top, right, bottom), level in inked:
        grey[int(top) : int(bottom), int(left) + 4 : int(right) - 4] = level
    return grey


def line(*boxes: Box, symbol: int = 1) -> ReadLine:
    probabilities = np.full(10, 0.1)
    return ReadLine(tuple(Symbol(symbol, probabilities, 0.9, box, np.zeros((28, 28), np.uint8)) for box in boxes))


DIGITS: list[Box] = [(20, 20, 40, 60), (60, 20, 80, 60), (100, 20, 120, 60)]


def test_what_is_small_or_faint_among_the_pages_digits_is_so() -> None:
    small, faint = (150.0, 40.0, 160.0, 50.0), (200.0, 20.0, 220.0, 60.0)
    read, alone = in_context(
        [line(*DIGITS), line(small, faint)], page(*[(box, 50) for box in (*DIGITS, small)], (faint, 230))
    )
    assert [(symbol.size, symbol.contrast) for symbol in read.symbols] == [(1, 1)] * 3
    assert [symbol.size for symbol in alone.symbols] == [0.25, 1]
    assert [symbol.contrast for symbol in alone.symbols] == pytest.approx([1, 0.1])


def test_light_ink_on_a_dark_page_contrasts_as_well() -> None:
    (read,) = in_context([line(*DIGITS)], 255 - page(*[(box, 50) for box in DIGITS]))
    assert {symbol.contrast for symbol in read.symbols} == {1}


def test_a_mark_is_as_large_as_the_digits_of_its_line() -> None:
    marked = ReadLine((*line(*DIGITS).symbols, *line((45, 50, 50, 55), symbol=10).symbols))
    (read,) = in_context([marked], page(*[(box, 50) for box in DIGITS]))
    assert read.symbols[-1].size == 1


@pytest.mark.parametrize(
    ("box", "is_cut"), [((280, 20, 299, 60), False), ((290, 20, 310, 60), True), ((50, -20, 60, 20), True)]
)
def test_what_reaches_beyond_the_page_is_cut(box: Box, is_cut: bool) -> None:
    (read,) = in_context([line(*DIGITS, box)], page(*[(digit, 50) for digit in DIGITS]))
    assert [symbol.is_cut for symbol in read.symbols] == [False, False, False, is_cut]


def test_nothing_read_has_no_context() -> None:
    assert in_context([ReadLine(())], page()) == [ReadLine(())]


def test_the_faint_the_small_and_the_cut_are_less_sure() -> None:
    faint, small, cut = (150, 20, 170, 60), (190, 40, 200, 50), (290, 20, 310, 60)
    grey = page(*[(box, 50) for box in (*DIGITS, small)], (faint, 230))
    (read,) = in_context([line(*DIGITS, faint, small, cut)], grey)
    sure = [symbol.confidence for symbol in Calibration(size=2.0, contrast=2.0, cut=-4.0).calibrated(read).symbols]
    assert sure[:3] == pytest.approx([0.9] * 3)
    assert max(sure[3:]) < 0.6
