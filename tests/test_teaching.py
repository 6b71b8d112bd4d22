"""A hand that is taught: read better, known digits as before, and a model file that is whole or as it was."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkdigits
from inkdigits.teaching import teach


@pytest.fixture(scope="module")
def sevens_for_ones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hand whose ones are what the shipped model takes for sevens, two examples of each of three digits."""
    folder = tmp_path_factory.mktemp("hand")
    data = inkdigits.load_dataset("optdigits", "all")
    for label, shown in ((1, 7), (3, 3), (4, 4)):
        (folder / str(label)).mkdir()
        for number, place in enumerate(np.flatnonzero(data.labels == shown)[:4]):
            Image.fromarray(data.images[place]).save(folder / str(label) / f"{number}.png")
    return folder


def test_a_hand_that_was_misread_is_read(
    sevens_for_ones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("INKDIGITS_DATA_DIR", raising=False)
    taught = teach(sevens_for_ones, out=tmp_path)
    own = inkdigits.load_dataset(sevens_for_ones, "all")
    assert (inkdigits.Classifier().predict(own.images)[own.labels == 1] == 7).any()
    assert (inkdigits.Classifier(taught.model).predict(own.images) == own.labels).all()
