"""What a run learns from: a data set by its name, somebody's own pictures, arrays in memory, or several of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from inkdigits.data import DATASETS, Dataset
from inkdigits.data.arrays import as_dataset, collect
from inkdigits.data.dataset import Progress
from inkdigits.data.loading import load_collection
from inkdigits.data.splits import TRAIN, Collection, join
from inkdigits.errors import UsageError, argument

Arrays: TypeAlias = Dataset | tuple[npt.ArrayLike, npt.ArrayLike]  # a data set, or images and labels
OneData: TypeAlias = str | Path | Arrays
Data: TypeAlias = OneData | list[Any]  # a list of some of these: they are joined


@dataclass(frozen=True)
class TrainingData:
    """Digits to learn from, and others to validate on."""

    training: Dataset  # what is learned from
    validation: Dataset  # what each epoch is judged on
    name: str | list[str] | None  # how to find them again; None for arrays, which cannot be found again

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

    What is given is as `train` takes it; `progress` is told how much of the data is there.

    Raises:
        DataError: the data cannot be used, or no digits are left to validate on.
        UsageError: there is no data set of that name, or nothing to validate on was given.

    """
    how: dict[str, Any] = {"data_dir": data_dir, "offline": offline, "progress": progress}
    collection = _collect(data, held_back=validation is None, **how)
    if validation is None:
        return TrainingData(collection.select("train"), collection.select("validation"), named(data))
    given = as_dataset(validation, "validation")
    if not len(given):
        raise UsageError("there is no picture in what was given to validate on", "give some of each digit")
    return TrainingData(collection.select("train"), given, None)


def named(data: Data) -> str | list[str] | None:
    """Return how data are found again from any folder: the name of a data set, or a whole path; None for arrays."""
    if isinstance(data, list):
        names = [str(name) for one in data if (name := named(one))]
        return None if len(names) < len(data) else names if len(names) > 1 else names[0]
    if isinstance(data, Dataset | tuple):
        return None
    return str(data) if str(data) in DATASETS else str(Path(data).resolve())


def describe(dataset: Dataset) -> dict[str, Any]:
    """Return which digits these are, as run folders and model files say it."""
    return {"name": dataset.name, "split": dataset.split, "n": len(dataset), "sha256": dataset.sha256}


def _collect(data: Data, *, held_back: bool, **how: Any) -> Collection:
    """Return all digits to learn from and to validate on; of several, some may have too few for any to be held back.

    `held_back` says whether a tenth of each digit of arrays is for validation, `how` where a data set is looked for.
    """
    if isinstance(data, list):
        if not data:
            raise UsageError("there is nothing to learn from", f"try {argument('data', 'mnist')}")
        return join([_collect(one, held_back=held_back, **how) for one in data])
    if isinstance(data, str | Path):
        return load_collection(data, "train+validation", **how)
    given = as_dataset(data)
    about: dict[str, Any] = {"name": given.name, "source": given.source, "licence": given.licence, "location": "memory"}
    if held_back:
        return collect(given.images, given.labels, tested=False, **about)
    return Collection(given.images, given.labels, np.full(len(given), TRAIN), **about)
