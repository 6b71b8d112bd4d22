"""The computation of a model file, written layer by layer in ONNX' operators."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from inkdigits.errors import ModelFileError
from inkdigits.imaging.line_crop import BLANK, CROP_HEIGHT
from inkdigits.imaging.views import OUTPUTS, SMALL
from inkdigits.models.layers import Residual

OPSET = 20

_OPERATORS = {nn.ReLU: "Relu", nn.AdaptiveAvgPool2d: "GlobalAveragePool", nn.Flatten: "Flatten"}


def build_graph(network: nn.Module, temperature: float) -> onnx.ModelProto:
    """Return a network, with scaling before it and temperature and softmax after it, as ONNX.

    Written here rather than traced by torch's exporter: that takes longer than the quickest training, and leaves the
    paths of the machine in the file.

    Args:
        network: an `nn.Sequential`, written as it predicts, not as it trains. Its weights keep the names that they
            have in `state_dict`, after "network.".
        temperature: what the logits are divided by.

    Returns:
        uint8 (N,28,28) `images` in, float32 (N,10) `probabilities` out.

    Raises:
        ModelFileError: the network has a layer that is not known here.

    """
    if not isinstance(network, nn.Sequential):
        raise ModelFileError(f"a network of the kind {type(network).__name__} cannot be written as ONNX yet")
    graph = _Graph("images", ["N", 28, 28])
    _add_network(graph, network)
    graph.add("Div", graph.constant("temperature", np.float32(temperature)))
    graph.add("Softmax", axis=1, output="probabilities")
    return graph.checked(["N", 10])


def build_line_graph(network: nn.Sequential, temperature: float) -> onnx.ModelProto:
    """Return a line network (`inkdigits.models.line_network`), with what `build_graph` adds to a network, as ONNX.

    Returns:
        uint8 (N,40,W) `bands` in, float32 (N,W/4,22) `columns` out: probabilities of ten digits, six marks, a
        sign and a blank, and boxes.

    """
    graph = _Graph("bands", ["N", CROP_HEIGHT, "W"])
    _add_network(graph, network)
    graph.add("Squeeze", graph.constant("row", np.array([2], np.int64)))
    logits, places = graph.split("one line", [BLANK + 1, 4], axis=1)
    graph.add("Div", graph.constant("temperature", np.float32(temperature)), source=logits)
    graph.add("Softmax", axis=1, output="classes")
    graph.add("Concat", places, axis=1)
    graph.add("Transpose", perm=[0, 2, 1], output="columns")
    return graph.checked(["N", "T", BLANK + 1 + 4])


def build_page_graph(network: nn.Sequential) -> onnx.ModelProto:
    """Return a page detector (`inkdigits.models.page_network`), scaling before it and probabilities after it, as ONNX.

    Returns:
        uint8 (N,H,W) `views` in, H and W multiples of 8, float32 (N,22,H/4,W/4) `cells` out: probabilities of sixteen
        symbols and two masks, and boxes.

    """
    graph = _Graph("views", ["N", "H", "W"])
    _add_network(graph, network, zero=128, one=32)
    logits, places = graph.split("answers", [SMALL + 1, OUTPUTS - SMALL - 1], axis=1)
    graph.add("Sigmoid", source=logits, output="classes")
    graph.add("Concat", places, axis=1, output="cells")
    return graph.checked(["N", OUTPUTS, "h", "w"])


def _add_network(graph: _Graph, network: nn.Sequential, *, zero: float = 0, one: float = 255) -> None:
    """Add a network to a graph; before it, `zero` is taken from the pixels, and what is left divided by `one`."""
    graph.add("Cast", to=TensorProto.FLOAT)
    if zero:
        graph.add("Sub", graph.constant("zero", np.float32(zero)))
    graph.add("Div", graph.constant("white", np.float32(one)))
    graph.add("Unsqueeze", graph.constant("channel", np.array([1], np.int64)))
    _add_layers(graph, network, "network")


class _Graph:
    """Nodes in a row, each fed by the one before it, the first by uint8 `source` of a shape."""

    def __init__(self, source: str, shape: list[str | int]) -> None:
        self.given = helper.make_tensor_value_info(source, TensorProto.UINT8, shape)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.last = source

    def add(
        self, operator: str, *others: str, source: str | None = None, output: str | None = None, **attributes: Any
    ) -> None:
        """Add a node that takes the last one's output, or another's, and weights or what else it needs."""
        output = output or f"{len(self.nodes)}.{operator}"
        self.nodes.append(helper.make_node(operator, [source or self.last, *others], [output], **attributes))
        self.last = output

    def split(self, name: str, sizes: list[int], axis: int) -> list[str]:
        """Cut the last node's output into parts; return their names."""
        parts = [f"{name}.{place}" for place in range(len(sizes))]
        weights = self.constant(f"{name}.sizes", np.array(sizes, np.int64))
        self.nodes.append(helper.make_node("Split", [self.last, weights], parts, axis=axis))
        return parts

    def constant(self, name: str, value: np.generic | np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
        """Keep a value in the file; return its name."""
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def tensors(self, prefix: str, layer: nn.Module, *names: str) -> list[str]:
        """Keep those tensors of a layer that it has; return their names."""
        kept = {name: getattr(layer, name) for name in names if getattr(layer, name) is not None}
        return [
            self.constant(f"{prefix}.{name}", tensor.detach().cpu().contiguous().numpy())
            for name, tensor in kept.items()
        ]

    def checked(self, shape: list[str | int]) -> onnx.ModelProto:
        """Return a model that ONNX finds no fault with, whose last node gives float32 of a shape."""
        result = helper.make_tensor_value_info(self.last, TensorProto.FLOAT, shape)
        whole = helper.make_graph(self.nodes, "inkdigits", [self.given], [result], self.weights)
        # 10: the newest that the oldest supported ONNX Runtime reads
        model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
        onnx.checker.check_model(model, full_check=True)
        return model


def _add_layers(graph: _Graph, layers: nn.Sequential, prefix: str) -> None:
    for place, layer in enumerate(layers):
        _add_layer(graph, layer, f"{prefix}.{place}")


def _add_layer(graph: _Graph, layer: nn.Module, prefix: str) -> None:
    match layer:
        case Residual():
            given = graph.last
            _add_layers(graph, layer, prefix)
            graph.add("Add", given)
        case nn.Conv2d():
            weights = graph.tensors(prefix, layer, "weight", "bias")
            pads = [int(amount) for amount in layer.padding] * 2
            graph.add("Conv", *weights, pads=pads, strides=list(layer.stride), dilations=list(layer.dilation))
        case nn.BatchNorm2d():
            weights = graph.tensors(prefix, layer, "weight", "bias", "running_mean", "running_var")
            graph.add("BatchNormalization", *weights, epsilon=layer.eps)
        case nn.MaxPool2d():
            sides = (layer.kernel_size, layer.stride)
            shape, strides = ([size, size] if isinstance(size, int) else list(size) for size in sides)
            graph.add("MaxPool", kernel_shape=shape, strides=strides)
        case nn.Upsample():
            _add_enlarging(graph, layer, prefix)
        case nn.Linear():
            graph.add("Gemm", *graph.tensors(prefix, layer, "weight", "bias"), transB=1)
        case nn.ReLU() | nn.AdaptiveAvgPool2d() | nn.Flatten():
            graph.add(_OPERATORS[type(layer)])
        case nn.Dropout():  # does nothing in evaluation
            pass
        case _:
            raise ModelFileError(f"a layer of the kind {type(layer).__name__} cannot be written as ONNX yet")


def _add_enlarging(graph: _Graph, layer: nn.Upsample, prefix: str) -> None:
    factor = float(layer.scale_factor)  # type: ignore[arg-type]  # one number, as the networks here have it
    scales = graph.constant(f"{prefix}.scales", np.array([1, 1, factor, factor], np.float32))
    graph.add("Resize", "", scales, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
