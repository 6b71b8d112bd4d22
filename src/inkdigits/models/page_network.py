"""The network that finds what is written on a page: float32 (N,1,H,W) in, a cell for each 4×4 pixels out."""

from __future__ import annotations

from torch import nn

from inkdigits.imaging.views import OUTPUTS
from inkdigits.models.layers import Residual, convolution


def page_network(fine: tuple[int, int], coarse: int, context: tuple[int, ...]) -> nn.Sequential:
    """Return a fully convolutional detector.

    Strokes are looked at by cells of four pixels, what stands about them by cells of eight, where it costs a quarter;
    both are added up (as a feature pyramid of two levels: T.-Y. Lin et al. 2017).

    Args:
        fine: channels of the first layer, at two pixels, and of those at four.
        coarse: channels at eight pixels.
        context: the dilations of the residual convolutions at eight pixels.

    Returns:
        a network from float32 (N,1,H,W), H and W multiples of 8, to float32 (N,22,H/4,W/4): see `imaging.views`.

    """
    first, second = fine
    around = (Residual(*convolution(coarse, coarse, padding=step, dilation=step)) for step in context)
    return nn.Sequential(
        *convolution(1, first, 5, stride=2, padding=2),
        *convolution(first, second, stride=2, padding=1),
        Residual(*convolution(second, second, padding=1)),
        Residual(*convolution(second, second, padding=1)),
        Residual(  # what is about strokes, looked at by half the size
            *convolution(second, coarse, stride=2, padding=1),
            *around,
            nn.Conv2d(coarse, second, 1),
            nn.Upsample(scale_factor=2, mode="nearest"),
        ),
        Residual(*convolution(second, second, padding=1)),
        *convolution(second, 2 * second, padding=1),
        nn.Conv2d(2 * second, OUTPUTS, 1),
    )
