"""What a sweep varies of a recipe: learning rate, batch, width and augmentation."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from inkdigits.training.recipes.recipe import RECIPES, Augmentation, Recipe

__all__ = ["draw_from", "varied"]

_WIDTHS = ("convnet-xs", "convnet-s", "convnet-m", "convnet-l")


def draw_from(recipe: Recipe) -> dict[str, Any]:
    """Return the distributions, as Ray Tune has them, that the variations of a recipe are drawn from."""
    from ray import tune

    rate = recipe.learning_rate
    further = 5.0  # from a fifth of the recipe's rate to five times that
    return {
        "learning_rate": tune.loguniform(rate / further, rate * further),
        "batch_size": tune.choice((64, 128, 256, 512)),
        "model": tune.choice(_WIDTHS if recipe.model in _WIDTHS else (recipe.model,)),
        "augmentation": tune.uniform(0.0, 1.5),  # from none at all to so many times the recipe's
    }


def varied(recipe: Recipe, drawn: dict[str, Any]) -> Recipe:
    """Return a recipe with what was drawn for it.

    Args:
        recipe: the recipe that is varied.
        drawn: a value for each key of `draw_from`; `augmentation` multiplies the recipe's own, or that of 'accurate'
            where it has none, and Muon's learning rate follows the other one.

    """
    own = recipe.augmentation
    amounts = asdict(RECIPES["accurate"].augmentation if own == Augmentation() else own)
    stronger = {name: amount * drawn["augmentation"] for name, amount in amounts.items()}
    stronger["rewritten"] = min(1.0, stronger["rewritten"])
    return replace(
        recipe,
        model=drawn["model"],
        batch_size=drawn["batch_size"],
        learning_rate=drawn["learning_rate"],
        muon_rate=recipe.muon_rate * drawn["learning_rate"] / recipe.learning_rate,
        augmentation=Augmentation(**stronger),
    )
