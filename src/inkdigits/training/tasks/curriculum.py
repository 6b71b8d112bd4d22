"""Which pictures each epoch shows, and in which order: all of them, or later only those that are still hard."""

from __future__ import annotations

import torch
from torch import Tensor

from inkdigits.training.loop.seeds import generator
from inkdigits.training.recipes.recipe import Recipe


class Curriculum:
    """Draws the order of each epoch, and remembers how well the network knew each picture when it last saw it.

    Most digits are easy: a network has learned them after one or two epochs, and time spent on them is lost. With a
    recipe's `review`, later epochs show the pictures of the highest loss, and some of the others, so that those are
    not forgotten and their losses stay fresh. Source: selection by stale losses, Jiang et al., "Accelerating Deep
    Learning by Focusing on the Biggest Losers", 2019, here without their extra forward pass.
    """

    def __init__(self, recipe: Recipe, count: int, seed: int) -> None:
        self._recipe, self._seed = recipe, seed
        self.sizes = [_size(recipe, count, epoch) for epoch in range(recipe.epochs)]
        self.order = torch.empty(0, dtype=torch.int64)  # (M,), the pictures of the current epoch
        self.losses = torch.full((count,), 1e9)  # float32 (N,), each picture's last; never shown: harder than any other

    def begin_epoch(self, epoch: int) -> None:
        """Draw the order of an epoch, counted from 0."""
        source = generator(self._seed, epoch)
        count, size = len(self.losses), self.sizes[epoch]
        order = torch.randperm(count, generator=source)
        review = self._recipe.review
        if review is not None and size < count:
            hardest = self.losses[order].argsort(descending=True, stable=True)
            fixed = size - int(size * review.easy)
            # What is left is in random order, and so is the sample of it.
            left = hardest[fixed:][torch.randperm(count - fixed, generator=source)]
            chosen = torch.cat([hardest[:fixed], left[: size - fixed]])
            order = order[chosen[torch.randperm(size, generator=source)]]
        self.order = order

    def state_dict(self) -> dict[str, Tensor]:
        """Return all that a resumed run needs."""
        return {"order": self.order, "losses": self.losses}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Take back what `state_dict` returned."""
        self.order, self.losses = state["order"], state["losses"]


def _size(recipe: Recipe, count: int, epoch: int) -> int:
    """Return how many pictures an epoch shows: whole batches where it leaves some out."""
    review = recipe.review
    if review is None or epoch < review.after:
        return count
    batches = max(1, round(count * review.share / recipe.batch_size))
    return min(count, batches * recipe.batch_size)
