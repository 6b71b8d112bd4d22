from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import OutputError
from inkdigits.results import contact_sheet
from inkdigits.results.characters import Digit
from inkdigits.results.contact_sheet import ContactSheet
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import Line

COLOURS = [(200, 0, 0), (0, 160, 0), (0, 0, 200)]


def reading(*digits: tuple[int, float]) -> Reading:
    """A page with a block of its own colour for each digit; digits below 0.9 are uncertain."""
    page = np.full((100, 400, 3), 255, np.uint8)
    read = []
    for place, (value, confidence) in enumerate(digits):
        page[20:80, 20 + 100 * place : 80 + 100 * place] = COLOURS[place % 3]
        probabilities = tuple(confidence if other == value else (1 - confidence) / 9 for other in range(10))
        box = (20 + 100 * place, 20, 60, 60)
        read.append(Digit(value, confidence, probabilities, box, confidence >= 0.9, 0, np.zeros((28, 28), np.uint8)))
    return Reading("page.png", (Line(tuple(read)),), picture=page)


def blocks(sheet: Image.Image) -> list[int]:
    """Which colours stand on the sheet, from the left of its first row."""
    row = np.asarray(sheet)[64 + 64]
    found = [COLOURS.index(tuple(map(int, pixel))) for pixel in row if tuple(map(int, pixel)) in COLOURS]
    return [number for place, number in enumerate(found) if place == 0 or number != found[place - 1]]


def test_uncertain_digits_stand_together_by_what_was_read_the_least_sure_first() -> None:
    sheet = ContactSheet()
    sheet.add(reading((7, 0.8), (2, 0.95), (7, 0.5)))
    assert sheet.total == 2
    assert blocks(sheet.draw()) == [2, 0]
    sheet.add(reading((3, 0.99), (1, 0.7)))
    assert blocks(sheet.draw()) == [1, 2, 0]


def test_only_the_least_sure_are_kept_and_the_others_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_sheet, "MOST", 2)
    sheet = ContactSheet()
    sheet.add(reading((1, 0.8), (2, 0.7), (3, 0.6)))
    assert sheet.total == 3
    assert blocks(sheet.draw()) == [1, 2]


def test_a_sheet_without_doubts_says_so() -> None:
    sheet = ContactSheet()
    sheet.add(reading((1, 0.99)))
    drawn = sheet.draw()
    assert sheet.total == 0
    assert (0x00, 0x72, 0xB2) in {colour for _, colour in drawn.getcolors(2**20)}


def test_a_digit_at_the_edge_of_a_small_page_is_drawn() -> None:
    digit = Digit(1, 0.5, (0.05,) * 10, (0, 0, 1, 3), False, 0, np.zeros((28, 28), np.uint8))
    sheet = ContactSheet()
    sheet.add(Reading("x.png", (Line((digit,)),), picture=np.zeros((3, 1), np.uint8)))
    assert sheet.draw().width > 128


def test_a_sheet_is_whole_or_not_there(tmp_path: Path) -> None:
    with ContactSheet.to_file(tmp_path / "sheet.png") as sheet:
        sheet.add(reading((1, 0.5)))
        assert not (tmp_path / "sheet.png").exists()
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.format == "PNG"
    for name in ("sheet.txt", "nowhere/sheet.png"):
        with pytest.raises(OutputError), ContactSheet.to_file(tmp_path / name):
            pytest.fail("the sheet was opened")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]
