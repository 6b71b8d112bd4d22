"""Training pictures varied at random, for those who want to see them, or to train something else with them."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

from inkdigits.data.arrays import as_dataset, as_images, as_labels
from inkdigits.errors import UsageError
from inkdigits.extras import require
from inkdigits.training.recipes.recipe import RECIPES, Augmentation

Images = npt.NDArray[np.uint8]  # (N,28,28)
Labels = npt.NDArray[np.int64]  # (N,)

_NOTEBOOK = RECIPES["mlp"].augmentation


@overload
def augment(
    images: npt.ArrayLike, labels: None = None, augmentation: Augmentation = ..., *, copies: int = 1, seed: int = 0
) -> Images: ...


@overload
def augment(
    images: npt.ArrayLike,
    labels: npt.ArrayLike,
    augmentation: Augmentation = ...,
    *,
    copies: int = 1,
    seed: int = 0,
) -> tuple[Images, Labels]: ...


def augment(
    images: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    augmentation: Augmentation = _NOTEBOOK,
    *,
    copies: int = 1,
    seed: int = 0,
) -> Images | tuple[Images, Labels]:
    """Return pictures turned, shifted, zoomed, slanted and bent at random, as training sees them.

    Rotation, shift and zoom are drawn as Keras' ImageDataGenerator draws them, and without another word as far as the
    notebook's: 10 degrees, a tenth, a tenth.

    Args:
        images: (N,28,28) or (N,784), white ink on black: whole numbers from 0 to 255, or floats from 0 to 1.
        labels: (N,), the digits, if they are wanted beside the pictures; needed where pictures are written again.
        augmentation: how far each may be varied, such as `Augmentation(rotation=10, zoom=0.1)` or
            `recipe.augmentation`.
        copies: how many variations of each; those of all pictures stand before the second of the first.
        seed: decides what is drawn.

    Returns:
        uint8 (N·copies,28,28), or that and int64 (N·copies,) labels.

    Raises:
        MissingExtraError: torch or another part of `inkdigits[train]` is not installed.
        DataError: the images or labels cannot be used.
        UsageError: pictures are to be written again, and there are no labels.

    """
    require("train", "Augmentation")
    pictures = np.tile(as_images(images), (copies, 1, 1))
    digits = None if labels is None else np.tile(as_labels(labels), copies)
    if augmentation.rewritten and digits is None:
        raise UsageError("what is written again has to be known", "give the labels too")
    import torch

    from inkdigits.synthesis.writers import Hands
    from inkdigits.training.data import augmentation as by_torch
    from inkdigits.training.loop.seeds import generator, mix
    from inkdigits.training.tasks.digit_task import scale

    inked = torch.from_numpy(pictures).unsqueeze(1)
    if digits is not None and augmentation.rewritten:
        hands = Hands(as_dataset((pictures, digits)))
        inked, _ = by_torch.rewrite_some(inked, torch.from_numpy(digits), augmentation.rewritten, mix(seed, 1), hands)
    floats = by_torch.augment(scale(inked), augmentation, generator(seed))
    varied: Images = (floats.squeeze(1) * 255).round().to(torch.uint8).numpy()
    return varied if digits is None else (varied, digits)
