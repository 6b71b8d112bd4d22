"""Batch normalisation over a batch that several processes share: the mean and variance are the whole batch's.

Ioffe & Szegedy 2015; as torch's `SyncBatchNorm`, which computes on GPUs only.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.autograd.function import once_differentiable

__all__ = ["SharedBatchNorm"]


class SharedBatchNorm(nn.Module):
    """Normalises in training as a layer would if it saw all processes' pictures; it has that layer's own weights.

    Args:
        layer: whose weights are used and whose running statistics are kept.

    """

    def __init__(self, layer: nn.BatchNorm2d) -> None:
        super().__init__()
        self.weight, self.bias = layer.weight, layer.bias
        # Hidden from torch, which would send the statistics around: they are the same everywhere.
        self._hidden: list[Any] = [layer]

    def forward(self, values: Tensor) -> Tensor:
        """Return float32 (N,C,H,W) values, normalised by the statistics of all processes' N."""
        count, mean, variance = _whole_batch(values)
        self._note(count, mean, variance)
        eps = self._hidden[0].eps
        normalised: Tensor = _Normalise.apply(values, self.weight, self.bias, count, mean, variance, eps)  # type: ignore[no-untyped-call]
        return normalised

    @torch.no_grad()
    def _note(self, count: Tensor, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics towards those of a batch."""
        layer = self._hidden[0]
        layer.running_mean.lerp_(mean, layer.momentum)
        layer.running_var.lerp_(variance * count / (count - 1), layer.momentum)
        layer.num_batches_tracked.add_(1)


def _whole_batch(values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return how many values of each channel all processes have, float32 (), and their mean and variance, (C,)."""
    own, channels = values.detach(), values.shape[1]
    # Sums of squares are subtracted from each other, which takes more than float32 has.
    sums = torch.zeros(2 * channels + 1, dtype=torch.float64, device=own.device)
    if len(own):
        mean, variance = (part.double() for part in torch.batch_norm_update_stats(own, None, None, 0.0))
        count = own.numel() // channels
        sums[:channels], sums[channels:-1], sums[-1] = count * mean, count * (variance + mean.square()), count
    distributed.all_reduce(sums)
    means = sums[:-1].view(2, channels) / sums[-1]
    variance = (means[1] - means[0].square()).clamp(min=0)
    return sums[-1].float(), means[0].float(), variance.float()


class _Normalise(torch.autograd.Function):
    """Normalises by given statistics, and differentiates through them as functions of all processes' values."""

    @staticmethod
    def forward(
        ctx: Any,
        values: Tensor,
        weight: Tensor,
        bias: Tensor,
        count: Tensor,
        mean: Tensor,
        variance: Tensor,
        eps: float,
    ) -> Tensor:
        ctx.save_for_backward(values, weight, count, mean, variance)
        ctx.eps = eps
        return nn.functional.batch_norm(values, mean, variance, weight, bias, training=False, eps=eps)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        values, weight, count, mean, variance = ctx.saved_tensors
        # As if the statistics were constants …
        if len(values):
            of_values, of_weight, of_bias = torch.ops.aten.native_batch_norm_backward(
                gradient, values, weight, mean, variance, None, None, False, ctx.eps, [True, True, True]
            )
        else:  # which torch divides by
            of_values, of_weight, of_bias = (torch.zeros_like(like) for like in (values, weight, weight))
        # … and what they change with each value: the mean gradient of the batch, and its part along the values.
        sums = torch.stack([of_bias, of_weight])
        distributed.all_reduce(sums)
        scale = (variance + ctx.eps).rsqrt()
        shift, slope = sums * (weight * scale / count)
        slope = slope * scale
        across = (-1, 1, 1)
        of_values.addcmul_(values, slope.view(across), value=-1).sub_((shift - slope * mean).view(across))
        return of_values, of_weight, of_bias, None, None, None, None
