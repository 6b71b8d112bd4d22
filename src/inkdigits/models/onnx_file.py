"""A trained network becomes a model file, and a model file a network again."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from inkdigits.errors import ModelFileError, printable
from inkdigits.files import write_atomically
from inkdigits.models.digit_networks import build_model
from inkdigits.models.onnx_graph import OPSET, build_graph
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.model_file import ModelInfo, find_model, open_model

PARITY_TOLERANCE = 1e-5  # the largest difference between two probabilities of the same digit


class DigitModel(nn.Module):
    """A network with what makes it a model file: scaling before it, temperature and softmax after it.

    Args:
        network: float32 (N,1,28,28) from 0 to 1 → float32 (N,10) logits.
        temperature: what the logits are divided by.

    """

    def __init__(self, network: nn.Module, temperature: float = 1.0) -> None:
        super().__init__()
        self.network = network
        self.temperature: Tensor
        self.register_buffer("temperature", torch.tensor(float(temperature)))

    def forward(self, images: Tensor) -> Tensor:
        """Return float32 (N,10) probabilities of uint8 (N,28,28) images."""
        scaled = images.to(torch.float32) / 255
        return torch.softmax(self.network(scaled.unsqueeze(1)) / self.temperature, dim=1)


def write_model(model: DigitModel, info: ModelInfo, path: str | Path, *, own: bool = False) -> Path:
    """Write a model file atomically.

    The weights keep the names that they have in torch, so that `read_model` can take them back. With `own` the network
    is somebody's own, whose layers may be any; `read_model` does not know it.

    Raises:
        ModelFileError: the network cannot be written as ONNX.
        OutputError: the file cannot be written.

    """
    graph = _traced(model.eval()) if own else build_graph(model.network, float(model.temperature))
    return write_graph(graph, info, path)


def write_graph(graph: onnx.ModelProto, info: ModelInfo, path: str | Path) -> Path:
    """Write a model file of any kind atomically; `inkdigits.models.onnx_graph` builds what it holds.

    Raises:
        OutputError: the file cannot be written.

    """
    onnx.helper.set_model_props(graph, info.to_metadata())
    return write_atomically(path, graph.SerializeToString(deterministic=True))


def _traced(model: nn.Module) -> onnx.ModelProto:
    """Return somebody's own network as ONNX, traced by torch's exporter, since its layers may be any."""
    written = io.BytesIO()
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
                dynamic_axes={"images": {0: "N"}, "probabilities": {0: "N"}},
                opset_version=OPSET,
            )
    except Exception as error:  # torch's exporter raises classes of its own that share no public root
        raise ModelFileError(f"the network cannot be written as ONNX: {str(error).splitlines()[0]}") from error
    graph = onnx.load_model_from_string(written.getvalue())
    for node in graph.graph.node:  # where in whose files each was written
        node.doc_string = ""
    return graph


def read_model(model: str | Path) -> tuple[DigitModel, ModelInfo]:
    """Return a model file's network in torch, in evaluation mode, and what the file says about itself.

    Raises:
        ModelFileError: the file was not written by `write_model`.

    """
    path = find_model(model)
    _, info = open_model(path)
    name = info.recipe.get("model")
    if not isinstance(name, str):
        raise ModelFileError(
            f"{printable(path)} does not say which network it holds", "name a model file that inkdigits wrote"
        )
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer}
    loaded = DigitModel(build_model(name))
    state = {key: torch.from_numpy(weights[key].copy()) for key in loaded.state_dict() if key in weights}
    state |= {key: value for key, value in loaded.state_dict().items() if key.endswith("num_batches_tracked")}
    try:
        loaded.load_state_dict(state)
    except RuntimeError as error:
        raise ModelFileError(
            f"the weights in {printable(path)} are not those of the network '{name}'", "export it again"
        ) from error
    return loaded.eval(), info


def check_parity(model: DigitModel, path: str | Path, images: npt.NDArray[np.uint8]) -> float:
    """Return by how much the probabilities of a model in torch and of its file differ at most on uint8 (N,28,28).

    Raises:
        ModelFileError: the difference is larger than `PARITY_TOLERANCE`.

    """
    device = next(model.parameters()).device
    with torch.no_grad():
        expected = model.eval()(torch.from_numpy(images.copy()).to(device)).cpu().numpy()
    difference = float(np.abs(Classifier(path).predict_proba(images) - expected).max(initial=0.0))
    if not difference <= PARITY_TOLERANCE:
        raise ModelFileError(
            f"{printable(path)} gives probabilities that differ from the trained network's by {difference:.2g}",
            "please report this with the versions that 'inkdigits doctor' prints",
        )
    return difference
