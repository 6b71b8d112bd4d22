"""One report object for a model and labelled digits."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inkdigits.data import DATASETS, Dataset, load_dataset
from inkdigits.data.arrays import as_dataset
from inkdigits.errors import DataError, printable
from inkdigits.evaluation import metrics
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.model_file import BUNDLED
from inkdigits.results.notebook_html import html_image, html_table


@dataclass(frozen=True, repr=False)
class Evaluation:
    """How good a model is on labelled digits, all of which are counted.

    Attributes:
        probabilities: float32 (N,10), what was predicted; N at least 1.
        labels: int64 (N,).
        model: the model's name.
        data: the data set's name.
        split: which part of it.
        seconds: how long prediction took.

    """

    probabilities: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    model: str
    data: str
    split: str
    seconds: float

    @property
    def n(self) -> int:
        """How many digits."""
        return len(self.labels)

    @cached_property
    def correct(self) -> int:
        """How many were read right."""
        return int((self._predictions == self.labels).sum())

    @property
    def accuracy(self) -> float:
        """The share that was read right, from 0 to 1."""
        return self.correct / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the accuracy (Wilson 1927)."""
        return metrics.wilson_interval(self.correct, self.n)

    @cached_property
    def loss(self) -> float:
        """Mean cross-entropy in nats."""
        return metrics.log_loss(self.probabilities, self.labels)

    @cached_property
    def ece(self) -> float:
        """Expected calibration error, 15 bins (Guo et al. 2017), from 0 to 1."""
        return metrics.expected_calibration_error(self.probabilities, self.labels)

    @cached_property
    def confusion(self) -> npt.NDArray[np.int64]:
        """Counts, int64 (10,10): true digit by row, predicted digit by column."""
        return metrics.confusion_matrix(self._predictions, self.labels)

    @cached_property
    def classes(self) -> list[metrics.ClassFigures]:
        """Precision, recall and F1 of each digit."""
        return metrics.class_figures(self._predictions, self.labels)

    @cached_property
    def _predictions(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.probabilities.argmax(axis=1), np.int64)

    def __repr__(self) -> str:
        low, high = self.interval
        words = f"{self.accuracy:.2%} ({self.correct:,} of {self.n:,}, 95% interval {low:.2%} to {high:.2%})"
        return f"<Evaluation of {self.model} on {self.data}, {self.split}: {words}>"

    def _repr_html_(self) -> str:
        from inkdigits.evaluation.charts import confusion_figure
        from inkdigits.results.figure import encode

        head = ("digit", "precision", "recall", "F1", "pictures")
        rows = [
            (one.digit, *(f"{share:.2%}" for share in (one.precision, one.recall, one.f1)), f"{one.support:,}")
            for one in self.classes
        ]
        title = f"{repr(self)[1:-1]}; loss {self.loss:.4f}, calibration error {self.ece:.2%}"
        chart = html_image(encode(confusion_figure(self.confusion), dpi=70), "true digit by predicted digit")
        return f'{html_table((), title=title)}<div style="display:flex;gap:2em">{html_table(rows, head)}{chart}</div>'

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as `inkdigits evaluate --json` prints them; the probabilities are left out."""
        return {
            "model": self.model,
            "data": self.data,
            "split": self.split,
            "n": self.n,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "loss": self.loss,
            "ece": self.ece,
            "confusion": self.confusion.tolist(),
            "classes": [asdict(figures) for figures in self.classes],
            "seconds": round(self.seconds, 4),
        }


def evaluate(
    model: Classifier | str | Path = BUNDLED,
    data: Dataset | tuple[npt.ArrayLike, npt.ArrayLike] | str | Path = "mnist",
    split: str | None = None,
    *,
    data_dir: str | Path | None = None,
    offline: bool = False,
    batch_size: int = 1000,
) -> Evaluation:
    """Judge a model on labelled digits, every one of them.

    Args:
        model: an open classifier, "bundled", a run folder, or an `.onnx` model file.
        data: "mnist", "optdigits", your own folder or file, a data set that is loaded already, or (images, labels).
        split: "test" if not given, and all pictures of your own folder.
        data_dir: where to look for the data first.
        offline: never download.
        batch_size: pictures at once; it changes nothing but memory and speed.

    Raises:
        ModelFileError: the model file cannot be used.
        DataError: the data cannot be used, or there is no picture.
        UsageError: there is no data set or split of that name.

    """
    classifier = model if isinstance(model, Classifier) else Classifier(model)
    if isinstance(data, str | Path):
        data = load_labelled(data, split, data_dir=data_dir, offline=offline)
    data = as_dataset(data, "all")
    begin = time.perf_counter()
    batches = [data.images[start : start + batch_size] for start in range(0, len(data), batch_size)]
    predicted = [classifier.predict_proba(batch) for batch in batches]
    seconds = time.perf_counter() - begin
    if not predicted:
        raise DataError(f"the {data.split} split of {printable(data.name)} holds no picture")
    return Evaluation(
        np.concatenate(predicted), data.labels, classifier.info.name, data.name, data.split, seconds=seconds
    )


def load_labelled(
    data: str | Path, split: str | None = None, *, data_dir: str | Path | None = None, offline: bool = False
) -> Dataset:
    """Load digits to judge a model on; if no split is named, the test split, or all of your own folder or file."""
    split = split or ("test" if str(data) in DATASETS else "all")
    return load_dataset(data, split, data_dir=data_dir, offline=offline)
