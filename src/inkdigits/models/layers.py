"""What the networks are put together from."""

from __future__ import annotations

from torch import Tensor, nn


def convolution(
    channels_in: int,
    channels_out: int,
    kernel: int | tuple[int, int] = 3,
    *,
    stride: int = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    pooled: bool = False,
) -> list[nn.Module]:
    """Return a convolution, pooling over 2×2 if asked for, batch normalisation and ReLU."""
    filters = nn.Conv2d(channels_in, channels_out, kernel, stride, padding, dilation, bias=False)
    pooling = [nn.MaxPool2d(2)] if pooled else []
    return [filters, *pooling, nn.BatchNorm2d(channels_out), nn.ReLU()]


class Residual(nn.Sequential):
    """Layers whose result is added to what they were given (He et al. 2016); both have the same shape."""

    def forward(self, values: Tensor) -> Tensor:
        """Return float32 (N,C,H,W) values and what the layers make of them, added up."""
        added: Tensor = values + super().forward(values)  # type: ignore[no-untyped-call]
        return added
