"""Pictures of 28×28 in, calibrated probabilities out: the model file run by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.errors import ModelFileError, printable
from inkdigits.reading.model_file import BUNDLED, find_model, open_model
from inkdigits.results.notebook_html import html_table


class Classifier:
    """The ten probabilities of digits that are already 28×28, as MNIST has them.

    Args:
        model: "bundled", an `.onnx` model file, or a run folder.
        threads: how many threads a call may use; all cores if not given.

    Raises:
        ModelFileError: the model file is missing, damaged, foreign or unsafe, or its answers are not numbers.

    """

    def __init__(self, model: str | Path = BUNDLED, *, threads: int | None = None) -> None:
        self._anew = partial(type(self), model, threads=threads)
        path = find_model(model)
        self._session, self.info = open_model(path, threads)
        if not np.isfinite(self.predict_proba(np.zeros((1, 28, 28), np.uint8))).all():
            raise ModelFileError(f"the model {printable(path)} answers with no numbers", "choose another")

    def __repr__(self) -> str:
        reached = [f"{split} {figures['accuracy']:.2%}" for split, figures in self._figures.items()]
        return f"<Classifier {self.info.name}{': ' if reached else ''}{', '.join(reached)}>"

    def __reduce__(self) -> tuple[Callable[[], Classifier], tuple[()]]:
        """Pickle it as its arguments: ONNX Runtime's session cannot be, so that the model is loaded anew."""
        return self._anew, ()

    def _repr_html_(self) -> str:
        info = self.info
        rows = [
            ("learned from", info.data.get("name", "not stated")),
            ("recipe", info.recipe.get("name", "not stated")),
            *((f"{split} accuracy", f"{figures['accuracy']:.2%}") for split, figures in self._figures.items()),
            ("uncertain below, on its own", f"{info.reject_threshold:.1%}"),  # `Reader` may have others
            ("takes", info.input),
            ("licence", info.licence),
        ]
        return html_table(rows, title=f"Classifier {info.name}")

    @property
    def _figures(self) -> dict[str, dict[str, float]]:
        """What its file says that it reached, by split."""
        return {split: figures for split, figures in self.info.metrics.items() if "accuracy" in (figures or ())}

    def predict_proba(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the calibrated probabilities of the ten digits.

        Args:
            images: uint8 (N,28,28), white ink (255) on black (0), as MNIST.

        Returns:
            float32 (N,10); each row adds up to 1.

        Raises:
            ValueError: the shape or dtype is another one.

        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(f"images must be uint8 (N,28,28), not {images.dtype} {images.shape}")
        probabilities = np.empty((len(images), 10), np.float32)
        step = 128  # pictures, whose activations stay in the processor's cache; larger batches are no faster
        for start in range(0, len(images), step):
            batch = np.ascontiguousarray(images[start : start + step])
            probabilities[start : start + len(batch)] = self._session.run(None, {"images": batch})[0]
        return probabilities

    def predict(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """Return the most probable digit of each picture as int64 (N,); see `predict_proba`."""
        digits: npt.NDArray[np.int64] = self.predict_proba(images).argmax(axis=1)
        return digits
