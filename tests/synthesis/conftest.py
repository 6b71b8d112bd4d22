"""Real digits to write with, which need no download."""

import pytest

from inkdigits.data import Dataset, load_dataset


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load_dataset("optdigits", split="all")
