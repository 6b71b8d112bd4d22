"""What was found in a picture, before it is decided what to accept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Box", "Finding", "agreed"]

Box = tuple[float, float, float, float]  # left, top, right, bottom on the page of grey levels, in its pixels

_LEAST = 1e-7


@dataclass(frozen=True)
class Finding:
    """A digit, and how sure the models are of it.

    Attributes:
        probabilities: float64 (10,), of the ten digits; they add up to 1.
        presence: probability that there is one digit at this place, 0 to 1.
        box: where it stands on the page.
        image: uint8 (28,28), what the digit model saw.

    """

    probabilities: npt.NDArray[np.float64]
    presence: float
    box: Box
    image: npt.NDArray[np.uint8]

    @property
    def value(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """Probability that there is a digit and that it is `value`, 0 to 1."""
        return float(self.probabilities.max()) * self.presence


def agreed(
    one: npt.NDArray[np.floating], other: npt.NDArray[np.floating], weight: float = 0.5
) -> npt.NDArray[np.float64]:
    """Return what two opinions of the ten digits come to: their geometric mean, where a doubt of either one counts.

    Args:
        one: (10,), probabilities; they need not add up to 1.
        other: the same.
        weight: of the other, 0 to 1.

    """
    pool = (one + _LEAST) ** (1 - weight) * (other + _LEAST) ** weight
    return np.asarray(pool / pool.sum(), np.float64)
