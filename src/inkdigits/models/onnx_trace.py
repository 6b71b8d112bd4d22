"""Somebody's own network as ONNX: traced by torch's exporter, since its layers may be any."""

from __future__ import annotations

import io
import warnings

import onnx
import torch
from torch import nn

from inkdigits.errors import ModelFileError
from inkdigits.models.onnx_graph import OPSET

__all__ = ["trace_graph"]


def trace_graph(model: nn.Module) -> onnx.ModelProto:
    """Return a model as ONNX, by what it does with two pictures.

    Args:
        model: uint8 (N,28,28) → float32 (N,10) probabilities, in evaluation mode.

    Returns:
        uint8 (N,28,28) `images` in, float32 (N,10) `probabilities` out.

    Raises:
        ModelFileError: the exporter cannot write what the model does.

    """
    written = io.BytesIO()
    first_is_any = {"images": {0: "N"}, "probabilities": {0: "N"}}
    try:
        with warnings.catch_warnings():
            # The exporter that torch has now needs another package, onnxscript, and takes seconds.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                model,
                (torch.zeros(2, 28, 28, dtype=torch.uint8),),
                written,  # type: ignore[arg-type]  # the stubs know of paths alone
                dynamo=False,
                input_names=["images"],
                output_names=["probabilities"],
                dynamic_axes=first_is_any,
                opset_version=OPSET,
            )
    except Exception as error:  # torch's exporter raises classes of its own that share no public root
        raise ModelFileError(f"the network cannot be written as ONNX: {str(error).splitlines()[0]}") from error
    graph = onnx.load_model_from_string(written.getvalue())
    for node in graph.graph.node:  # where in whose files each was written
        node.doc_string = ""
    return graph
