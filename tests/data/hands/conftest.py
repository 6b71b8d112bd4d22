"""Small hands in the shape of the known ones, kept in a folder as people keep them."""

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inkdigits.data.hands.catalogue import HANDS
from inkdigits.data.hands.disk import array_sum
from inkdigits.files import sha256

Keep = Callable[..., Path]


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def json_lines(*rows: Any) -> bytes:
    return gzip.compress("".join(f"{json.dumps(row)}\n" for row in rows).encode())


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Write files into `hands/` of a folder, by name, and return that folder."""

    def write(files: dict[str, bytes]) -> Path:
        (tmp_path / "hands").mkdir(exist_ok=True)
        for name, content in files.items():
            (tmp_path / "hands" / name).write_bytes(content)
        return tmp_path

    return write


@pytest.fixture
def know(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let some files be those that are known for a data set."""

    def register(name: str, files: dict[str, bytes], **other: Any) -> None:
        hand = HANDS[name]
        sums = {}
        for file, content in files.items():
            if file.endswith(".npz"):
                with np.load(io.BytesIO(content)) as arrays:
                    sums[file] = array_sum({key: arrays[key] for key in hand.arrays})
            else:
                sums[file] = sha256(gzip.decompress(content))
        monkeypatch.setitem(HANDS, name, replace(hand, files=hand.files | sums, **other))

    return register


@pytest.fixture(scope="session")
def swiss_arrays() -> dict[str, np.ndarray]:
    """Forty scans by four writers, each a dark bar on light paper."""
    images = np.full((40, 100, 100), 230, np.uint8)
    for place, image in enumerate(images):
        image[20:80, 40 + place % 10 : 52 + place % 10] = 40
    writers = np.array([f"000{1 + place // 10}_CH3M" for place in range(40)])
    return {"images": images, "labels": (np.arange(40) % 10).astype(np.uint8), "writers": writers}


@pytest.fixture(scope="session")
def pen_rows() -> list[dict[str, Any]]:
    """Twenty digits by four writers, as strokes."""
    return [
        {
            "label": place % 10,
            "writer": f"train{1 + place // 5}",
            "strokes": [[[0.0, 0.0], [30.0, 20.0], [10.0, 80.0 + place]], [[0.0, 40.0], [40.0, 40.0]]],
        }
        for place in range(20)
    ]
