"""How weights are moved: the optimizer of a recipe, and the learning rate of each step."""

from __future__ import annotations

import math

import torch
from torch import nn

from inkdigits.learning.recipes import Recipe

__all__ = ["learning_rate", "make_optimizer"]


def learning_rate(recipe: Recipe, step: int, steps: int) -> float:
    """Return the learning rate of a step, which depends on nothing else.

    Args:
        recipe: names the schedule and the highest rate.
        step: from 0.
        steps: how many the whole run has.

    """
    if recipe.schedule == "constant":
        return recipe.learning_rate
    rise = 0.25 * steps
    if step < rise:
        return recipe.learning_rate * (step + 1) / (rise + 1)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def make_optimizer(recipe: Recipe, network: nn.Module) -> torch.optim.Optimizer:
    """Return a recipe's optimizer for all weights of a network."""
    if recipe.optimizer == "adam":
        return torch.optim.Adam(
            network.parameters(), recipe.learning_rate, betas=recipe.betas, eps=recipe.epsilon, fused=True
        )
    return torch.optim.AdamW(
        network.parameters(),
        recipe.learning_rate,
        betas=recipe.betas,
        eps=recipe.epsilon,
        weight_decay=recipe.weight_decay,
        fused=True,
    )
