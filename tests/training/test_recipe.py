"""Recipes: the notebook's is the notebook's, and each can be written down and read back."""

import json

import pytest

from inkdigits.errors import UsageError
from inkdigits.training.recipes.measured import read_measured
from inkdigits.training.recipes.recipe import RECIPES, Augmentation, Recipe


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_survives_json(recipe: Recipe) -> None:
    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_a_recipe_of_another_version_is_refused_in_words() -> None:
    values = Recipe.named("fast").to_dict()
    with pytest.raises(UsageError, match=r"a setting that does not exist: .*momentum"):
        Recipe.from_dict(values | {"momentum": 0.9})
    with pytest.raises(UsageError, match="rotation of augmentation of the recipe"):
        Recipe.from_dict(values | {"augmentation": {"rotation": "much"}})


def test_the_mlp_recipe_is_the_notebooks() -> None:
    recipe = Recipe.named("mlp")
    assert (recipe.model, recipe.optimizer, recipe.learning_rate, recipe.schedule) == ("mlp", "adam", 0.001, "constant")
    assert (recipe.batch_size, recipe.epochs, recipe.label_smoothing) == (32, 20, 0.0)
    assert recipe.augmentation == Augmentation(rotation=10, shift=0.1, zoom=0.1)


def test_an_unknown_recipe_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'fast'"):
        Recipe.named("fsat")


@pytest.mark.parametrize("change", [{"epochs": 0}, {"batch_size": 0}])
def test_a_recipe_without_epochs_or_batches_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        Recipe.named("fast").replace(**change)


def test_only_recipes_that_exist_are_measured() -> None:
    assert set(read_measured()) <= set(RECIPES)


def test_a_recipe_is_changed_by_name() -> None:
    base = Recipe.named("fast")
    changed = base.replace(learning_rate=0.02, augmentation=Augmentation(rotation=3), betas=(0.8, 0.9))
    assert (changed.learning_rate, changed.augmentation.rotation, changed.betas) == (0.02, 3, (0.8, 0.9))
    assert (changed.epochs, changed.review) == (base.epochs, base.review)
    assert base.replace(review=None).review is None


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"learningrate": 0.1}, "did you mean 'learning_rate'"),
        ({"epochs": "5"}, "epochs of the recipe is '5'; give a whole number"),
        ({"learning_rate": -1}, "give a number from"),
        ({"weight_decay": float("inf")}, "give a number from"),
        ({"augmentation": 3}, "augmentation of the recipe is not a table of settings"),
    ],
)
def test_what_cannot_be_changed_is_said(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        Recipe.named("fast").replace(**change)
