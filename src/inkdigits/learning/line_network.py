"""The network that reads a line: float32 (N,1,40,W) from 0 to 1 in, a column for each four pixels out."""

from __future__ import annotations

from torch import nn

from inkdigits.imaging.bands import BLANK

__all__ = ["line_network"]


def line_network(channels: tuple[int, ...] = (16, 32, 64, 64, 96, 128)) -> nn.Sequential:
    """Return a fully convolutional network over a band of any width.

    The height is brought to one row by strides and a convolution as tall as what is left; two convolutions along the
    line then see about 70 pixels, two digits and what is between them.

    Returns:
        a network from float32 (N,1,40,W) to float32 (N,16,1,W/4): the logits of ten digits, of a sign and of a blank,
        and left, top, right and bottom of what is there, in heights of the band from the column's middle and the
        band's.

    """
    first, second, third, fourth, fifth, wide = channels
    return nn.Sequential(
        *_convolution(1, first, (5, 5), stride=2, padding=(2, 2)),
        *_convolution(first, second, (3, 3), padding=(1, 1)),
        nn.MaxPool2d(2),
        *_convolution(second, third, (3, 3), padding=(1, 1)),
        *_convolution(third, fourth, (3, 3), padding=(1, 1)),
        nn.MaxPool2d((2, 1)),
        *_convolution(fourth, fifth, (3, 3), padding=(1, 1)),
        *_convolution(fifth, wide, (5, 1), padding=(0, 0)),
        *_convolution(wide, wide, (1, 3), padding=(0, 1)),
        *_convolution(wide, wide, (1, 5), padding=(0, 2)),
        nn.Conv2d(wide, BLANK + 1 + 4, 1),
    )


def _convolution(
    channels_in: int, channels_out: int, kernel: tuple[int, int], *, stride: int = 1, padding: tuple[int, int]
) -> list[nn.Module]:
    """Return a convolution, batch normalisation and ReLU."""
    convolution = nn.Conv2d(channels_in, channels_out, kernel, stride, padding, bias=False)
    return [convolution, nn.BatchNorm2d(channels_out), nn.ReLU()]
