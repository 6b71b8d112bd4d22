"""A model file becomes a `.keras` file: the same layers and weights, for those who work in Keras 3."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from inkdigits.errors import ModelFileError
from inkdigits.files import write_atomically
from inkdigits.models.onnx_file import DigitModel, read_model

if TYPE_CHECKING:
    import keras


def write_keras(model: str | Path, path: str | Path) -> Path:
    """Write a model file that inkdigits wrote as a `.keras` file, atomically.

    Raises:
        ModelFileError: the model cannot be said in Keras' layers, or the path has another suffix.
        OutputError: the file cannot be written.

    """
    if Path(path).suffix != ".keras":
        raise ModelFileError(f"Keras writes only files that end in .keras, not {Path(path).name}", "rename the output")
    loaded, info = read_model(model)
    built = to_keras(loaded, info.name)
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder) / "model.keras"
        built.save(temporary)
        return write_atomically(path, temporary.read_bytes())


def to_keras(model: DigitModel, name: str) -> keras.Model:
    """Return the same model in Keras: uint8 or float (N,28,28) from 0 to 255 in, probabilities (N,10) out.

    Dropout is kept, so that training can go on; it does nothing in prediction.

    Raises:
        ModelFileError: the network has a layer that has no counterpart here.

    """
    # Keras chooses its backend when it is first imported; torch is installed wherever this runs.
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    layers = keras.layers
    assert isinstance(model.network, nn.Sequential)  # noqa: S101 - every registered network is one
    pairs = [pair for torch_layer in model.network for pair in _convert(torch_layer, layers)]
    built = keras.Sequential(
        [
            keras.Input((28, 28), name="images"),
            layers.Rescaling(1 / 255, name="scale"),
            layers.Reshape((28, 28, 1), name="channel"),
            *(layer for layer, _ in pairs),
            layers.Rescaling(1 / float(model.temperature), name="temperature"),
            layers.Softmax(name="probabilities"),
        ],
        name=name.replace(" ", "-"),
    )
    for layer, weights in pairs:
        layer.set_weights(weights)
    return built


def _convert(torch_layer: nn.Module, layers: Any) -> list[tuple[Any, list[Any]]]:
    """Return a torch layer's counterparts in Keras, each with its weights in Keras' layout (channels last)."""
    match torch_layer:
        case nn.Flatten():  # torch flattens channels first
            return [(layers.Permute((3, 1, 2)), []), (layers.Flatten(), [])]
        case nn.Linear():
            return [(layers.Dense(torch_layer.out_features), _arrays(torch_layer.weight.T, torch_layer.bias))]
        case nn.Conv2d():
            return _convert_convolution(torch_layer, layers)
        case nn.BatchNorm2d():
            layer = layers.BatchNormalization(epsilon=torch_layer.eps, momentum=1 - (torch_layer.momentum or 0.1))
            mean, variance = torch_layer.running_mean, torch_layer.running_var
            return [(layer, _arrays(torch_layer.weight, torch_layer.bias, mean, variance))]
        case nn.MaxPool2d():
            return [(layers.MaxPooling2D(torch_layer.kernel_size), [])]
        case nn.AdaptiveAvgPool2d(output_size=1):
            return [(layers.GlobalAveragePooling2D(keepdims=True), [])]
        case nn.ReLU():
            return [(layers.ReLU(), [])]
        case nn.Dropout():
            return [(layers.Dropout(torch_layer.p), [])]
    raise ModelFileError(f"a layer of the kind {type(torch_layer).__name__} cannot be written for Keras yet")


def _convert_convolution(torch_layer: nn.Conv2d, layers: Any) -> list[tuple[Any, list[Any]]]:
    """Return the convolution, after padding where it cannot do that itself."""
    padding = tuple(int(amount) for amount in torch_layer.padding)
    # Keras' own "same" padding is lopsided where the stride is over 1.
    keeps_size = torch_layer.stride == (1, 1) and torch_layer.kernel_size == tuple(2 * side + 1 for side in padding)
    around: list[tuple[Any, list[Any]]] = []
    if any(padding) and not keeps_size:
        around.append((layers.ZeroPadding2D(padding), []))
    convolution = layers.Conv2D(
        torch_layer.out_channels,
        torch_layer.kernel_size,
        strides=torch_layer.stride,
        padding="same" if keeps_size else "valid",
        use_bias=torch_layer.bias is not None,
    )
    biases = [] if torch_layer.bias is None else [torch_layer.bias]
    return [*around, (convolution, _arrays(torch_layer.weight.permute(2, 3, 1, 0), *biases))]


def _arrays(*tensors: Any) -> list[Any]:
    return [tensor.detach().cpu().numpy() for tensor in tensors]
