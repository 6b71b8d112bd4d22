"""Recipes: everything that decides a training run but the data and the seed. No torch is needed to read them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from inkdigits.errors import UsageError, unknown_name
from inkdigits.results.notebook_html import html_table
from inkdigits.training.recipes.checked_settings import checked


@dataclass(frozen=True)
class Augmentation:
    """How far a training picture may be varied; each amount is drawn evenly from ±the value, but for the bend.

    Attributes:
        rotation: degrees.
        shift: fraction of the side, drawn apart for each axis.
        zoom: fraction of the size, drawn apart for each axis as Keras' ImageDataGenerator does, so that digits
            also become narrower or wider.
        slant: how many pixels to the side for each pixel of height.
        bend: the standard deviation, in pixels, of the displacements of an elastic grid (Simard et al. 2003).
        rewritten: the share of pictures that are first written again, by other hands with other pens.

    """

    rotation: float = 0.0
    shift: float = 0.0
    zoom: float = 0.0
    slant: float = 0.0
    bend: float = 0.0
    rewritten: float = 0.0


@dataclass(frozen=True)
class Review:
    """Later epochs show only those pictures that are still hard, and a few others."""

    after: int  # how many epochs show every picture first
    share: float  # of all pictures, in each epoch after those
    easy: float = 0.25  # of these, the share that is drawn from all the others, whatever their loss


@dataclass(frozen=True, kw_only=True)
class Optimisation:
    """How the weights of any network are moved."""

    batch_size: int  # pictures a step; the last batch of an epoch may be smaller
    learning_rate: float  # the highest that the schedule reaches
    optimizer: Literal["adam", "adamw"] = "adamw"  # "adam" (Kingma & Ba 2015) or "adamw" (Loshchilov & Hutter 2019)
    # the highest learning rate of Muon (Jordan et al. 2024), which then moves the convolutions' weights in place of
    # AdamW; 0 for none
    muon_rate: float = 0.0
    # "constant", or "one-cycle" (Smith & Topin 2018): up in a straight line, then down along a cosine
    schedule: Literal["constant", "one-cycle"] = "one-cycle"
    rise: float = 0.25  # the share of all steps in which one cycle goes up
    betas: tuple[float, float] = (0.9, 0.999)  # the optimizer's decay rates
    epsilon: float = 1e-8  # the optimizer's guard against division by zero
    weight_decay: float = 0.0  # decoupled, for "adamw" and Muon only
    largest_gradient: float = 0.0  # what the norm of all gradients together is cut to; 0 for no bound
    # "float32", or "auto": bfloat16 for matrix products where the hardware has it, else float32
    precision: Literal["float32", "auto"] = "auto"

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise UsageError(f"a batch needs at least 1 picture, not {self.batch_size}")

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON can hold it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, kw_only=True)
class Recipe(Optimisation):
    """Everything that decides how a network learns digits on 28×28, but the data and the seed.

    Attributes:
        name: what it is called.
        summary: one line for people.
        model: the network: "mlp", "convnet-tiny", "convnet-xs", "convnet-s", "convnet-m" or "convnet-l".
        epochs: how often the training pictures are gone through.
        review: which of them, if not all of them each time.
        label_smoothing: share of each label spread over all ten digits (Szegedy et al. 2016).
        teaching: how much of what the network should answer is what its teachers answer, from 0 to 1, where it has
            any; the rest is the label (Hinton et al. 2015).
        augmentation: how training pictures are varied.

    """

    name: str = "own"
    summary: str = ""
    model: str
    epochs: int
    review: Review | None = None
    label_smoothing: float = 0.0
    teaching: float = 0.8
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.epochs < 1:
            raise UsageError(f"a run needs at least 1 epoch, not {self.epochs}")

    @classmethod
    def named(cls, name: str) -> Recipe:
        """Return a recipe that comes with the package: "instant", "fast", "accurate", "compact", "tiny", "mlp", ….

        Raises:
            UsageError: there is none of that name; the message names the nearest.

        """
        if name not in RECIPES:
            raise unknown_name("recipe", name, RECIPES)
        return RECIPES[name]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Recipe:
        """Return the recipe that `to_dict` wrote.

        Raises:
            UsageError: another version wrote it, which knew other settings.

        """
        recipe: Recipe = checked(values, cls, "the recipe")
        return recipe

    def _repr_html_(self) -> str:
        settings = {name: value for name, value in self.to_dict().items() if value and name not in ("name", "summary")}
        amounts = asdict(self.augmentation).items()
        settings["augmentation"] = ", ".join(f"{name} {value:g}" for name, value in amounts if value) or "none"
        return html_table(settings.items(), title=f"Recipe {self.name}: {self.summary}")

    def replace(self, **changes: Any) -> Recipe:
        """Return the same recipe with other settings: `recipe.replace(epochs=5, learning_rate=0.01)`.

        Raises:
            UsageError: there is no such setting, or it cannot have such a value.

        """
        recipe: Recipe = checked(vars(self) | changes, Recipe, "the recipe")
        return recipe


_USUAL: dict[str, Any] = {"batch_size": 128, "betas": (0.9, 0.99), "weight_decay": 0.01}
_LARGE: dict[str, Any] = _USUAL | {"learning_rate": 0.005, "muon_rate": 0.02}

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="instant",
            summary="The smallest convnet, one look at half of the pictures: the notebook's accuracy at once.",
            model="convnet-xs",
            epochs=1,
            review=Review(after=0, share=0.45),
            **_USUAL,
            learning_rate=0.02,
            label_smoothing=0.1,
        ),
        Recipe(
            name="fast",
            summary="A small convnet, as accurate as most need, while you wait.",
            model="convnet-s",
            epochs=4,
            review=Review(after=1, share=0.25),
            **_USUAL,
            learning_rate=0.01,
            muon_rate=0.05,
            label_smoothing=0.1,
            augmentation=Augmentation(rotation=5, shift=0.03, zoom=0.05),
        ),
        Recipe(
            name="accurate",
            summary="The most accurate single network.",
            model="convnet-l",
            epochs=12,
            **_LARGE,
            label_smoothing=0.1,
            teaching=0.0,  # it is what others learn from
            augmentation=Augmentation(rotation=10, shift=0.08, zoom=0.1, slant=0.1, bend=1.2),
        ),
        Recipe(
            name="compact",
            summary="For reading: nearly as accurate, under a megabyte; best with teachers.",
            model="convnet-m",
            epochs=12,
            **_LARGE,
            augmentation=Augmentation(rotation=10, shift=0.08, zoom=0.1, slant=0.1, bend=1.2),
        ),
        Recipe(
            name="reader",
            summary="As compact, and half of its digits written again with other pens, for pictures from elsewhere.",
            model="convnet-m",
            epochs=20,
            **_LARGE,
            augmentation=Augmentation(rotation=7, shift=0.06, zoom=0.1, slant=0.1, bend=1.0, rewritten=0.5),
        ),
        Recipe(
            name="tiny",
            summary="Fewer than 10,000 weights, for where memory is counted in kilobytes.",
            model="convnet-tiny",
            epochs=24,
            **_USUAL,
            learning_rate=0.01,
            muon_rate=0.02,
            augmentation=Augmentation(rotation=7, shift=0.05, zoom=0.07, slant=0.1, bend=0.7),
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
