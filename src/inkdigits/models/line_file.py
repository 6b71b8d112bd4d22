"""A trained line network, or a page detector, becomes a model file."""

from __future__ import annotations

import math
from pathlib import Path

import onnx
from torch import nn

from inkdigits.files import write_atomically
from inkdigits.models.onnx_graph import build_line_graph, build_page_graph
from inkdigits.reading.model_file import ModelInfo

__all__ = ["count_weights", "write_info", "write_line_model", "write_page_model"]


def write_line_model(network: nn.Sequential, temperature: float, info: ModelInfo, path: str | Path) -> Path:
    """Write a line model's file atomically.

    Args:
        network: in evaluation mode, as `inkdigits.models.line_network.line_network` makes it.
        temperature: what its logits are divided by.
        info: what the file says about itself.
        path: where to.

    Raises:
        OutputError: the file cannot be written.

    """
    return _write(build_line_graph(network, temperature), info, path)


def write_page_model(network: nn.Sequential, info: ModelInfo, path: str | Path) -> Path:
    """Write a page detector's file atomically; see `write_line_model`."""
    return _write(build_page_graph(network), info, path)


def write_info(path: Path, info: ModelInfo) -> None:
    """Have a model file that is there say something else about itself.

    Args:
        path: of the file.
        info: what it says from now on.

    Raises:
        OutputError: the file cannot be written.

    """
    _write(onnx.load(path), info, path)


def count_weights(path: Path) -> int:
    """Return how many weights the network in a model file has."""
    initializers = onnx.load(path).graph.initializer
    return sum(math.prod(one.dims) for one in initializers if one.name.endswith((".weight", ".bias")))


def _write(proto: onnx.ModelProto, info: ModelInfo, path: str | Path) -> Path:
    onnx.helper.set_model_props(proto, info.to_metadata())
    return write_atomically(path, proto.SerializeToString(deterministic=True))
