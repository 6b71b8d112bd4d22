"""What a run learns from: a data set by its name, somebody's own pictures on disk, or arrays in memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy.typing as npt

from inkdigits.data import DATASETS, Dataset
from inkdigits.data.arrays import as_dataset, collect
from inkdigits.data.dataset import Progress
from inkdigits.data.loading import load_collection
from inkdigits.errors import UsageError, printable

__all__ = ["Arrays", "Data", "TrainingData", "load_source", "load_splits"]

Arrays: TypeAlias = Dataset | tuple[npt.ArrayLike, npt.ArrayLike]  # a data set, or images and labels
Data: TypeAlias = str | Path | Arrays


@dataclass(frozen=True)
class TrainingData:
    """Digits to learn from, and others to validate on.

    Attributes:
        training: what is learned from.
        validation: what each epoch is judged on.
        name: how to find them again; None for arrays, which cannot be found again.

    """

    training: Dataset
    validation: Dataset
    name: str | None

    def describe(self) -> dict[str, Any]:
        """Return what a run's config.json says of it."""
        return {"name": self.name, "training": describe(self.training), "validation": describe(self.validation)}


def load_source(
    data: Data,
    validation: Arrays | None,
    data_dir: str | Path | None = None,
    *,
    offline: bool = False,
    progress: Progress | None = None,
) -> TrainingData:
    """Return what a run learns from, and what it is judged on, neither of them empty.

    Args:
        data: as `train` takes it.
        validation: as `train` takes it.
        data_dir: where to look for a data set first.
        offline: never download.
        progress: told how much of it is there.

    Raises:
        DataError: the data cannot be used.
        UsageError: there is no data set of that name, or no digits are left to validate on.

    """
    if isinstance(data, Dataset | tuple):
        training, held_out = _from_memory(data, validation)
        return TrainingData(_filled(training, "training"), _filled(held_out, "validation"), None)
    training, held_out = load_splits(data, data_dir, offline=offline, progress=progress)
    if validation is not None:
        held_out = _filled(_dataset(validation, "validation"), "validation")
    named = str(data) if str(data) in DATASETS else str(Path(data).resolve())
    return TrainingData(training, held_out, named if validation is None else None)


def load_splits(
    data: str | Path,
    data_dir: str | Path | None = None,
    *,
    offline: bool = False,
    progress: Progress | None = None,
) -> tuple[Dataset, Dataset]:
    """Return the training and the validation digits of a data set, neither of them empty.

    Args and errors are those of `load_dataset`.

    """
    both = load_collection(data, "train+validation", data_dir=data_dir, offline=offline, progress=progress)
    return both.select("train"), both.select("validation")


def describe(dataset: Dataset) -> dict[str, Any]:
    """Return which digits these are, as run folders and model files say it."""
    return {"name": dataset.name, "split": dataset.split, "n": len(dataset), "sha256": dataset.sha256}


def _from_memory(data: Arrays, validation: Arrays | None) -> tuple[Dataset, Dataset]:
    """Return the digits to learn from and to validate on; a tenth of each digit, where none were given for that."""
    given = _dataset(data, "train")
    if validation is not None:
        return given, _dataset(validation, "validation")
    about: dict[str, Any] = {"name": given.name, "source": given.source, "licence": given.licence, "location": "memory"}
    divided = collect(given.images, given.labels, tested=False, **about)
    return divided.select("train"), divided.select("validation")


def _dataset(data: Arrays, split: str) -> Dataset:
    return data if isinstance(data, Dataset) else as_dataset(*data, split=split)


def _filled(dataset: Dataset, data: object) -> Dataset:
    if len(dataset) == 0:
        raise UsageError(
            f"the {dataset.split} split of {printable(data)} holds no picture", "add more pictures of each digit"
        )
    return dataset
