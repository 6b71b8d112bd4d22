"""Digits as pictures: scanned from paper (swiss), or drawn on a screen (hwd1000)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.data.hands.catalogue import KnownHands, hand_called
from inkdigits.data.hands.disk import array_sum, check_labels, check_sum, locate, writer_numbers
from inkdigits.data.stored_files import advised, npz_array, read_bytes
from inkdigits.errors import DataCorruptError, printable, unknown_name

SCANNED = {"swiss": 100, "hwd1000": 28}  # name → how high and wide its pictures are


@dataclass(frozen=True, eq=False)
class Scans:
    """Digits as they were scanned or drawn."""

    name: str  # of the data set
    split: str
    images: npt.NDArray[np.uint8]  # (N,H,W), dark ink on light paper; 100×100 for swiss, 28×28 for hwd1000
    labels: npt.NDArray[np.int64]  # (N,), each from 0 to 9
    writers: npt.NDArray[np.int64]  # (N,), the number of each digit's writer

    def __len__(self) -> int:
        return len(self.labels)


def load_scans(name: str, split: str, data_dir: str | Path | None = None) -> Scans:
    """Load one split of digits that are pictures.

    Args:
        name: "swiss" or "hwd1000".
        split: "train" or "validation"; hwd1000, by one writer, is all for validation.
        data_dir: where to look first; see `settings.data_dirs`.

    Raises:
        UsageError: there is no such data set.
        DataNotFoundError: it is not on disk.
        DataCorruptError: its file is damaged or of another version.
        DataError: there is no such split, or the file cannot be read.

    """
    if name not in SCANNED:
        raise unknown_name("data set of scans", name, SCANNED)
    hand = hand_called(name)
    hand.check_split(split)
    (file, known), *_ = hand.files.items()
    path = locate(hand, file, data_dir)
    raw = read_bytes(path)
    with advised(name):
        images, labels, writers = _parse(raw, hand, known, printable(path))
    chosen = hand.in_split(split, writers)
    return Scans(name, split, images[chosen], labels[chosen], writers[chosen])


def _parse(
    raw: bytes, hand: KnownHands, known: str, name: str
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return images (N,H,W), labels (N,) and writers (N,); raise DataCorruptError if anything is wrong with them."""
    side, arrays = SCANNED[hand.name], {key: npz_array(raw, key, name) for key in hand.arrays}
    images, labels = arrays["images"], check_labels(arrays["labels"], name)
    if images.dtype != np.uint8 or images.shape[1:] != (side, side):
        raise DataCorruptError(f"the images of {name} are {images.dtype} {images.shape}, not uint8 (N,{side},{side})")
    writers = writer_numbers(arrays["writers"], name) if "writers" in arrays else np.ones(len(labels), np.int64)
    if not len(images) == len(labels) == len(writers):
        raise DataCorruptError(f"{name} has {len(images)} images, {len(labels)} labels and {len(writers)} writers")
    check_sum(array_sum(arrays), known, name)
    return images, labels, writers
