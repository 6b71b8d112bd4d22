"""Model files with weights of 8 bits."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from onnx import numpy_helper

from inkdigits.data import load_dataset
from inkdigits.errors import ModelFileError, OutputError
from inkdigits.models.digit_networks import MODELS, build_model
from inkdigits.models.exporting import export
from inkdigits.models.int8_file import quantise
from inkdigits.models.onnx_file import DigitModel, write_model
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.model_file import ModelInfo, find_model


@given(arrays(np.float32, array_shapes(min_dims=2, max_dims=4, max_side=5), elements=st.floats(-1e3, 1e3, width=32)))
@settings(max_examples=60)
def test_no_weight_moves_by_more_than_half_a_step(weights: np.ndarray) -> None:
    steps, scales = quantise(weights)
    wide = scales.reshape(-1, *[1] * (weights.ndim - 1))
    assert (np.abs(steps * wide - weights) <= 0.501 * wide + 1e-6).all()


@pytest.mark.parametrize("name", sorted(MODELS))
def test_the_answers_stay_nearly_the_same_in_a_quarter_of_the_bytes(name: str, tmp_path: Path) -> None:
    images = load_dataset("optdigits", split="test").images[:200]
    torch.manual_seed(0)
    network = build_model(name)
    network.train()(torch.from_numpy(images[:64].astype(np.float32) / 255).unsqueeze(1))
    whole = write_model(DigitModel(network), ModelInfo(name=name, recipe={"model": name}), tmp_path / "m.onnx")
    small = export(whole, "onnx-int8", tmp_path / "small.onnx")
    expected, got = (Classifier(path).predict_proba(images) for path in (whole, small))
    assert np.abs(expected - got).max() < 0.05
    assert Classifier(small).info == Classifier(whole).info

    def weight_bytes(path: Path) -> int:
        return sum(numpy_helper.to_array(tensor).nbytes for tensor in onnx.load(path).graph.initializer)

    assert weight_bytes(small) < 0.4 * weight_bytes(whole)


def test_what_is_int8_already_is_a_clear_error(tmp_path: Path) -> None:
    whole = write_model(DigitModel(build_model("mlp")), ModelInfo(name="m", recipe={"model": "mlp"}), tmp_path / "m")
    small = export(whole, "onnx-int8", tmp_path / "small.onnx")
    with pytest.raises(ModelFileError, match="no float weights"):
        export(small, "onnx-int8", tmp_path / "smaller.onnx")


def test_a_model_is_not_replaced_by_its_own_export(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(find_model("bundled").read_bytes())
    before = model.stat()
    with pytest.raises(OutputError, match="it is one of the files to read"):
        export(model, "onnx-int8", model)
    assert model.stat() == before
