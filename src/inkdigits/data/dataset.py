"""Labelled digits in memory: what every data set is, wherever it came from."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.errors import DataCorruptError
from inkdigits.results.notebook_html import html_image, html_table

CLASSES = 10

Images = npt.NDArray[np.uint8]  # (N,28,28), 0 paper to 255 ink
Labels = npt.NDArray[np.int64]  # (N,), 0 to 9

# Told what is being done, how much of it is done, and how much there is to do (0 where that is unknown).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """One split of a data set.

    Attributes:
        images: uint8 (N,28,28), white ink (255) on black (0), as MNIST.
        labels: int64 (N,), each from 0 to 9.
        name: the data set's name, such as "mnist".
        split: which part of it this is: a name of `SPLITS`.
        source: who made it, or the folder that it was read from.
        licence: under which licence it may be used.
        skipped: one line for each picture that could not be used.

    Raises:
        DataCorruptError: a shape, a dtype, a count or a label is not what it should be.

    """

    images: Images
    labels: Labels
    name: str
    split: str
    source: str
    licence: str
    skipped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_labelled(self.images, self.labels, self.name)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        skipped = f", {len(self.skipped)} left out" if self.skipped else ""
        return f"<Dataset {self.name}, {self.split}: {len(self):,} digits{skipped}>"

    def _repr_html_(self) -> str:
        counts = html_table([("pictures", *(f"{count:,}" for count in self.label_counts))], ("digit", *range(CLASSES)))
        sheet = html_image(_draw_sheet(self.images, self.labels), "some of each digit")
        return f"<div>{escape(repr(self)[1:-1])}</div>{sheet}{counts}"

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 sum of the content: the images' bytes, then one byte a label."""
        digest = hashlib.sha256(np.ascontiguousarray(self.images).data)
        digest.update(self.labels.astype(np.uint8).tobytes())
        return digest.hexdigest()

    @property
    def label_counts(self) -> list[int]:
        """How many pictures there are of each digit, 0 first."""
        counts: list[int] = np.bincount(self.labels, minlength=CLASSES).tolist()
        return counts


def check_labelled(images: Images, labels: Labels, name: str) -> None:
    """Raise DataCorruptError unless these are digits with their labels, as a `Dataset` holds them."""
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
        raise DataCorruptError(f"the images of {name} are {images.dtype} {images.shape}, not uint8 (N,28,28)")
    if labels.dtype != np.int64 or labels.ndim != 1:
        raise DataCorruptError(f"the labels of {name} are {labels.dtype} {labels.shape}, not int64 (N,)")
    if len(images) != len(labels):
        raise DataCorruptError(f"{name} has {len(images)} images but {len(labels)} labels")
    check_digits(labels, name)


def check_digits(labels: npt.NDArray[np.integer[Any]], name: str) -> None:
    """Raise DataCorruptError, which names the first that is wrong, unless all labels are digits."""
    wrong = np.flatnonzero((labels < 0) | (labels >= CLASSES))
    if len(wrong):
        raise DataCorruptError(f"label {wrong[0]} of {name} is {labels[wrong[0]]}, not a digit from 0 to 9")


def _draw_sheet(images: Images, labels: Labels) -> bytes:
    """Return the first few of each digit, dark on white, one column a digit, as PNG."""
    rows, scale = 4, 2  # of each digit; times as large
    sheet = np.zeros((rows, CLASSES, 28, 28), np.uint8)
    for digit in range(CLASSES):
        chosen = images[np.flatnonzero(labels == digit)[:rows]]
        sheet[: len(chosen), digit] = chosen
    whole = Image.fromarray(255 - sheet.transpose(0, 2, 1, 3).reshape(rows * 28, CLASSES * 28))
    content = io.BytesIO()
    whole.resize((whole.width * scale, whole.height * scale), Image.Resampling.NEAREST).save(content, "PNG")
    return content.getvalue()
