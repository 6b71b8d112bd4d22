"""One report object for a model and labelled digits."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
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

__all__ = ["Evaluation", "evaluate", "evaluate_probabilities"]


@dataclass(frozen=True, repr=False)
class Evaluation:
    """How good a model is on labelled digits.

    Attributes:
        model: the model's name.
        data: the data set's name.
        split: which part of it.
        n: how many digits; all of them are counted.
        correct: how many were read right.
        accuracy: `correct / n`.
        interval: the 95% interval of the accuracy (Wilson 1927).
        loss: mean cross-entropy in nats.
        ece: expected calibration error, 15 bins (Guo et al. 2017), from 0 to 1.
        confusion: int64 (10,10), true digit by row, predicted digit by column.
        classes: precision, recall and F1 of each digit.
        seconds: how long prediction took.
        probabilities: float32 (N,10), for figures.
        labels: int64 (N,), for figures.

    """

    model: str
    data: str
    split: str
    n: int
    correct: int
    accuracy: float
    interval: tuple[float, float]
    loss: float
    ece: float
    confusion: npt.NDArray[np.int64] = field(repr=False)
    classes: list[metrics.ClassFigures] = field(repr=False)
    seconds: float
    probabilities: npt.NDArray[np.float32] = field(repr=False)
    labels: npt.NDArray[np.int64] = field(repr=False)

    def __repr__(self) -> str:
        return f"<Evaluation of {self.model} on {self.data}, {self.split}: {self._words}>"

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

    @property
    def _words(self) -> str:
        low, high = self.interval
        return f"{self.accuracy:.2%} ({self.correct:,} of {self.n:,}, 95% interval {low:.2%} to {high:.2%})"

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
    if isinstance(data, tuple):
        data = as_dataset(*data, split="all")
    if not isinstance(data, Dataset):
        split = split or ("test" if str(data) in DATASETS else "all")
        data = load_dataset(data, split, data_dir=data_dir, offline=offline)
    begin = time.perf_counter()
    batches = [data.images[start : start + batch_size] for start in range(0, len(data), batch_size)]
    predicted = [classifier.predict_proba(batch) for batch in batches]
    seconds = time.perf_counter() - begin
    if not predicted:
        raise DataError(f"the {data.split} split of {printable(data.name)} holds no picture")
    return evaluate_probabilities(
        np.concatenate(predicted),
        data.labels,
        model=classifier.info.name,
        data=data.name,
        split=data.split,
        seconds=seconds,
    )


def evaluate_probabilities(
    probabilities: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    *,
    model: str,
    data: str,
    split: str,
    seconds: float,
) -> Evaluation:
    """Return the figures of predictions that have been made already.

    Args:
        probabilities: float32 (N,10), N at least 1.
        labels: int64 (N,).
        model: the model's name.
        data: the data set's name.
        split: which part of it.
        seconds: how long prediction took.

    """
    predictions = probabilities.argmax(axis=1)
    correct = int((predictions == labels).sum())
    return Evaluation(
        model=model,
        data=data,
        split=split,
        n=len(labels),
        correct=correct,
        accuracy=correct / len(labels),
        interval=metrics.wilson_interval(correct, len(labels)),
        loss=metrics.log_loss(probabilities, labels),
        ece=metrics.expected_calibration_error(probabilities, labels),
        confusion=metrics.confusion_matrix(predictions, labels),
        classes=metrics.class_figures(predictions, labels),
        seconds=seconds,
        probabilities=probabilities,
        labels=labels,
    )
