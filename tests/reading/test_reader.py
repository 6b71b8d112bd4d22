import csv
import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import inkdigits
from inkdigits.errors import ModelFileError, PictureError, UsageError
from inkdigits.reading.reader import Reader
from inkdigits.samples import LABELS, sample_pictures

with LABELS.open(newline="") as file:
    TRUTH = {row["path"]: row["label"].replace("|", "\n") for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize("path", sample_pictures(), ids=lambda path: path.name)
def test_the_samples_are_read_right(reader: Reader, path: Path) -> None:
    reading = reader.read(path)
    assert reading.text == TRUTH[path.name]
    assert reading.source == str(path)


@pytest.mark.parametrize(
    "path", [path for path in sample_pictures() if len(TRUTH[path.name]) < 2], ids=lambda path: path.name
)
def test_a_single_digit_is_read_with_all_that_is_known_of_it(reader: Reader, path: Path) -> None:
    reading = reader.read(path, single=True)
    assert reading.text == TRUTH[path.name]
    assert reading.status == ("ok" if reading.text else "no_digit")
    for digit in reading.digits:
        assert digit.confidence <= max(digit.probabilities) + 1e-9
        assert sum(digit.probabilities) == pytest.approx(1, abs=1e-5)
        assert digit.image.shape == (28, 28)
        with Image.open(path) as image:
            x, y, width, height = digit.box
            assert 0 < x < x + width < image.width
            assert 0 < y < y + height < image.height


def test_digits_of_a_string_stand_beside_each_other(reader: Reader) -> None:
    digits = reader.read(next(path for path in sample_pictures() if "407" in path.name)).digits
    lefts = [digit.box[0] for digit in digits]
    assert lefts == sorted(lefts)
    assert {digit.line for digit in digits} == {0}


def test_boxes_are_in_the_pixels_of_the_picture_itself(reader: Reader) -> None:
    with Image.open(LABELS.with_name("mouse.png")) as image:
        small = reader.read(image, single=True).digits[0].box
        large = reader.read(image.resize((2800, 2800), Image.Resampling.NEAREST), single=True).digits[0].box
    assert np.allclose(np.array(large) / 10, small, atol=2)  # a glance is at a copy of some 90 pixels


def test_one_bad_picture_does_not_end_a_batch(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    good = LABELS.with_name("mouse.png")
    readings = reader.read_many(iter([good, tmp_path / "empty.png", None, tmp_path, good]))  # type: ignore[list-item]
    assert [reading.status for reading in readings] == ["ok", "error", "error", "error", "ok"]


def test_a_batch_is_read_as_it_is_asked_for(reader: Reader) -> None:
    asked = []

    def pictures() -> object:
        for path in sample_pictures():
            asked.append(path)
            yield path

    next(reader.read_many(pictures()))  # type: ignore[arg-type]
    assert len(asked) == 1


def test_one_bad_picture_alone_is_an_error(reader: Reader) -> None:
    with pytest.raises(PictureError) as raised:
        reader.read("missing.png")
    assert raised.value.code == "not_found"


def test_a_stream_can_be_read_and_drawn(reader: Reader) -> None:
    stream = io.BytesIO(LABELS.with_name("mouse.png").read_bytes())
    reading = reader.read(stream)
    assert reading.text == "8"
    assert reading.draw().width > 280


def test_the_least_confidence_decides_what_is_accepted() -> None:
    path = LABELS.with_name("mouse.png")
    assert Reader(min_confidence=1).read(path).status == "uncertain"
    assert Reader(min_confidence=0).read(path).status == "ok"
    with pytest.raises(UsageError, match="from 0 to 1"):
        Reader(min_confidence=1.2)


@pytest.mark.parametrize("options", [{"min_confidence": 1.0}, {"classifier": inkdigits.Classifier().predict_proba}])
def test_it_pickles_as_what_it_was_made_of(options: dict[str, Any]) -> None:
    path = LABELS.with_name("mouse.png")
    reader = Reader(**options, threads=1)
    again = pickle.loads(pickle.dumps(reader))  # noqa: S301 - written here
    assert again.read(path).to_dict() == reader.read(path).to_dict()


def test_a_function_that_does_not_pickle_is_named() -> None:
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        pickle.dumps(Reader(classifier=lambda images: np.eye(10)[[0] * len(images)]))


def test_a_model_that_is_not_there_is_a_clear_error() -> None:
    with pytest.raises(ModelFileError, match="no model file"):
        Reader("missing.onnx")


def test_a_part_is_read_and_its_boxes_are_those_of_the_whole_picture(reader: Reader) -> None:
    with Image.open(LABELS.with_name("string-407.jpg")) as image:
        string = image.convert("L")
    page = Image.new("L", (string.width + 200, 2 * string.height), string.getpixel((2, 2)))
    page.paste(string, (100, 0))
    page.paste(string, (150, string.height))
    share = f"0,50%,{page.width},50%"
    for region in (share, (0, string.height, page.width, string.height)):
        part = reader.read(page, region=region)
        assert part.text == "407"
        expected = [(x + 150, y + string.height, width, height) for x, y, width, height in boxes(reader, string)]
        assert np.allclose(boxes(reader, page, region=region), expected, atol=25)  # the detector draws boxes
    assert [one.text for one in reader.read_many([page], region=share)] == ["407"]


def boxes(reader: Reader, picture: Image.Image, **options: object) -> list[tuple[int, int, int, int]]:
    return [digit.box for digit in reader.read(picture, **options).digits]  # type: ignore[arg-type]


def test_a_region_that_is_wrong_is_told_before_a_batch_and_one_outside_is_an_error_of_its_picture(
    reader: Reader,
) -> None:
    good = LABELS.with_name("mouse.png")
    with pytest.raises(UsageError, match="no X,Y,W,H"):
        next(reader.read_many([good], region="1,2,3"))
    (reading,) = reader.read_many([good], region="5000,0,10,10")
    assert reading.error is not None
    assert reading.error.code == "region_outside"


def test_lines_know_whether_marks_belong_in_their_text(reader: Reader) -> None:
    path = LABELS.with_name("string-407.jpg")
    for wanted in (False, True):
        (line,) = reader.read(path, digits_only=wanted).lines
        assert line.digits_only == wanted
