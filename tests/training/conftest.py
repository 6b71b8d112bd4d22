"""Small sets of real digits to train on, which need no download."""

import pytest
import torch

from inkdigits.data import Dataset, load_dataset


@pytest.fixture(scope="session")
def validation_digits() -> Dataset:
    return load_dataset("optdigits", split="validation")


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """On a machine that does other work too, two threads wait for each other most of the time."""
    torch.set_num_threads(1)
