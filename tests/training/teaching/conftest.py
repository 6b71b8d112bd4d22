"""Hands that are made up of scikit-learn's digits, where MNIST is not."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkdigits
from tests.training.teaching.small import WriteHand


@pytest.fixture
def write_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteHand:
    """Return what writes a hand as a folder: of each label so many pictures of what it looks like, label → digit."""
    monkeypatch.delenv("INKDIGITS_DATA_DIR", raising=False)
    digits = inkdigits.load_dataset("optdigits", "all")

    def write(looks: Mapping[int, int], count: int) -> Path:
        folder = tmp_path / "hand"
        for label, digit in looks.items():
            (folder / str(label)).mkdir(parents=True)
            for number, place in enumerate(np.flatnonzero(digits.labels == digit)[:count]):
                Image.fromarray(digits.images[place]).save(folder / str(label) / f"{number}.png")
        return folder

    return write
