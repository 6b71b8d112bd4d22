"""One way to labelled digits, whatever they are called and wherever they are."""

from __future__ import annotations

import os
from pathlib import Path

from inkdigits.data.dataset import Dataset, Progress
from inkdigits.data.own import SUFFIXES, load_own
from inkdigits.data.splits import SPLITS, Collection
from inkdigits.errors import unknown_name
from inkdigits.settings import expanded

HANDS = ("swiss", "pendigits", "uji", "hwd1000")  # those of other people that are digits
DATASETS = ("mnist", "optdigits", *HANDS)


def load_dataset(
    name: str | Path = "mnist",
    split: str = "train",
    *,
    data_dir: str | Path | None = None,
    offline: bool = False,
    validation_seed: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Load one split of a data set.

    MNIST is looked for in `data_dir`, then in the folder that the environment variable `INKDIGITS_DATA_DIR` names,
    then in the user's cache folder, and is downloaded there if it is in none of them. Its
    content is checked by SHA-256. The hands of other people are looked for in the same places, in `hands/`; they are
    divided by writer, always in the same way, and not all of them have every split.

    Args:
        name: "mnist"; "optdigits", scikit-learn's 1,797 digits; "swiss", "pendigits", "uji" or "hwd1000"; or
            your own: a folder with sub-folders named 0 to 9; a CSV with the columns `path` (relative to the CSV) and
            `label`, or with a label and 784 pixels; a `.npz`, `.npy`, `.mat` or Parquet file. Write `./mnist` for a
            folder of that name.
        split: "train" (of MNIST: 55,000), "validation" (5,000), "train+validation", "test" (10,000), or "all".
        data_dir: where to look for MNIST first.
        offline: never use the network.
        validation_seed: draws the validation digits from those that are not for testing; the test digits never change.
        progress: told what is being done, how much of it is done, and how much there is to do (0 if unknown).

    Returns:
        Images uint8 (N,28,28), 0 paper to 255 ink, and labels int64 (N,), in the order of the source.

    Raises:
        UsageError: there is no data set or split of that name.
        DataNotFoundError: it is not on disk, and no mirror has it.
        DataCorruptError: a file is damaged.
        DataError: your own pictures cannot be used.
        MissingExtraError: "optdigits" was asked for and scikit-learn is not installed.
        OutputError: it cannot be written to the cache folder.

    """
    collection = load_collection(
        name, split, data_dir=data_dir, offline=offline, validation_seed=validation_seed, progress=progress
    )
    return collection.select(split)


def load_collection(
    name: str | Path = "mnist",
    split: str = "all",
    *,
    data_dir: str | Path | None = None,
    offline: bool = False,
    validation_seed: int = 0,
    progress: Progress | None = None,
) -> Collection:
    """Load as much of a data set as a split needs, each picture with the part that it is in; see `load_dataset`."""
    if split not in SPLITS:
        raise unknown_name("split", split, SPLITS)
    # Each source is imported when it is asked for: the one for pictures brings OpenCV.
    if name == "mnist":
        from inkdigits.data.mnist import load_mnist

        return load_mnist(split, data_dir=data_dir, offline=offline, validation_seed=validation_seed, progress=progress)
    if name == "optdigits":
        from inkdigits.data.optdigits import load_optdigits

        return load_optdigits(validation_seed)
    if name in HANDS:
        from inkdigits.data.hands.hand_digits import load_hand

        return load_hand(str(name), split, data_dir=data_dir, offline=offline, progress=progress)
    path = expanded(name)
    if not _is_path(name, path):
        raise unknown_name("data set", str(name), [*DATASETS, "a folder", "a file"])
    return load_own(path, validation_seed=validation_seed, progress=progress)


def _is_path(name: str | Path, path: Path) -> bool:
    """Whether a name that is no data set's is meant as a path."""
    if isinstance(name, Path) or os.sep in name or path.suffix.lower() in SUFFIXES:
        return True
    try:
        return path.exists()
    except OSError:  # no file can have such a name
        return False
