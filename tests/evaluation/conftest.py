"""A model that has learned for a second, and what it reads."""

from pathlib import Path

import numpy as np
import pytest
import torch

from inkdigits.data import Dataset, load_dataset
from inkdigits.models.digit_networks import build_model
from inkdigits.models.onnx_file import DigitModel, write_model
from inkdigits.reading.model_file import ModelInfo


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load_dataset("optdigits", "test")


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    training = load_dataset("optdigits", "train")
    images = torch.from_numpy(training.images.astype(np.float32) / 255)
    labels = torch.from_numpy(training.labels.copy())
    torch.manual_seed(0)
    network = build_model("mlp")
    optimizer = torch.optim.Adam(network.parameters())
    for _ in range(25):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(images), labels).backward()
        optimizer.step()
    info = ModelInfo(name="<b>quick</b>", recipe={"name": "quick", "model": "mlp"}, version="0")
    return write_model(DigitModel(network), info, tmp_path_factory.mktemp("model") / "quick.onnx")
