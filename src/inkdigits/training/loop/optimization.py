"""How weights are moved: the optimizers of a recipe, and the learning rate of each step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from functools import cache

import torch
from torch import nn
from torch.optim import Optimizer

from inkdigits.training.loop.muon import Muon
from inkdigits.training.recipes.recipe import Optimisation

__all__ = ["make_optimizers", "schedule", "set_learning_rates"]


def schedule(recipe: Optimisation, step: int, steps: int) -> float:
    """Return the share of its highest learning rate that a step has; it depends on nothing else.

    Args:
        recipe: names the schedule.
        step: from 0.
        steps: how many the whole run has.

    """
    if recipe.schedule == "constant":
        return 1.0
    rise = recipe.rise * steps
    if step < rise:
        return (step + 1) / (rise + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def set_learning_rates(optimizers: Sequence[Optimizer], share: float) -> None:
    """Give each optimizer a share, from 0 to 1, of its highest learning rate."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = share * optimizer.defaults["lr"]


def make_optimizers(recipe: Optimisation, network: nn.Module) -> list[Optimizer]:
    """Return a recipe's optimizers, which together move each weight of a network once a step."""
    weights = list(network.parameters())
    if recipe.optimizer == "adam":
        adam = _never_compiled(torch.optim.Adam)
        return [adam(weights, recipe.learning_rate, betas=recipe.betas, eps=recipe.epsilon, fused=True)]
    # The first convolution looks at one channel: a matrix of few columns, which gains nothing from Muon. The last
    # matrix gives the answers, whatever its layer.
    between = [weight for weight in weights if weight.ndim > 1][:-1]
    by_muon = [weight for weight in between if recipe.muon_rate and weight.ndim == 4 and weight.shape[1] > 1]
    of_muon = {id(weight) for weight in by_muon}
    by_adam = _never_compiled(torch.optim.AdamW)(
        [weight for weight in weights if id(weight) not in of_muon],
        recipe.learning_rate,
        betas=recipe.betas,
        eps=recipe.epsilon,
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    if not by_muon:
        return [by_adam]
    return [by_adam, _never_compiled(Muon)(by_muon, recipe.muon_rate, weight_decay=recipe.weight_decay)]


@cache
def _never_compiled(kind: type[Optimizer]) -> Callable[..., Optimizer]:
    """Return a kind of optimizer that does not import torch's compiler, which takes two seconds.

    torch imports it only to tell it to leave optimizers alone; nothing here is compiled.
    """
    told = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")
    plain = {name: inspect.unwrap(getattr(kind, name)) for name in told}
    plain["step"] = torch.no_grad()(inspect.unwrap(kind.step))
    return type(kind.__name__, (kind,), plain)
