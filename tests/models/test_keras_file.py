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
import keras, numpy
model = keras.saving.load_model(sys.argv[1])
images = numpy.load(sys.argv[2], allow_pickle=False)
numpy.save(sys.argv[3], model.predict(images, verbose=0))
print(keras.backend.backend(), ",".join(type(layer).__name__ for layer in model.layers))
"""


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("optdigits", split="train")


def predict(backend: str, model: Path, digits: Dataset, folder: Path) -> tuple[np.ndarray, list[str]]:
    """Let a Keras of its own process, on a backend, load a file and predict 1,000 digits."""
    np.save(folder / "images.npy", digits.images[:1000])
    answer = subprocess.run(
        [sys.executable, "-c", PREDICT, str(model), str(folder / "images.npy"), str(folder / "probabilities.npy")],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=True,
    )
    used, layers = answer.stdout.split()[-2:]
    assert used == backend
    return np.load(folder / "probabilities.npy", allow_pickle=False), layers.split(",")


@pytest.fixture(scope="module", params=sorted(MODELS))
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> Path:
    """A folder with a network's model file and its Keras file."""
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(2)
    network = build_model(request.param)
    network.train()(torch.from_numpy(digits.images[:64].astype(np.float32) / 255).unsqueeze(1))
    info = ModelInfo(name=f"{request.param} of a test", recipe={"model": request.param})
    write_model(DigitModel(network, temperature=1.3), info, folder / "digits.onnx")
    export(folder / "digits.onnx", "keras", folder / "digits.keras")
    return folder


def test_keras_on_torch_predicts_the_same(exported: Path, digits: Dataset) -> None:
    probabilities, layers = predict("torch", exported / "digits.keras", digits, exported)
    expected = Classifier(exported / "digits.onnx").predict_proba(digits.images[:1000])
    assert np.abs(probabilities - expected).max() <= 1e-5
    if exported.name.startswith("mlp"):
        notebook = ["Flatten", "Dense", "ReLU", "Dropout", "Dense", "ReLU", "Dropout", "Dense"]
        assert [layer for layer in layers if layer in set(notebook)] == notebook


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
def test_keras_on_tensorflow_predicts_the_same(exported: Path, digits: Dataset) -> None:
    probabilities, _ = predict("tensorflow", exported / "digits.keras", digits, exported)
    expected = Classifier(exported / "digits.onnx").predict_proba(digits.images[:1000])
    assert np.abs(probabilities - expected).max() <= 1e-5


def test_another_suffix_is_refused(exported: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"only files that end in \.keras"):
        export(exported / "digits.onnx", "keras", tmp_path / "digits.h5")
    assert not list(tmp_path.iterdir())
