"""Why a digit was read as it was: where the model looked, what would have to change, and the most similar digits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.data import Dataset, load_dataset
from inkdigits.errors import DataError, UsageError
from inkdigits.imaging.normalise import SIDE
from inkdigits.reading.classifier import Classifier
from inkdigits.results.characters import Digit
from inkdigits.results.explanation import Explanation

if TYPE_CHECKING:
    from inkdigits.results.reading import Reading

Predict = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float64]]


_LEAST = 1e-6  # probabilities below this are as good as none


def explain(
    reading: Reading,
    digit: Digit | int = 0,
    *,
    classifier: Any = None,
    neighbours: int = 8,
    data: Dataset | None = None,
) -> Explanation:
    """Explain why a digit of a reading was read as it was, by what the digit model says of its 28×28.

    Args:
        reading: what was read.
        digit: one of its digits, or the place of one in `reading.digits`.
        classifier: the model that read it, if it was your own: a `Classifier`, or a function from uint8 (N,28,28) to
            (N,10) probabilities; `reader.classifier` is the one of a reader. The bundled one if not given.
        neighbours: how many of the nearest training digits to show.
        data: the digits to look for them in; MNIST's training digits, where they are on this machine, if not given.

    Raises:
        UsageError: the reading has no such digit.

    """
    if isinstance(digit, int):
        count = len(reading.digits)
        if not -count <= digit < count:
            raise UsageError(f"the reading has {count} digits, and no number {digit}", "count from 0")
        digit = reading.digits[digit]
    model: Any = classifier or Classifier()
    function = getattr(model, "predict_proba", model)

    def predict(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        return np.asarray(function(images), np.float64)

    image, value = np.asarray(digit.image), digit.value
    probabilities = predict(image[None])[0]
    runner_up = int(np.argsort(-np.where(np.arange(10) == value, -1, probabilities), kind="stable")[0])
    near, labels = _nearest(image, neighbours, data)
    return Explanation(
        value=value,
        image=image,
        probabilities=probabilities,
        importance=_importance(image, value, predict),
        runner_up=runner_up,
        changed=_changed(image, value, runner_up, predict),
        neighbours=near,
        neighbour_labels=labels,
    )


def _importance(image: npt.NDArray[np.uint8], value: int, predict: Predict) -> npt.NDArray[np.float64]:
    """Return by how much the odds of a digit fall where each pixel is covered, float64 (28,28): the patches' mean."""
    patches = _patches(5, 1)  # about as wide as a stroke with its edges
    covered = np.where(patches, 0, image)
    odds = _odds(predict(image[None]), value)[0] - _odds(predict(covered), value)
    return np.asarray(np.tensordot(odds, patches, axes=1) / patches.sum(axis=0), np.float64)


def _changed(image: npt.NDArray[np.uint8], value: int, other: int, predict: Predict) -> npt.NDArray[np.uint8] | None:
    """Return a picture that is read as another digit, changed patch by patch; None where that does not suffice."""
    patches = _patches(3, 2)  # what is erased or inked at once
    most = 16  # changes: what needs more would be another picture
    now = image
    for _ in range(most + 1):
        if int(predict(now[None])[0].argmax()) == other:
            return now
        tried = np.concatenate([np.where(patches, 0, now), np.where(patches, 255, now)]).astype(np.uint8)
        probabilities = np.log(np.maximum(predict(tried), _LEAST))
        now = np.asarray(tried[int((probabilities[:, other] - probabilities[:, value]).argmax())])
    return None


def _patches(size: int, step: int) -> npt.NDArray[np.bool_]:
    """Return square patches, `size` pixels a side, every `step` pixels, bool (N,28,28); at the edges cut off."""
    corners = np.arange(1 - size, SIDE, step)
    inside = (np.arange(SIDE) >= corners[:, None]) & (np.arange(SIDE) < corners[:, None] + size)
    return (inside[:, None, :, None] & inside[None, :, None, :]).reshape(-1, SIDE, SIDE)


def _odds(probabilities: npt.NDArray[np.float64], value: int) -> npt.NDArray[np.float64]:
    """Return the logarithm of the odds of a digit, float64 (N,)."""
    own = np.clip(probabilities[:, value], _LEAST, 1 - _LEAST)
    return np.asarray(np.log(own / (1 - own)), np.float64)


def _nearest(
    image: npt.NDArray[np.uint8], count: int, data: Dataset | None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the most similar training digits and their labels, as far as there are any on this machine."""
    if data is None:
        with suppress(DataError):
            data = load_dataset("mnist", "train+validation", offline=True)
    if not data:
        return np.empty((0, SIDE, SIDE), np.uint8), np.empty(0, np.int64)
    own = _blurred(image[None])
    distances = [
        ((_blurred(part) - own) ** 2).sum(axis=1) for part in np.array_split(data.images, 1 + len(data) // 4000)
    ]
    nearest = np.argsort(np.concatenate(distances), kind="stable")[:count]
    return data.images[nearest], data.labels[nearest]


def _blurred(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return pictures blurred by a pixel, float32 (N,784): a stroke a pixel aside is still the same stroke."""
    # OpenCV blurs rows of many pictures side by side alike; the margins of MNIST keep neighbours apart.
    rows = np.ascontiguousarray(images).reshape(-1, SIDE)
    blurred = cv2.GaussianBlur(rows.astype(np.float32), (5, 5), 1.0, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32).reshape(len(images), -1)
