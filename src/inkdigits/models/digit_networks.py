"""The networks: float32 (N,1,28,28) from 0 to 1 in, float32 (N,10) logits out. Each passes one conformance suite."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from inkdigits.errors import UsageError, unknown_name
from inkdigits.models.layers import convolution


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


def convnet(first: int, second: int, third: int, fourth: int) -> nn.Sequential:
    """Return a small convolutional network with so many channels in each of its four layers.

    The first convolution looks at every other pixel, so that all the rest works on less than a quarter of them: 12×12,
    6×6 and 4×4 values. Pooling stands before normalisation and activation, which then have a quarter of the values to
    go through.
    """
    return nn.Sequential(
        *convolution(1, first, kernel=5, stride=2, padding=0),
        *convolution(first, second, padding=1, pooled=True),
        *convolution(second, third, padding=1),
        *convolution(third, fourth, padding=0, pooled=True),
        nn.Flatten(),
        nn.Linear(fourth * 2 * 2, 10),
    )


def deep_convnet(*channels: int) -> nn.Sequential:
    """Return an accurate network with so many channels in each of its five layers.

    As `convnet` it works on every other pixel, but it pools only once: where in the picture a stroke ends stays known
    to the last layer.
    """
    first, second, third, fourth, fifth = channels
    return nn.Sequential(
        *convolution(1, first, kernel=5, stride=2, padding=2),
        *convolution(first, second, padding=1, pooled=True),
        *convolution(second, third, padding=1),
        *convolution(third, fourth, padding=0),
        *convolution(fourth, fifth, padding=0),
        nn.Flatten(),
        nn.Linear(fifth * 3 * 3, 10),
    )


def tiny_convnet() -> nn.Sequential:
    """Return a network of fewer than 10,000 weights: narrow, deep, and averaging over places at its end."""
    return nn.Sequential(
        *convolution(1, 10, padding=0, pooled=True),
        *convolution(10, 16, padding=1),
        *convolution(16, 16, padding=0, pooled=True),
        *convolution(16, 20, padding=1),
        *convolution(20, 14, padding=0),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(14, 10),
    )


MODELS: dict[str, Callable[[], nn.Sequential]] = {
    "mlp": mlp,
    "convnet-xs": lambda: convnet(8, 16, 32, 32),
    "convnet-s": lambda: convnet(16, 24, 64, 64),
    "convnet-tiny": tiny_convnet,
    "convnet-m": lambda: deep_convnet(24, 40, 80, 96, 128),
    "convnet-l": lambda: deep_convnet(32, 48, 96, 128, 160),
}


def build_model(name: str) -> nn.Sequential:
    """Return a new network with fresh weights, drawn from torch's global generator.

    Raises:
        UsageError: there is none of that name; the message names the nearest.

    """
    if name not in MODELS:
        raise unknown_name("model", name, MODELS)
    return MODELS[name]()


@torch.no_grad()
def own_network(network: nn.Module) -> nn.Sequential:
    """Return a network of somebody's own as those here are: it is not copied, and so learns in place.

    Args:
        network: float32 (N,1,28,28) from 0 to 1 → float32 (N,10) logits.

    Raises:
        UsageError: it takes or gives something else, or has no weights.

    """
    place = next(network.parameters(), None)
    if place is None:
        raise UsageError("the network has no weights to learn", "give a torch.nn.Module with parameters")
    was_training = network.training
    try:
        answer = network.eval()(torch.zeros(2, 1, 28, 28, device=place.device))
    except Exception as error:  # whatever somebody's own code raises
        raise UsageError(
            f"the network cannot take float32 (N,1,28,28): {error}", "begin it with nn.Flatten() if it takes rows"
        ) from error
    finally:
        network.train(was_training)
    if not isinstance(answer, Tensor) or answer.shape != (2, 10):
        shown = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
        raise UsageError(f"for 2 pictures the network answers {shown}, not (2,10)", "give logits of the ten digits")
    return network if isinstance(network, nn.Sequential) else nn.Sequential(network)


@torch.no_grad()
def count_multiply_adds(network: nn.Module) -> int:
    """Return how many multiply-adds the convolutions and dense layers of a network take for one picture."""
    counts: list[int] = []

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        assert isinstance(layer.weight, Tensor)  # noqa: S101 - both kinds of layer have one
        counts.append(layer.weight.numel() * output[0, 0].numel())

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    was_training = network.training
    try:
        network.eval()(torch.zeros(1, 1, 28, 28, device=next(network.parameters()).device))
    finally:
        network.train(was_training)
        for hook in hooks:
            hook.remove()
    return sum(counts)
