"""Recipes in files: what was written is read, and what is wrong is said."""

import json
from pathlib import Path

import pytest

from inkdigits.errors import UsageError
from inkdigits.training.recipes.recipe import RECIPES, Augmentation, Recipe, Review
from inkdigits.training.recipes.recipe_file import find_recipe_or_file, read_recipe, write_recipe

LEAST = {"model": "convnet-s", "epochs": 2, "batch_size": 64, "learning_rate": 0.01}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_what_was_written_is_read(recipe: Recipe, tmp_path: Path) -> None:
    assert read_recipe(write_recipe(tmp_path / "recipe.json", recipe)) == recipe


def test_toml_is_read_and_what_it_leaves_out_is_usual(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("""
model = "convnet-s"
epochs = 2
batch_size = 64
learning_rate = 0.01
betas = [0.9, 0.99]
[augmentation]
rotation = 5
[review]
after = 1
share = 0.25
""")
    expected = Recipe(
        name="mine",
        **LEAST,
        betas=(0.9, 0.99),
        augmentation=Augmentation(rotation=5),
        review=Review(after=1, share=0.25),
    )
    assert find_recipe_or_file(str(path)) == expected


def test_a_name_is_still_a_name() -> None:
    assert find_recipe_or_file("fast") is RECIPES["fast"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"learning_rte": 1}, "no setting called 'learning_rte'; did you mean 'learning_rate'"),
        ({"epochs": "ten"}, "epochs of the recipe .* is 'ten'; give a whole number"),
        ({"epochs": True}, "give a whole number"),
        ({"epochs": 0}, "at least 1 epoch"),
        ({"learning_rate": -1}, "give a number from 1e-09 to 10"),
        ({"learning_rate": float("nan")}, "give a number"),
        ({"betas": [0.9]}, "give two numbers"),
        ({"betas": [0.9, 1]}, "give two numbers from 0 to less than 1"),
        ({"optimizer": "sgd"}, "give one of adam, adamw"),
        ({"model": "convnet-z"}, "no model called 'convnet-z'"),
        ({"augmentation": {"rotate": 5}}, "augmentation of the recipe .*'rotate'"),
        ({"augmentation": 5}, "is not a table of settings"),
        ({"review": {"after": 1}}, "review of the recipe .* lacks share"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, object], complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(LEAST | changes))
    with pytest.raises(UsageError, match=complaint):
        read_recipe(path)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("recipe.json", b"{", "is not a JSON file"),
        ("recipe.toml", b"a b", "is not a TOML file"),
        ("recipe.json", b"\xff", "is not a JSON file"),
        ("recipe.json", b"[" * 100_000, "is not a JSON file"),
        ("recipe.json", b"[]", "is not a table of settings"),
        ("recipe.json", b"{}", "lacks batch_size, learning_rate, model, epochs"),
    ],
)
def test_a_file_that_is_no_recipe_is_said(name: str, content: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=complaint):
        read_recipe(tmp_path / name)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read the recipe .*No such file"):
        find_recipe_or_file(str(tmp_path / "nothing.json"))
