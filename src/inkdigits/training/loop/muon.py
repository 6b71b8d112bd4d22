"""Muon: momentum whose direction is made orthogonal, for the weights of convolutions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

__all__ = ["Muon", "orthogonalise"]


class Muon(torch.optim.Optimizer):
    """Moves each convolution's weights along the nearest orthogonal matrix to its momentum.

    Every direction in which the layer can change then changes by the same amount, not the few strongest alone, and
    fewer steps are needed. Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; a
    convolution is taken as a matrix of its output channels by all else, as there.

    Args:
        weights: of two or more dimensions.
        learning_rate: how far each step goes, measured as the change of the layer's singular values.
        momentum: Nesterov's.
        weight_decay: decoupled, times the learning rate.

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

    Args:
        matrix: float32 (rows,columns).

    Returns:
        float32 (rows,columns), with singular values between about 0.7 and 1.2.

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
