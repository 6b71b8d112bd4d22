"""Recipes: everything that decides a training run but the data and the seed. No torch is needed to read them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from inkdigits.errors import UsageError, unknown_name

__all__ = ["RECIPES", "Augmentation", "Recipe", "find_recipe"]


@dataclass(frozen=True)
class Augmentation:
    """How far a training picture may be turned, shifted and zoomed; each amount is drawn evenly from ±the value.

    Attributes:
        rotation: degrees.
        shift: fraction of the side, drawn apart for each axis.
        zoom: fraction of the size, drawn apart for each axis as Keras' ImageDataGenerator does, so that digits
            also become narrower or wider.

    """

    rotation: float = 0.0
    shift: float = 0.0
    zoom: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run but the data and the seed.

    Attributes:
        name: what it is called on the command line.
        summary: one line for people.
        model: a name in `learning.models.MODELS`.
        epochs: how often each training picture is seen.
        batch_size: pictures a step; the last batch of an epoch may be smaller.
        optimizer: "adam" (Kingma & Ba 2015) or "adamw" (Loshchilov & Hutter 2019).
        learning_rate: the highest that the schedule reaches.
        schedule: "constant", or "one-cycle" (Smith & Topin 2018): up in a straight line, then down along a cosine.
        betas: the optimizer's decay rates.
        epsilon: the optimizer's guard against division by zero.
        weight_decay: decoupled, for "adamw" only.
        label_smoothing: share of each label spread over all ten digits (Szegedy et al. 2016).
        augmentation: how training pictures are varied.
        precision: "float32", or "auto": bfloat16 for matrix products where the hardware has it, else float32.

    """

    name: str
    summary: str
    model: str
    epochs: int
    batch_size: int
    learning_rate: float
    optimizer: Literal["adam", "adamw"] = "adamw"
    schedule: Literal["constant", "one-cycle"] = "one-cycle"
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    precision: Literal["float32", "auto"] = "auto"

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise UsageError(f"a run needs at least 1 epoch, not {self.epochs}")
        if self.batch_size < 1:
            raise UsageError(f"a batch needs at least 1 picture, not {self.batch_size}")

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON can hold it."""
        return asdict(self) | {"betas": list(self.betas)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        """Return the recipe that `to_dict` wrote."""
        augmentation = Augmentation(**values["augmentation"])
        return cls(**values | {"augmentation": augmentation, "betas": tuple(values["betas"])})

    def with_changes(self, *, epochs: int | None = None, batch_size: int | None = None) -> Recipe:
        """Return the same recipe with other epochs or another batch size, where they are given."""
        return replace(
            self,
            epochs=self.epochs if epochs is None else epochs,
            batch_size=self.batch_size if batch_size is None else batch_size,
        )


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="fast",
            summary="A small convnet, as accurate as most need, in under a minute on two CPU cores.",
            model="convnet",
            epochs=3,
            batch_size=128,
            learning_rate=0.01,
            betas=(0.9, 0.99),
            weight_decay=0.01,
            label_smoothing=0.1,
            augmentation=Augmentation(rotation=5, shift=0.03, zoom=0.05),
        ),
        Recipe(
            name="mlp",
            summary="The notebook that inkdigits began as: two dense layers, Adam, 20 epochs of batches of 32.",
            model="mlp",
            epochs=20,
            batch_size=32,
            learning_rate=0.001,
            optimizer="adam",
            schedule="constant",
            epsilon=1e-7,  # Keras' default
            augmentation=Augmentation(rotation=10, shift=0.1, zoom=0.1),
            precision="float32",
        ),
    )
}


def find_recipe(name: str) -> Recipe:
    """Return a recipe by its name.

    Raises:
        UsageError: there is none of that name; the message names the nearest.

    """
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    return RECIPES[name]
