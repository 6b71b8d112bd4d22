"""Digits that are arrays already, as people have them from Keras, PyTorch, scikit-learn and files."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import CLASSES, Dataset, Images, Labels
from inkdigits.data.splits import TEST, TRAIN, VALIDATION, Collection, divide, fraction_of_each, stratified
from inkdigits.errors import DataError, UsageError

SHAPES = {(28, 28), (28, 28, 1), (1, 28, 28), (784,)}  # of one picture
_RANGES = "give numbers from 0 to 255, or floats from 0 to 1"


def as_images(array: Any) -> Images:
    """Return pictures as MNIST has them, uint8 (N,28,28).

    Args:
        array: (N,28,28), (N,28,28,1), (N,1,28,28) or (N,784), white ink on black: whole numbers or floats from 0 to
            255, or floats from 0 to 1.

    Raises:
        DataError: they have another shape, are not numbers, lie out of range, or are dark on light.

    """
    images = as_bytes(array, "the images")
    if is_dark_on_light(images):
        raise DataError("the images are dark on light", "turn them round: 255 - images, white ink on black as in MNIST")
    return images


def as_bytes(array: Any, name: str) -> Images:
    """Return pictures as `as_images` takes them, but of either polarity; errors call them by a name."""
    values = np.asarray(array)
    if values.ndim < 2 or values.shape[1:] not in SHAPES:
        raise DataError(
            f"{name} have the shape {values.shape}",
            "give (N,28,28) or (N,784); inkdigits.to_mnist makes 28×28 of any picture of a digit",
        )
    if values.dtype.kind not in "biuf":
        raise DataError(f"{name} are {values.dtype}, no numbers", _RANGES)
    if values.dtype != np.uint8:
        least, largest = (values.min(), values.max()) if values.size else (0, 0)
        if not (least >= 0 and largest <= 255):  # also where one is not a number
            raise DataError(f"{name} run from {least:g} to {largest:g}", _RANGES)
        fractions = values.dtype.kind in "bf" and largest <= 1
        values = np.rint(values.astype(np.float64) * (255 if fractions else 1)).astype(np.uint8)
    return np.ascontiguousarray(values).reshape(-1, 28, 28)


def is_dark_on_light(images: Images) -> bool:
    """Whether the borders of most pictures are light."""
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    return bool(len(images) and np.median(border) > 127)


def as_labels(array: Any, name: str = "the labels") -> Labels:
    """Return labels as int64 (N,).

    Args:
        array: (N,) or (N,1) whole numbers, also as floats or texts such as "7"; or (N,10), where 1 stands at the digit.
        name: what they are, for error messages.

    Raises:
        DataError: they have another shape, or one is not a digit from 0 to 9.

    """
    values = np.asarray(array)
    if values.ndim == 2 and values.shape[1] == CLASSES and values.dtype.kind in "biuf":
        if not ((values == 0) | (values == 1)).all() or not (values.sum(axis=1) == 1).all():
            raise DataError(f"{name} are (N,10), but a row does not hold nine 0 and one 1")
        return np.asarray(values.argmax(axis=1), np.int64)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise DataError(f"{name} have the shape {values.shape}", "give (N,), one digit a picture")
    try:
        numbers = values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} are not digits from 0 to 9: {error}") from error
    wrong = np.flatnonzero(~np.isin(numbers, np.arange(CLASSES)))
    if len(wrong):
        raise DataError(f"{name} are not digits from 0 to 9: number {wrong[0]} is {values[wrong[0]]!s:.40}")
    return numbers.astype(np.int64)


def as_dataset(data: Any, split: str = "train") -> Dataset:
    """Return (images, labels), as `as_images` and `as_labels` take them, as a data set; one as it is.

    Raises:
        UsageError: it is no such pair.
        DataError: they cannot be used, or are not as many.

    """
    if isinstance(data, Dataset):
        return data
    if not isinstance(data, tuple) or len(data) != 2:
        raise UsageError("these are no images with their labels", "give (images, labels)")
    images, labels = data
    pictures, digits = as_images(images), as_labels(labels)
    if len(pictures) != len(digits):
        raise DataError(f"there are {len(pictures):,} images, but {len(digits):,} labels")
    return Dataset(pictures, digits, name="own arrays", split=split, source="memory", licence="not stated")


def collect(
    images: Images,
    labels: Labels,
    validation_seed: int = 0,
    *,
    tested: bool | npt.NDArray[np.bool_] = True,
    **about: Any,
) -> Collection:
    """Divide labelled pictures: of each digit 10 % to test, and 10 % of it to validate on; the rest to learn from.

    Args:
        images: uint8 (N,28,28).
        labels: int64 (N,).
        validation_seed: draws the validation pictures.
        tested: whether to keep some for testing, or bool (N,): which of them.
        about: what else a `Collection` knows of them.

    """
    fraction = 0.1  # of each digit, for validation and again for testing
    counts = fraction_of_each(labels, fraction)
    if isinstance(tested, bool):
        parts = divide(labels, counts if tested else np.zeros_like(counts), counts, validation_seed)
    else:
        parts, rest = np.where(tested, TEST, TRAIN), np.flatnonzero(~tested)
        drawn = stratified(labels[rest], fraction_of_each(labels[rest], fraction), validation_seed)
        parts[rest[drawn]] = VALIDATION
    return Collection(images=images, labels=labels, parts=parts, **about)
