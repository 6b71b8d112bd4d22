"""A digit classifier as scikit-learn has classifiers: fit, predict, predict_proba, score."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from inkdigits.data.arrays import as_images
from inkdigits.extras import require
from inkdigits.training.loop.progress import Showing
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.runs.whole_run import train

require("train", "DigitClassifier")  # before the classes that it is made of are looked for
from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: E402
from sklearn.utils.validation import check_is_fitted  # noqa: E402


class DigitClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Learns digits by one of the recipes, as an estimator of scikit-learn.

    It goes where estimators go: pipelines, `cross_val_score`, `GridSearchCV`, pickle. Its tags say that it takes
    pictures, not tables, so that of `check_estimator` only the checks of an estimator's manners apply (parameters,
    cloning, attributes): the others fit tables of a few columns and any classes, and a picture has 784 pixels and
    one of ten digits.

    Args:
        recipe: the name of a recipe, or one of your own.
        epochs: instead of the recipe's.
        batch_size: instead of the recipe's.
        random_state: decides everything that is drawn at random.
        device: "auto", "cpu", "cuda", ….
        progress: show a bar and the epochs: "auto" on a terminal and in a notebook alone, True, or False.

    Attributes:
        classes_: int64 (10,), the digits from 0 to 9.
        history_: what each epoch reached, as columns.
        model_: the trained network in torch, calibrated.

    """

    def __init__(
        self,
        recipe: str | Recipe = "fast",
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        random_state: int = 0,
        device: str = "auto",
        progress: Showing = False,
    ) -> None:
        self.recipe = recipe
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.device = device
        self.progress = progress

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> DigitClassifier:  # noqa: N803 - scikit-learn's names
        """Learn from labelled pictures; a tenth of each digit is held back, for calibration.

        Args:
            X: (N,28,28) or (N,784), white ink on black: whole numbers or floats from 0 to 255, or floats from 0 to 1.
            y: (N,), the digits, also as texts such as "7".

        Raises:
            DataError: they cannot be used.

        and as `inkdigits.train`.

        """
        from inkdigits.models.onnx_file import read_model

        with TemporaryDirectory() as folder:
            run = train(
                self.recipe,
                (X, y),
                out=Path(folder) / "run",
                seed=self.random_state,
                epochs=self.epochs,
                batch_size=self.batch_size,
                device=self.device,
                progress=self.progress,
            )
            self.model_ = read_model(run.model)[0]
        self.history_ = run.history
        self.classes_ = np.arange(10)
        return self

    def predict_proba(self, X: npt.ArrayLike) -> npt.NDArray[np.float32]:  # noqa: N803
        """Return the calibrated probabilities of the ten digits, float32 (N,10), of pictures as `fit` takes them."""
        check_is_fitted(self)
        import torch

        images = torch.from_numpy(as_images(X))
        with torch.no_grad():
            parts = [self.model_(part) for part in images.split(1000)]
        probabilities: npt.NDArray[np.float32] = (torch.cat(parts) if parts else torch.empty(0, 10)).numpy()
        return probabilities

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.int64]:  # noqa: N803
        """Return the most probable digit of each picture, int64 (N,)."""
        digits: npt.NDArray[np.int64] = self.predict_proba(X).argmax(axis=1)
        return digits

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.three_d_array = False, True
        tags.input_tags.positive_only = True
        tags.non_deterministic = False
        return tags
