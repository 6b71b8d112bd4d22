"""The network that reads a line: float32 (N,1,40,W) from 0 to 1 in, a column for each four pixels out."""

from __future__ import annotations

from torch import nn

from inkdigits.imaging.line_crop import BLANK
from inkdigits.models.layers import Residual, convolution


def line_network(channels: tuple[int, ...], context: tuple[int, ...]) -> nn.Sequential:
    """Return a fully convolutional network over a band of any width.

    The height is brought to one row by strides and a convolution as tall as what is left. Residual convolutions along
    the line, each of which looks further than the one before, then see the digits beside: a writer's other digits tell
    a 1 from a 7.

    Args:
        channels: of the six layers that bring the height to one row.
        context: the dilations of the convolutions along the line.

    Returns:
        a network from float32 (N,1,40,W) to float32 (N,22,1,W/4): the logits of ten digits, six marks, a sign and a
        blank, and left, top, right and bottom of what is there, in heights of the band from the column's middle and
        the band's.

    """
    first, second, third, fourth, fifth, wide = channels
    return nn.Sequential(
        *convolution(1, first, 5, stride=2, padding=2),
        *convolution(first, second, padding=1),
        nn.MaxPool2d(2),
        *convolution(second, third, padding=1),
        *convolution(third, fourth, padding=1),
        nn.MaxPool2d((2, 1)),
        *convolution(fourth, fifth, padding=1),
        *convolution(fifth, wide, (5, 1)),
        *convolution(wide, wide, (1, 3), padding=(0, 1)),
        *(
            Residual(*convolution(wide, wide, (1, 3), padding=(0, dilation), dilation=(1, dilation)))
            for dilation in context
        ),
        nn.Conv2d(wide, BLANK + 1 + 4, 1),
    )
