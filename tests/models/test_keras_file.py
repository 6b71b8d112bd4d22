"""Models that travel to Keras: the same layers, the same probabilities."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from inkdigits.data import Dataset, load_dataset
from inkdigits.errors import ModelFileError
from inkdigits.models.digit_networks import MODELS, build_model
from inkdigits.models.exporting import export
from inkdigits.models.onnx_file import DigitModel, write_model
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.model_file import ModelInfo

PREDICT = """
import sys
from pathlib import Path
import keras, numpy
images = numpy.load(sys.argv[1], allow_pickle=False)
for folder in map(Path, sys.argv[2:]):
    model = keras.saving.load_model(folder / "digits.keras")
    numpy.save(folder / f"{keras.backend.backend()}.npy", model.predict(images, verbose=0))
    (folder / "layers.txt").write_text(" ".join(type(layer).__name__ for layer in model.layers))
"""
COUNT = 1000


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("optdigits", split="train")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> dict[str, Path]:
    """For each network a folder with its model file and its Keras file."""
    return {name: write(name, tmp_path_factory.mktemp(name), digits) for name in MODELS}


def write(name: str, folder: Path, digits: Dataset) -> Path:
    torch.manual_seed(2)
    network = build_model(name)
    network.train()(torch.from_numpy(digits.images[:64].astype(np.float32) / 255).unsqueeze(1))
    info = ModelInfo(name=f"{name} of a test", recipe={"model": name})
    write_model(DigitModel(network, temperature=1.3), info, folder / "digits.onnx")
    export(folder / "digits.onnx", "keras", folder / "digits.keras")
    return folder


@pytest.fixture(scope="module", params=["torch", "tensorflow"])
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, digits: Dataset, exported: dict[str, Path]
) -> str:
    """A backend whose Keras, in a process of its own, has predicted digits with every network."""
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    images = tmp_path_factory.mktemp("images") / "images.npy"
    np.save(images, digits.images[:COUNT])
    subprocess.run(
        [sys.executable, "-c", PREDICT, images, *exported.values()],
        env=os.environ | {"KERAS_BACKEND": request.param},
        check=True,
    )
    return str(request.param)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_keras_predicts_the_same(name: str, backend: str, exported: dict[str, Path], digits: Dataset) -> None:
    probabilities = np.load(exported[name] / f"{backend}.npy", allow_pickle=False)
    expected = Classifier(exported[name] / "digits.onnx").predict_proba(digits.images[:COUNT])
    assert np.abs(probabilities - expected).max() <= 1e-5


def test_the_notebooks_network_has_the_layers_of_the_notebook(backend: str, exported: dict[str, Path]) -> None:
    layers = (exported["mlp"] / "layers.txt").read_text().split()
    notebook = ["Flatten", "Dense", "ReLU", "Dropout", "Dense", "ReLU", "Dropout", "Dense"]
    assert [layer for layer in layers if layer in set(notebook)] == notebook


def test_another_suffix_is_refused(exported: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"only files that end in \.keras"):
        export(exported["mlp"] / "digits.onnx", "keras", tmp_path / "digits.h5")
    assert not list(tmp_path.iterdir())
