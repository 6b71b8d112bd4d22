"""A model file with a quarter of the size: weights of 8 bits, which are scaled back when it is loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from inkdigits.errors import ModelFileError, printable
from inkdigits.files import write_atomically


def write_int8(model: Path, path: str | Path) -> Path:
    """Write a model file whose convolutions and dense layers keep their weights as int8, each output channel scaled.

    Only what is stored changes: the sums are float32 as before. Symmetric, per channel, to the nearest step: the
    weight-only scheme of Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference", 2018.

    Raises:
        ModelFileError: its weights are int8 already.
        OutputError: the file cannot be written.

    """
    proto = onnx.load(model)
    graph = proto.graph
    matrices = [tensor for tensor in graph.initializer if tensor.data_type == tensor.FLOAT and len(tensor.dims) > 1]
    if not matrices:
        raise ModelFileError(f"{printable(model)} has no float weights to make smaller", "it is written like that")
    nodes = []
    for tensor in matrices:
        steps, scales = quantise(numpy_helper.to_array(tensor))
        graph.initializer.remove(tensor)
        inputs = [f"{tensor.name}.steps", f"{tensor.name}.scales"]
        graph.initializer.append(numpy_helper.from_array(steps, inputs[0]))
        graph.initializer.append(numpy_helper.from_array(scales, inputs[1]))
        nodes.append(helper.make_node("DequantizeLinear", inputs, [tensor.name], axis=0))
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *rest])
    onnx.checker.check_model(proto)
    return write_atomically(path, proto.SerializeToString(deterministic=True))


def quantise(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return the nearest steps of an even scale for each output channel.

    Args:
        weights: float32 (O,…).

    Returns:
        steps, int8 (O,…) from -127 to 127, and scales, float32 (O,); steps · scales is at most half a scale off.

    """
    largest = np.abs(weights).reshape(len(weights), -1).max(axis=1)
    scales = (largest / 127).astype(np.float32)
    scales[scales == 0] = 1
    steps = np.rint(weights / scales.reshape(-1, *[1] * (weights.ndim - 1)))
    return steps.clip(-127, 127).astype(np.int8), scales
