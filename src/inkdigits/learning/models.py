"""The networks: float32 (N,1,28,28) from 0 to 1 in, float32 (N,10) logits out. Each passes one conformance suite."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from inkdigits.errors import unknown_name

__all__ = ["MODELS", "build_model"]


def mlp() -> nn.Sequential:
    """Return the notebook's network, 269,322 weights, initialised as Keras does (Glorot & Bengio 2010)."""
    network = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(256, 256),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(256, 10),
    )
    for layer in network:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return network


def convnet() -> nn.Sequential:
    """Return a small convolutional network, 77,226 weights.

    The first convolution halves the picture, so that all the rest works on a quarter of the pixels; pooling stands
    before normalisation and activation, which then have a quarter of the values to go through.
    """
    return nn.Sequential(
        *_convolution(1, 16, kernel_size=5, stride=2, padding=2),
        *_convolution(16, 24, padding=1, pooled=True),
        *_convolution(24, 64, padding=1),
        *_convolution(64, 96, padding=0, pooled=True),
        nn.Flatten(),
        nn.Linear(96 * 2 * 2, 10),
    )


def _convolution(
    channels_in: int, channels_out: int, *, kernel_size: int = 3, stride: int = 1, padding: int, pooled: bool = False
) -> list[nn.Module]:
    """Return a convolution, pooling over 2×2 if asked for, batch normalisation and ReLU."""
    convolution = nn.Conv2d(channels_in, channels_out, kernel_size, stride, padding, bias=False)
    pooling = [nn.MaxPool2d(2)] if pooled else []
    return [convolution, *pooling, nn.BatchNorm2d(channels_out), nn.ReLU()]


MODELS: dict[str, Callable[[], nn.Sequential]] = {"convnet": convnet, "mlp": mlp}


def build_model(name: str) -> nn.Sequential:
    """Return a new network with fresh weights, drawn from torch's global generator.

    Raises:
        UsageError: there is none of that name; the message names the nearest.

    """
    if name not in MODELS:
        raise unknown_name("model", name, MODELS)
    return MODELS[name]()
