"""The three models that read, and a person's own in place of the one that says which digit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from inkdigits.errors import UsageError
from inkdigits.reading.detector import Detector
from inkdigits.reading.line_model import LineModel
from inkdigits.reading.model_file import ModelInfo


class DigitPredictor(Protocol):
    """Says which digit is on a picture of 28×28, and what is known of it."""

    info: ModelInfo

    def predict_proba(self, images: npt.NDArray[np.uint8], /) -> npt.NDArray[np.float32]:
        """Return float32 (N,10) of uint8 (N,28,28), white ink on black; rows add up to 1."""
        ...


@dataclass(frozen=True)
class Ensemble:
    """What reads a page."""

    detector: Detector  # finds digits, marks and other writing
    lines: LineModel  # reads a line that was found
    classifier: DigitPredictor  # looks at each digit alone
    # The classifier is not the one that the others were made with: it alone says which digit, and they where one is.
    own: bool = False
    least: float = 1e-6  # what a probability of the classifier counts at least, so that it rules nothing out alone


class TaughtModel:
    """A model that was taught, in the place of its base: the one that it was taught from.

    What it has learned is how it differs from that one. That counts several times, since the other models have learned
    nothing and agree with the old one; where it says what the old one said, all is read as before.
    """

    least = 1e-30  # what was learned can overrule the other models

    def __init__(self, taught: DigitPredictor, base: DigitPredictor) -> None:
        self._taught, self._base, self.info = taught, base, taught.info

    def predict_proba(self, images: npt.NDArray[np.uint8], /) -> npt.NDArray[np.float32]:
        """Return float32 (N,10) of uint8 (N,28,28)."""
        return emphasised(self._base.predict_proba(images), self._taught.predict_proba(images), self.info.emphasis)


def emphasised(
    before: npt.NDArray[np.float32], now: npt.NDArray[np.float32], emphasis: float
) -> npt.NDArray[np.float32]:
    """Return probabilities, float32 (N,10), whose difference from those before is so many times what it is now."""
    old, new = np.log(before.astype(np.float64) + 1e-6), np.log(now.astype(np.float64) + 1e-6)
    logits = old + emphasis * (new - old)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), np.float32)


class GivenModel:
    """A function of one's own as a digit model: a network of Keras or PyTorch, a classifier of scikit-learn.

    Args:
        predict: takes uint8 (N,28,28), white ink on black as MNIST has it, and returns (N,10) probabilities.

    """

    def __init__(self, predict: Callable[[npt.NDArray[np.uint8]], npt.ArrayLike]) -> None:
        self._predict = predict
        self.info = ModelInfo(name=getattr(predict, "__name__", type(predict).__name__))

    def predict_proba(self, images: npt.NDArray[np.uint8], /) -> npt.NDArray[np.float32]:
        """Return what the function says of uint8 (N,28,28) as float32 (N,10).

        Raises:
            UsageError: these are not probabilities of ten digits.

        """
        said = self._predict(images)
        if hasattr(said, "detach"):  # a tensor that still knows how it was computed
            said = said.detach().cpu()
        probabilities = np.asarray(said, np.float32)
        if probabilities.shape != (len(images), 10):
            raise UsageError(
                f"the classifier gave {probabilities.shape} for {len(images)} pictures",
                f"it takes uint8 (N,28,28) and returns (N,10): ({len(images)}, 10) here",
            )
        off = 0.02  # so much more or less than 1 rows of probabilities may add up to, as half precision does
        if not np.isfinite(probabilities).all() or probabilities.min() < -off:
            raise UsageError("the classifier gave numbers that are not probabilities", "return softmax(logits)")
        if np.abs(probabilities.sum(axis=1) - 1).max(initial=0) > off:
            raise UsageError("the classifier's probabilities do not add up to 1", "return softmax(logits)")
        return probabilities
