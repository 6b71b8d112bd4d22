"""How weights are moved: the optimizers of a recipe, and the learning rate of each step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from inkdigits.training.recipes.recipe import Optimisation


def schedule(recipe: Optimisation, step: int, steps: int) -> float:
    """Return the share of its highest learning rate that a step has, counted from 0, of all steps of a run."""
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


class Muon(Optimizer):
    """Moves each convolution's weights along the nearest orthogonal matrix to its momentum.

    Every direction in which the layer can change then changes by the same amount, not the few strongest alone, and
    fewer steps are needed. Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; a
    convolution is taken as a matrix of its output channels by all else, as there. The learning rate is how far each
    step goes, measured as the change of the layer's singular values; the momentum is Nesterov's; the weight decay is
    decoupled, times the learning rate.
    """

    def __init__(
        self, weights: Iterable[Tensor], learning_rate: float, *, momentum: float = 0.95, weight_decay: float = 0.0
    ) -> None:
        super().__init__(weights, {"lr": learning_rate, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Take one step along the gradients; `closure` is for optimizers that look ahead, and not called."""
        for group in self.param_groups:
            for weight in group["params"]:
                self._move(weight, group["lr"], group["momentum"], group["weight_decay"])

    def _move(self, weight: Tensor, rate: float, momentum: float, weight_decay: float) -> None:
        gradient, state = weight.grad, self.state[weight]
        if gradient is None:
            return
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(weight)
        state["momentum"].lerp_(gradient, 1 - momentum)
        direction = orthogonalise(gradient.lerp(state["momentum"], momentum).flatten(1))
        # A tall matrix changes its outputs less than a wide one does for the same step.
        stretch = max(1.0, direction.shape[0] / direction.shape[1]) ** 0.5
        weight.mul_(1 - rate * weight_decay).add_(direction.reshape(weight.shape), alpha=-rate * stretch)


def orthogonalise(matrix: Tensor) -> Tensor:
    """Return roughly the nearest matrix with orthogonal rows or columns, by Newton and Schulz' iteration.

    Both are float32 (rows,columns); the singular values of what is returned are between about 0.7 and 1.2.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    result = matrix.T if tall else matrix
    result = result / (result.norm() + 1e-7)
    a, b, c = (3.4445, -4.7750, 2.0315)  # Jordan et al.: steep at zero, so that five steps are enough
    for _ in range(5):
        gram = result @ result.T
        result = torch.addmm(result, torch.addmm(gram, gram, gram, beta=b, alpha=c), result, beta=a)
    orthogonal: Tensor = result.T if tall else result
    return orthogonal
