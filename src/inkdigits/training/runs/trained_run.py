"""What a complete training run leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkdigits.results.notebook_html import html_image
from inkdigits.training.loop.history import History, read_history
from inkdigits.training.recipes.recipe import Recipe

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import nn

    from inkdigits.training.runs.run_folder import RunFolder


@dataclass(frozen=True, eq=False, repr=False)
class TrainedRun:
    """What a complete run leaves.

    Attributes:
        folder: the run folder.
        model: the model file in it, which `Reader`, `Classifier` and `evaluate` take.
        recipe: what was done.
        history: what each epoch reached, as columns: `history["validation_accuracy"]`.
        metrics: what stands in metrics.json.

    """

    folder: Path
    model: Path
    recipe: Recipe
    history: History
    metrics: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, run: RunFolder) -> TrainedRun:
        """Return what lies in the folder of a complete run."""
        recipe = Recipe.from_dict(run.read_config()["recipe"])
        metrics = json.loads(run.metrics_file.read_bytes())
        return cls(run.path, run.model_file, recipe, History(read_history(run.path)), metrics)

    @property
    def accuracy(self) -> float:
        """The accuracy on the validation digits after the last epoch, 0 to 1."""
        return float(self.metrics["validation"]["accuracy"])

    def network(self) -> nn.Module:
        """Return the trained network in torch, in evaluation mode: float32 (N,1,28,28) from 0 to 1 → (N,10) logits.

        Raises:
            ModelFileError: it is a network of your own, which you have already, and which has learned in place.

        """
        from inkdigits.models.onnx_file import read_model

        return read_model(self.model)[0].network

    def plot(self) -> Figure:
        """Plot loss and accuracy by epoch, of training and of validation, as a figure of matplotlib.

        A notebook shows it, `savefig` writes it.
        """
        from inkdigits.evaluation.charts import learning_curves

        return learning_curves(self.history.rows())

    def _repr_html_(self) -> str:
        from inkdigits.results.figure import encode

        curves = html_image(encode(self.plot(), dpi=80), "loss and accuracy by epoch")
        return f"<div>{escape(repr(self)[1:-1])}</div>{curves}{self.history._repr_html_()}"

    def __repr__(self) -> str:
        epochs = f"{self.recipe.epochs} epoch{'s'[: self.recipe.epochs != 1]}"
        return f"<TrainedRun {self.recipe.name}, {epochs}: validation {self.accuracy:.2%}, in {self.folder}>"
