import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import OutputError, PictureError
from inkdigits.results.characters import MARKS, Digit, Mark
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import CSV_COLUMNS, Line


def digit(value: int, confidence: float = 0.91, *, line: int = 0, accepted: bool = True) -> Digit:
    probabilities = tuple(confidence if other == value else (1 - confidence) / 9 for other in range(10))
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    return Digit(value, confidence, probabilities, (20 + 30 * value, 10 + 60 * line, 20, 50), accepted, line, image)


def reading(*lines: tuple[Digit, ...]) -> Reading:
    return Reading("page.png", tuple(map(Line, lines)), picture=np.full((150, 330, 3), 230, np.uint8))


def mark(value: str, after: int, *, accepted: bool = True) -> Mark:
    return Mark(value, 0.97, (150, 50, 6, 8), 0, after, accepted)


def written(text: str) -> Line:
    """A line that should have this text: marks and spaces become marks and gaps."""
    digits, marks, gaps = [], [], []
    for sign in text:
        if sign in MARKS:
            marks.append(mark(sign, len(digits)))
        elif sign == " ":
            gaps.append(len(digits))
        else:
            digits.append(digit(int(sign)))
    return Line(tuple(digits), tuple(marks), tuple(gaps))


@pytest.mark.parametrize(
    ("text", "numbers", "cells"),
    [
        ("407", ["407"], ["0", "0", "0"]),
        ("12.50", ["12", "50"], ["0", "0.", "1", "1"]),
        ("20/07/21", ["20", "07", "21"], ["0", "0/", "1", "1/", "2", "2"]),
        ("12 7 3", ["12", "7", "3"], ["0", "0", "1", "2"]),
        ("-5 +7", ["5", "7"], ["0+", "1"]),
        ("1, 2", ["1", "2"], ["0,", "1"]),
        ("3.-", ["3"], ["0.-"]),
        ("7:", ["7"], ["0:"]),
    ],
)
def test_marks_and_gaps_stand_in_the_text_and_split_numbers(text: str, numbers: list[str], cells: list[str]) -> None:
    line = written(text)
    page = Reading("page.png", (line, written("8")))
    assert page.text == f"{text}\n8"
    assert line.numbers == numbers
    assert page.numbers == [*numbers, "8"]
    assert page.marks == line.marks
    assert [f"{row['number']}{row['mark']}" for row in page.to_rows()] == [*cells, "0"]


def test_digits_alone_are_the_text_where_that_is_asked_for() -> None:
    page = Reading("page.png", (replace(written("12.50 7"), digits_only=True),))
    shown = page.to_dict()
    assert (shown["text"], shown["lines"], shown["numbers"]) == ("12507", ["12507"], ["12", "50", "7"])
    assert [(one["value"], one["after"]) for one in shown["marks"]] == [(".", 2)]


def test_a_mark_in_doubt_makes_the_reading_uncertain() -> None:
    line = Line((digit(4), digit(0)), (mark(".", 1, accepted=False),))
    assert Reading("page.png", (line,)).status == "uncertain"


def test_lines_are_joined_by_line_breaks() -> None:
    page = reading((digit(4), digit(0)), (digit(7, line=1),))
    assert page.text == "40\n7"
    assert [line.text for line in page.lines] == ["40", "7"]
    assert [read.value for read in page.digits] == [4, 0, 7]


def test_the_status_says_what_to_do_with_a_reading() -> None:
    assert reading((digit(4), digit(0))).status == "ok"
    assert reading((digit(4), digit(0, accepted=False))).status == "uncertain"
    assert reading().status == "no_digit"
    assert Reading("x.png", error=PictureError("bad")).status == "error"


def test_json_has_its_fixed_shape() -> None:
    page = Reading("page.png", (Line((digit(4, 0.91),), (mark("-", 0),)),), rotation=90, notes=("looks like print",))
    assert page.to_dict() == {
        "schema": 2,
        "source": "page.png",
        "page": 1,
        "status": "ok",
        "text": "-4",
        "lines": ["-4"],
        "numbers": ["4"],
        "digits": [
            {
                "value": 4,
                "confidence": 0.91,
                "accepted": True,
                "box": [140, 10, 20, 50],
                "line": 0,
                "probabilities": [0.91 if value == 4 else 0.01 for value in range(10)],
            }
        ],
        "marks": [
            {"value": "-", "confidence": 0.97, "accepted": True, "box": [150, 50, 6, 8], "line": 0, "after": 0},
        ],
        "rotation": 90,
        "notes": ["looks like print"],
        "error": None,
    }


def test_json_of_a_failure_has_its_code_and_message() -> None:
    found = Reading("x.png", error=PictureError("x.png is empty", code="empty_file")).to_dict()
    assert found == {
        **{"schema": 2, "source": "x.png", "page": 1, "status": "error", "text": "", "lines": [], "numbers": []},
        **{"digits": [], "marks": [], "rotation": 0, "notes": []},
        "error": {"code": "empty_file", "message": "x.png is empty"},
    }


def test_csv_has_a_row_a_digit_and_one_for_a_picture_without() -> None:
    rows = reading((digit(4), digit(0, accepted=False))).to_rows() + reading().to_rows()
    text = io.StringIO()
    table = csv.DictWriter(text, CSV_COLUMNS, restval="")
    table.writerows(rows)
    assert text.getvalue().splitlines() == [
        "page.png,1,uncertain,40,0,0,4,,0.91,True,140,10,20,50,",
        "page.png,1,uncertain,40,0,0,0,,0.91,False,20,10,20,50,",
        "page.png,1,no_digit,,,,,,,,,,,,",
    ]


@pytest.mark.parametrize("count", [0, 1, 3, 9])
def test_a_drawing_has_room_for_every_digit(count: int) -> None:
    page = reading(tuple(digit(value) for value in range(count)))
    drawing = page.draw()
    assert drawing.mode == "RGB"
    white = np.asarray(drawing) == 255
    assert white[[0, -1]].all()
    assert white[:, [0, -1]].all()
    # what the model saw: each digit's bar, 4 by 20 pixels, enlarged four times
    bars = sum(
        drawing.getcolors(2**24)[index][0] for index, (_, c) in enumerate(drawing.getcolors(2**24)) if c == (0, 0, 0)
    )
    assert bars == count * (112 * 112 - 16 * 80)


def test_a_page_of_many_digits_is_labelled_in_the_picture() -> None:
    rows = [[digit(value, line=line, accepted=value != 3) for value in range(10)] for line in range(6)]
    page = Reading("page.png", tuple(Line(tuple(row)) for row in rows), picture=np.full((400, 330, 3), 230, np.uint8))
    drawing = page.draw()
    colours = {colour: count for count, colour in drawing.getcolors(2**24)}
    assert colours[0x00, 0x72, 0xB2] > colours[0xD5, 0x5E, 0x00] > 0
    assert colours[0, 0, 0] == 6 * (112 * 112 - 16 * 80)  # what the model saw of those to check, and of no other


def test_a_photograph_keeps_its_size_and_has_the_summary_beside_it() -> None:
    photograph = np.full((3024, 4032), 230, np.uint8)
    drawing = Reading("page.png", (Line((digit(4), digit(0))),), picture=photograph).draw()
    assert (np.asarray(drawing) == 230).all(axis=2).sum() > 0.99 * photograph.size
    assert drawing.width > 4032 + 600
    assert drawing.height < 3024 + 200


def test_an_uncertain_digit_has_another_colour_and_shape_of_box() -> None:
    sure, unsure = reading((digit(4),)).draw(), reading((digit(4, accepted=False),)).draw()
    middle_of_the_bottom = (24 + 150, 24 + 60 + 2)
    assert sure.getpixel(middle_of_the_bottom) == (0x00, 0x72, 0xB2)
    assert unsure.getpixel(middle_of_the_bottom) == (230, 230, 230)
    assert unsure.getpixel((24 + 140 - 2, 24 + 60 + 2)) == (0xD5, 0x5E, 0x00)


@pytest.mark.parametrize("size", [(1, 1), (28, 28), (3000, 40), (10, 20_000)])
def test_pictures_of_any_size_are_drawn(size: tuple[int, int]) -> None:
    one = Digit(1, 1.0, (0.0, 1.0, *[0.0] * 8), (0, 0, *size), True, 0, np.zeros((28, 28), np.uint8))
    drawing = Reading("x", (Line((one,)),), picture=Image.new("L", size, 200)).draw()
    assert drawing.width * drawing.height < 10_000_000


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".PNG"])
def test_a_drawing_is_written_as_its_suffix_says(tmp_path: Path, suffix: str) -> None:
    path = reading((digit(4),)).save(tmp_path / f"drawing{suffix}")
    with Image.open(path) as image:
        assert image.format == {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}[suffix.lower()]


def test_a_drawing_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    page = reading((digit(4),))
    with pytest.raises(OutputError, match=r"suffix '\.txt'"):
        page.save(tmp_path / "drawing.txt")
    with pytest.raises(OutputError, match="No such file"):
        page.save(tmp_path / "nowhere" / "drawing.png")
    assert not list(tmp_path.iterdir())


def test_what_could_not_be_read_cannot_be_drawn(tmp_path: Path) -> None:
    failed = Reading("x.png", error=PictureError("x.png is empty"))
    with pytest.raises(PictureError, match=r"x\.png is empty"):
        failed.save(tmp_path / "x.png")


def test_a_drawing_does_not_replace_its_own_picture(tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    Image.new("L", (40, 40), 255).save(path)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="it is one of the files to read"):
        Reading(str(path), picture=path).save(path)
    assert path.read_bytes() == before


def test_a_plot_shows_the_picture_the_digit_and_ten_bars() -> None:
    pytest.importorskip("matplotlib")
    figure = reading((digit(4), digit(0, accepted=False))).plot()
    picture, *details = figure.axes
    assert picture.get_title() == "4[0?]"
    assert len(details) == 4
    assert [bar.get_height() for bar in details[1].patches] == pytest.approx(digit(4).probabilities)


def test_a_plot_of_many_digits_is_one_picture_with_boxes() -> None:
    pytest.importorskip("matplotlib")
    figure = reading(tuple(digit(value % 10, accepted=value != 3) for value in range(30))).plot()
    (picture,) = figure.axes
    assert [box.get_linestyle() for box in picture.patches[:4]] == ["-", "-", "-", "--"]
    assert [text.get_text() for text in picture.texts[:4]] == ["0", "1", "2", "3?"]
    assert max(figure.get_size_inches()) <= 20


def test_a_plot_of_a_string_has_no_empty_half() -> None:
    pytest.importorskip("matplotlib")
    figure = reading(tuple(digit(value) for value in range(5))).plot()
    figure.canvas.draw()
    picture, *details = (axes.get_window_extent() for axes in figure.axes)
    assert picture.width > 0.7 * figure.bbox.width
    assert all(detail.y1 < picture.y0 for detail in details)
