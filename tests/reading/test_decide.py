"""What is accepted, and what is said of the rest."""

from dataclasses import replace

import numpy as np
import pytest

from inkdigits.pictures.decode import decode
from inkdigits.reading.confidence import Calibration
from inkdigits.reading.decide import Decision, Thresholds, decide, only_digit
from inkdigits.reading.read_page import ReadPage
from inkdigits.reading.symbols import ReadLine, Symbol

PAGE = decode(np.full((200, 300), 255, np.uint8))
LEAST = Thresholds(single=0.9, line=0.8, no_digit=0.2, number=0.2)
AS_THEY_AGREE = Calibration()


def symbol(value: int, confidence: float, *, x: float = 10, height: float = 30) -> Symbol:
    probabilities = np.full(10, 0.01)
    probabilities[min(value, 9)] = 0.91
    return Symbol(value, probabilities, confidence, (x, 10, x + 20, 10 + height), np.zeros((28, 28), np.uint8))


def line(*confidences: float) -> ReadLine:
    return ReadLine(tuple(symbol(place, sure, x=10 + 30 * place) for place, sure in enumerate(confidences)))


def decided(
    *lines: ReadLine,
    single: bool = False,
    other: float = 0.0,
    calibration: Calibration = AS_THEY_AGREE,
    least: Thresholds = LEAST,
) -> Decision:
    return decide(ReadPage(lines, 0, other), PAGE, calibration.calibrated, least, single=single, digits_only=False)


def test_digits_above_the_threshold_are_accepted() -> None:
    decision = decided(line(0.95, 0.7))
    assert [digit.accepted for digit in decision.lines[0].digits] == [True, False]
    assert decision.notes == ("not sure of: 1 in line 1",)


def test_the_only_digit_of_a_page_must_be_as_sure_as_if_it_was_asked_for() -> None:
    assert [digit.accepted for line in decided(line(0.85)).lines for digit in line.digits] == [False]
    assert [digit.accepted for line in decided(line(0.85, 0.85)).lines for digit in line.digits] == [True, True]
    assert [digit.accepted for line in decided(line(0.95)).lines for digit in line.digits] == [True]


def test_the_threshold_of_a_model_of_ones_own_is_one_of_digits() -> None:
    written = ReadLine((symbol(1, 0.85), symbol(10, 0.85, x=40), symbol(5, 0.85, x=60)))
    (strict,) = decided(written, least=replace(LEAST, own=0.9)).lines
    assert [read.accepted for read in strict.characters] == [False, False, True]
    (lenient,) = decided(written, least=replace(LEAST, own=0.5, line=0.9)).lines
    assert [read.accepted for read in lenient.characters] == [True, True, False]


def test_a_line_that_is_hardly_there_is_none() -> None:
    decision = decided(line(0.15))
    assert decision.lines == ()
    assert decision.score == pytest.approx(0.15)
    assert decision.notes == ("no digit found",)


@pytest.mark.parametrize("single", [False, True])
def test_where_several_digits_were_found_and_none_is_believed_it_is_said_what_helps(single: bool) -> None:
    decision = decided(line(0.1, 0.15), line(0.1, 0.1), single=single)
    assert decision.lines == ()
    assert decision.notes == ("what was found is too doubtful to be read; a closer or sharper picture may help",)


def test_print_is_named() -> None:
    assert decided(other=0.2).notes == ("this looks like words or print, not digits",)
    assert decided(line(0.95), other=0.2).notes == ("other writing or print was left out",)


def test_many_doubts_are_counted() -> None:
    (note,) = decided(line(0.5, 0.5, 0.5, 0.5, 0.5)).notes
    assert note.endswith("and 2 more")


def test_small_writing_is_named_with_its_size() -> None:
    small = ReadLine((symbol(3, 0.95, height=7),))
    assert decided(small).notes == ("the writing is very small: 7 pixels",)


def test_one_pixel_is_no_plural() -> None:
    assert decided(ReadLine((symbol(3, 0.95, height=1),))).notes == ("the writing is very small: 1 pixel",)


def test_small_writing_is_named_where_nothing_of_it_is_believed() -> None:
    small = ReadLine((symbol(3, 0.1, height=7),))
    assert decided(small).lines == ()
    assert decided(small).notes == ("the writing is very small: 7 pixels",)


def test_of_two_doubtful_digits_that_look_the_same_each_is_told_by_its_place() -> None:
    alike = ReadLine(tuple(symbol(4, sure, x=10 + 30 * place) for place, sure in enumerate((0.5, 0.95, 0.6))))
    assert decided(alike).notes == ("not sure of: 4 in line 1 (digit no. 1), 4 in line 1 (digit no. 3)",)


def test_the_only_digit_is_the_surest_of_the_tallest() -> None:
    large, small = symbol(3, 0.9, height=80), symbol(5, 0.95, height=15)
    (only,) = only_digit([ReadLine((small, large))], LEAST)
    assert [digit.symbol for digit in only.digits] == [3]
    assert only.symbols[0].confidence == 0.9


def test_one_digit_was_asked_for_and_there_are_several() -> None:
    decision = decided(line(0.95, 0.9, 0.93), single=True)
    assert [digit.accepted for digit in decision.lines[0].digits] == [False] if decision.lines else True
    assert not any(digit.accepted for part in decision.lines for digit in part.digits)
    assert decision.notes == ("you asked for one digit; this looks like several",)


def test_the_note_says_that_several_were_found() -> None:
    decision = decided(line(0.95, 0.6), single=True)
    assert decision.notes == ("you asked for one digit; this looks like several",)


def test_confidence_is_brought_to_the_share_that_is_right() -> None:
    calibration = Calibration(agreement=2.0, shift=-1.0)
    sure = [digit.confidence for digit in decided(line(0.5, 0.9), calibration=calibration).lines[0].digits]
    assert sure == pytest.approx([1 / (1 + np.e), 1 / (1 + np.exp(-(2 * np.log(9) - 1)))])


def test_a_number_among_words_is_left_out_and_the_others_stay() -> None:
    symbols = tuple(symbol(place, sure, x=10 + 60 * place) for place, sure in enumerate((0.95, 0.1, 0.9)))
    (read,) = decided(ReadLine(symbols, gaps=(1, 2))).lines
    assert read.text == "0 2"


def test_a_mark_stands_after_its_digits() -> None:
    written = ReadLine((symbol(1, 0.95), symbol(10, 0.9, x=40), symbol(5, 0.95, x=60)))
    (read,) = decided(written).lines
    assert [(mark.value, mark.after, mark.accepted) for mark in read.marks] == [(".", 1, True)]
