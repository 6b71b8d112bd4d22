"""The known hands: who is for validation, and what model cards say about where they are from."""

from pathlib import Path

import numpy as np
import pytest

from inkdigits.data.hands import HANDS, attributions, load_fonts, load_letters, load_scans, load_strokes
from inkdigits.data.hands.fonts import known_fonts, validation_fonts
from inkdigits.data.splits import draw_writers
from inkdigits.errors import UsageError

PAGE = Path(__file__).parents[3] / "docs" / "data.md"
# Never to be changed: models are judged by writers that they did not learn from.
VALIDATION = {"swiss": [2, 4, 5, 11], "pendigits": [2, 3, 4, 16, 19, 26], "uji": [3, 10]}


def test_the_same_writers_are_always_drawn() -> None:
    assert draw_writers(range(1, 17), 4) == VALIDATION["swiss"]
    assert draw_writers(np.repeat(np.arange(30, 0, -1), 7), 6) == VALIDATION["pendigits"]
    assert draw_writers(range(11), 2) == VALIDATION["uji"]


def test_the_page_names_every_data_set_with_its_licence_and_its_validation_writers() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for hand in HANDS.values():
        assert f"`{hand.name}`" in page
        assert hand.licence in page
    for writers in VALIDATION.values():
        assert ", ".join(map(str, writers)) in page
    for font in known_fonts():
        assert (font.family in page) == (font.file in validation_fonts()), font.family


def test_a_card_can_name_what_a_model_learned_from() -> None:
    lines = attributions(["mnist", "pendigits", "swiss"])
    assert [line.split(",")[0].split(" and ")[0] for line in lines] == ["Y. LeCun", "E. Alpaydin", "A. Schroeder"]
    assert all(len(line.splitlines()) == 1 for line in lines)
    assert "CC BY 4.0" in lines[1]
    with pytest.raises(UsageError, match="did you mean 'swiss'"):
        attributions(["swis"])


@pytest.mark.parametrize(
    ("name", "split", "n"),
    [("swiss", "train", 7168), ("swiss", "validation", 2080), ("hwd1000", "validation", 1000)],
)
def test_the_known_scans_are_whole(name: str, split: str, n: int, hands_dir: Path) -> None:
    scans = load_scans(name, split, hands_dir)
    assert len(scans) == n
    assert set(np.unique(scans.labels)) == set(range(10))
    if split == "validation" and name in VALIDATION:
        assert np.unique(scans.writers).tolist() == VALIDATION[name]
    assert np.median(scans.images) > 150  # light paper


@pytest.mark.parametrize(
    ("name", "split", "n"),
    [
        ("pendigits", "train", 5994),
        ("pendigits", "validation", 1500),
        ("pendigits", "test", 3498),
        ("uji", "train", 162),
        ("uji", "validation", 36),
    ],
)
def test_the_known_strokes_are_whole(name: str, split: str, n: int, hands_dir: Path) -> None:
    strokes = load_strokes(name, split, hands_dir)
    assert len(strokes) == len(strokes.strokes) == n
    if split == "validation":
        assert np.unique(strokes.writers).tolist() == VALIDATION[name]


def test_the_known_fonts_and_letters_are_whole(hands_dir: Path) -> None:
    train, validation = load_fonts("train", hands_dir), load_fonts("validation", hands_dir)
    assert (len(train), len(validation)) == (76, 15)
    assert all(set("0123456789") <= font.characters for font in train + validation)
    letters = load_letters(hands_dir)
    assert len(letters.images) == 4840
    assert len(set(letters.alphabets)) == 8
    assert 0.02 < letters.images.mean() < 0.2  # true is ink, and ink is little
