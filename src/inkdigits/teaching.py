"""A model learns a person's hand: their digits, what it knew before, the figures before and after, the model file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import inkdigits
from inkdigits.data import Dataset, load_dataset
from inkdigits.data.dataset import Images
from inkdigits.data.loading import load_collection
from inkdigits.errors import DataNotFoundError
from inkdigits.extras import require
from inkdigits.files import make_folder

__all__ = ["Taught", "teach"]

_KNOWN = 4000  # digits that it should go on reading as before

# Told what is being done, how much of it is done, and how much there is to do.
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Taught:
    """What teaching leaves.

    Attributes:
        model: the model file.
        n: how many digits it learned from.
        known: what it was kept from forgetting with, in words.

    """

    model: Path
    n: int
    known: str


def teach(
    data: str | Path,
    *,
    base: str | Path = "bundled",
    out: str | Path = "taught",
    seed: int = 0,
    data_dir: str | Path | None = None,
    progress: Tell | None = None,
) -> Taught:
    """Have a model learn the digits of somebody's hand, and forget nothing.

    Args:
        data: a folder with sub-folders named 0 to 9, or a CSV with the columns `path` and `label`.
        base: the model to begin with: "bundled", a run folder, or a model file that inkdigits wrote.
        out: the folder for `model.onnx`, which is made if need be.
        seed: decides what is drawn at random.
        data_dir: where to look for MNIST and other hands first.
        progress: told what is being done, how much of it is done, and how much there is to do.

    Raises:
        MissingExtraError: torch or another part of `inkdigits[train]` is not installed.
        DataError: the digits cannot be used.
        ModelFileError: the base is missing, or was not written by inkdigits.
        OutputError: the model file cannot be written.

    """
    require("train", "Teaching")
    import torch

    from inkdigits.export.onnx_file import DigitModel, check_parity, read_model, write_model
    from inkdigits.learning.digits import Digits
    from inkdigits.learning.teaching import Lesson, teach_network

    folder = make_folder(out)
    model, info = read_model(base)
    own = load_collection(data, "all", progress=progress).select("all")
    known, where = _known_digits(data_dir, seed)
    lesson, cpu = Lesson(), torch.device("cpu")
    steps = iter(range(1, lesson.steps + 1))

    def step_done() -> None:
        if progress is not None:
            progress("learning", next(steps), lesson.steps)

    network = teach_network(
        model.network,  # type: ignore[arg-type]
        Digits.of(own, cpu),
        torch.from_numpy(known).unsqueeze(1),
        lesson,
        seed=seed,
        step_done=step_done,
    )
    taught = DigitModel(network, float(model.temperature))
    learned = {"name": own.name, "split": "all", "n": len(own), "sha256": own.sha256}
    data_now = info.data | {"taught": learned}
    info = replace(info, name=f"{info.name}, taught", data=data_now, version=inkdigits.__version__)
    path = write_model(taught, info, folder / "model.onnx")
    check_parity(taught, path, own.images)
    return Taught(path, len(own), where)


def _known_digits(data_dir: str | Path | None, seed: int) -> tuple[Images, str]:
    """Return digits that the model knows, uint8 (M,28,28), and where they are from."""
    known: Dataset
    try:
        known = load_dataset("mnist", "train", data_dir=data_dir, offline=True)
    except DataNotFoundError:
        known = load_dataset("optdigits", "all")
    drawn = np.random.default_rng(seed).permutation(len(known))[:_KNOWN]
    return known.images[np.sort(drawn)], known.name
