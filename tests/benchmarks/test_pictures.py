"""Readers of whole pictures beside each other: the pictures, what readers say of them, and how that is counted."""

import re
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from conversation import only_digits
from layout import in_lines
from pictures import Answer, figures, python_of, read_pictures, summarise
from PIL import Image
from shared.companion import Companion
from shared.ledger import REPOSITORY
from shared.picture_set import KnownPicture, read_picture_set, write_picture_set

from inkdigits.data import load_dataset
from inkdigits.samples import LABELS
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import KINDS

READERS = REPOSITORY / ".venv-readers" / "bin" / "python"


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    digits = load_dataset("optdigits", "test")
    return write_picture_set(tmp_path_factory.mktemp("set"), digits, LEVELS, count=1, seed=0)


def test_a_set_holds_every_kind_at_every_level_with_its_truth(labels: Path) -> None:
    pictures = list(read_picture_set(labels))
    assert [(picture.level, picture.kind) for picture in pictures] == [
        (level, kind) for level in LEVELS for kind in KINDS
    ]
    for picture in pictures:
        with Image.open(picture.path) as image:
            assert (image.format, image.mode) == ("PNG", "L")
        assert {"single": len(picture.label) == 1, "nothing": not picture.label, "words": not picture.label}.get(
            picture.kind, len(picture.label) > 1
        )
        assert ("\n" in picture.label) <= (picture.kind not in ("single", "string", "boxes", "cheque", "nothing"))


def test_a_picture_is_the_same_whatever_else_is_written(labels: Path, tmp_path: Path) -> None:
    digits = load_dataset("optdigits", "test")
    write_picture_set(tmp_path, digits, ["hard"], count=2, seed=0)
    write_picture_set(tmp_path / "other", digits, ["hard"], count=1, seed=1)
    for kind in KINDS:
        first = np.asarray(Image.open(labels.parent / "hard" / f"{kind}-0000.png"))
        assert np.array_equal(first, np.asarray(Image.open(tmp_path / "hard" / f"{kind}-0000.png")))
        other = np.asarray(Image.open(tmp_path / "other" / "hard" / f"{kind}-0000.png"))
        assert first.shape != other.shape or not np.array_equal(first, other)


def test_somebodys_own_pictures_are_laid_out_as_their_labels_say(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("path,label,kind\na.png,4,photo\nb.png,407,\nc.png,40|7,\nd.png,,\ne.png,12,boxes\n")
    pictures = list(read_picture_set(table))
    assert [picture.kind for picture in pictures] == ["single", "string", "lines", "nothing", "boxes"]
    assert {picture.level for picture in pictures} == {"mine.csv"}


def test_what_general_readers_read_is_reduced_to_digits_and_lines() -> None:
    assert only_digits(["Total: 1.234,50 €", "----", "４０７²"]) == "123450\n4072"
    assert only_digits([]) == ""


def box(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def test_pieces_are_put_into_lines_however_they_come() -> None:
    places = {"3": box(90, 4, 99, 24), "12": box(0, 0, 30, 20), "5": box(60, 33, 70, 52), "4": box(0, 30, 40, 50)}
    assert in_lines(list(places.values()), list(places)) == ["12 3", "4 5"]


def answer(label: str, text: str, status: str | None, seconds: float = 0.01, kind: str = "string") -> Answer:
    return Answer(KnownPicture(Path("a.png"), label, kind, "hard"), text, status, seconds)


def test_figures_count_what_they_say() -> None:
    found = figures(
        [
            answer("407", "407", "ok", 0.01),
            answer("407", "40", "ok", 0.03),
            answer("12", "12", "uncertain", 0.02),
            answer("33", "", "no_digit", 0.02),
        ]
    )
    assert found == {
        **{"n": 4, "exact": 0.5, "exact_lines": 0.5, "cer": 0.3},
        **{"accepted": 0.5, "exact_of_accepted": 0.5, "ms_median": 20.0},
    }


def test_lines_are_counted_one_by_one() -> None:
    found = figures([answer("40\n7\n12", "40\n12\n5", None), answer("3", "", None)])
    assert (found["exact"], found["exact_lines"]) == (0, 2 / 4)


def test_a_reader_without_a_status_accepts_nothing_and_nothing_is_read_right_in_nothing() -> None:
    rows = summarise([answer("4", "4", None, kind="single"), answer("", "", None, kind="nothing")])
    assert [(row["kind"], row["exact"], row["cer"], row["accepted"]) for row in rows] == [
        ("single", 1.0, 0.0, ""),
        ("nothing", 1.0, "", ""),
    ]


def programs() -> list[str]:
    found = {"inkdigits": True, "tesseract": shutil.which("tesseract"), "rapidocr": READERS.exists()}
    return [name for name, there in found.items() if there]


def test_readers_read_side_by_side(tmp_path: Path) -> None:
    """Those that are on this machine: RapidOCR and Tesseract are not part of the tests' environment."""
    missing = KnownPicture(tmp_path / "no\nsuch ‘file’.png", "1", "single", "hard")
    asked = [*read_picture_set(LABELS), missing]
    versions, answers = read_pictures(asked, {name: python_of(name, READERS) for name in programs()}, threads=1)
    assert list(versions) == programs()
    assert all(re.match(r"\d+\.\d+", version) for version in versions.values())
    for name in programs():
        assert [given.picture for given in answers[name]] == asked
        assert (answers[name][-1].text, answers[name][-1].status) == ("", None)
        assert all(given.seconds > 0 for given in answers[name])
        assert any(given.exact for given in answers[name])
    assert all(given.exact for given in answers["inkdigits"][:-1])


def test_a_reader_that_cannot_start_is_told() -> None:
    with Companion([sys.executable, "-c", "raise SystemExit('no models')"], {}) as reader, pytest.raises(RuntimeError):
        reader.listen()


def test_the_published_levels_are_those_of_the_code() -> None:
    page = (REPOSITORY / "docs" / "judging.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| `")
    ]
    table = {name: values for name, *values in rows}
    for place, level in enumerate(LEVELS.values()):
        for name, value in asdict(level).items():
            numbers = [float(number) for number in table[name][place].split(", ")]
            assert numbers == [*value] if isinstance(value, tuple) else numbers == [value], name
