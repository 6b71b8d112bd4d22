"""What a notebook shows of each public object, and what stands on one line."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkdigits
from inkdigits.data import Dataset
from inkdigits.errors import PictureError
from inkdigits.results.characters import Digit, Mark
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import Line

PAPER = np.full((80, 120, 3), 230, np.uint8)


def digit(value: int, *, accepted: bool = True) -> Digit:
    return Digit(value, 0.61, (0.1,) * 10, (20 * value, 10, 15, 30), accepted, 0, np.zeros((28, 28), np.uint8))


def reading(*digits: Digit, **about: object) -> Reading:
    lines = (Line(digits, (Mark(".", 0.5, (60, 30, 4, 4), 0, 1, accepted=False),)),) if digits else ()
    return Reading("a<b.png", lines, picture=PAPER, **about)


def test_a_reading_is_its_text_and_one_line() -> None:
    read = reading(digit(1), digit(4, accepted=False))
    assert str(read) == read.text == "1.4"
    assert repr(read) == "<Reading '1.4': uncertain, 2 of 3 to check, a<b.png>"
    assert repr(reading()) == "<Reading: no digit, a<b.png>"
    assert repr(Reading("x", error=PictureError("no picture"))) == "<Reading: unreadable_image, x>"
    long = Reading("x", tuple(Line((digit(1),) * 9) for _ in range(9)))
    assert len(repr(long)) < 80


def test_digits_marks_lines_and_readers_are_one_short_line_each(tmp_path: Path) -> None:
    read = reading(digit(1), digit(4, accepted=False))
    assert repr(read.lines) == "(<Line '1[.4?]', 50%>,)"
    assert repr(read.digits) == "(<Digit 1, 61.0%, 15×30 at 20,10>, <Digit 4?, 61.0%, 15×30 at 80,10>)"
    assert repr(read.marks) == "(<Mark .?, 50.0%, 4×4 at 60,30>,)"
    assert repr(inkdigits.Reader()) == "<Reader with the bundled models>"
    own = inkdigits.export("bundled", output=tmp_path / "own.onnx")
    assert repr(inkdigits.Reader(own)) == f"<Reader with {inkdigits.Classifier().info.name}>"
    assert repr(inkdigits.Reader(classifier=uncertain)) == "<Reader with uncertain>"


def uncertain(images: np.ndarray) -> np.ndarray:
    return np.full((len(images), 10), 0.1)


def test_a_notebook_shows_the_picture_the_text_and_what_to_check() -> None:
    html = reading(digit(1), digit(4, accepted=False), notes=("not sure of: 4", "the page was <turned>"))._repr_html_()
    assert html.startswith('<img alt="a&lt;b.png: 1.4" src="data:image/jpeg;base64,')
    assert "<pre" in html
    assert 'style="color:#d55e00">not sure of: 4</div>' in html
    assert "&lt;turned&gt;" in html


def test_a_notebook_shows_what_could_not_be_read() -> None:
    html = Reading("x.png", error=PictureError("no <picture>"))._repr_html_()
    assert "no &lt;picture&gt;" in html
    assert "<img" not in html


def test_a_reading_is_a_picture() -> None:
    png = reading(digit(1))._repr_png_()
    assert png is not None
    assert Image.open(io.BytesIO(png)).size[0] > 120
    assert Reading("x")._repr_png_() is None


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return inkdigits.load_dataset("optdigits", "test")


def test_a_data_set_is_one_line_and_some_of_each_digit(digits: Dataset) -> None:
    assert repr(digits) == "<Dataset optdigits, test: 360 digits>"
    html = digits._repr_html_()
    assert html.count("<img") == 1
    assert html.count("<th") == 11
    none = Dataset(digits.images[:0], digits.labels[:0], "none", "all", "memory", "none")
    assert none._repr_html_().count("<img") == 1


def test_a_classifier_and_an_evaluation_are_one_line_and_a_table(digits: Dataset) -> None:
    classifier = inkdigits.Classifier()
    assert repr(classifier).startswith(f"<Classifier {classifier.info.name}: ")
    assert "99." in classifier._repr_html_()
    assert "uncertain below, on its own" in classifier._repr_html_()  # a reader has thresholds of its own
    evaluation = inkdigits.evaluate(classifier, digits)
    words = f"{evaluation.accuracy:.2%} ({evaluation.correct:,} of 360, 95% interval "
    assert repr(evaluation).startswith(f"<Evaluation of {classifier.info.name} on optdigits, test: {words}")
    assert "\n" not in repr(evaluation)
    html = evaluation._repr_html_()
    assert html.count("<tr") == 11
    assert html.count("<img") == 1


def test_figures_are_pictures_where_pyplot_was_never_imported() -> None:
    code = """
import sys, inkdigits
figure = inkdigits.plot_digits(inkdigits.load_dataset("optdigits").images[:3])
assert figure._repr_png_()[:4] == bytes([0x89]) + b"PNG"
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
