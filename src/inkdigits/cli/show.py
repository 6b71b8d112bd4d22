"""`inkdigits show`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkdigits.cli import options
from inkdigits.cli.completion import data_sets, models, recipes, splits
from inkdigits.errors import UsageError
from inkdigits.extras import require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from inkdigits.data import Dataset


def show(
    indices: Annotated[list[int] | None, typer.Argument(help="Which digits, counted from 0.")] = None,
    model: Annotated[
        str, typer.Option(help="A run folder, an .onnx model file, or 'bundled'.", autocompletion=models)
    ] = "bundled",
    data: Annotated[
        str, typer.Option(help="mnist, optdigits, or your own DIR or file.", autocompletion=data_sets)
    ] = "mnist",
    split: Annotated[str | None, typer.Option(help="train, validation, test, all.", autocompletion=splits)] = None,
    mistakes: Annotated[int | None, typer.Option(min=1, help="Show the N surest mistakes.")] = None,
    augmented: Annotated[
        str | None, typer.Option(help="Show how this RECIPE varies training digits.", autocompletion=recipes)
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write a .png, .svg or .pdf.")] = None,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Draw digits with what a model reads in them: blue where right, red where wrong.

    Without -o it is written to inkdigits-show.png, and a desktop opens it in the program that shows pictures.

    [bold]Examples[/bold]

    inkdigits show 0 1 2 3 -o digits.png

    inkdigits show --mistakes 24 -o mistakes.png

    inkdigits show --augmented mlp -o augmented.png
    """
    wanted = [bool(indices), mistakes is not None, augmented is not None]
    if sum(wanted) != 1:
        raise UsageError("say what to show, and one thing only", "give indices, --mistakes N or --augmented RECIPE")
    require("train" if augmented else "evaluate", "Showing digits")
    from inkdigits.evaluation import figures
    from inkdigits.evaluation.digit_evaluation import load_labelled

    split = split or ("train" if augmented else None)
    dataset = load_labelled(data, split, data_dir=data_dir, offline=offline)
    if augmented is not None:
        figure = _augmented(dataset, augmented)
    else:
        figure = _predicted(dataset, model, indices or [], mistakes)
    path = figures.save(figure, output or "inkdigits-show.png")
    typer.echo(path if output else path.resolve())
    if not output and sys.stdout.isatty():
        _open(path)


def _open(path: Path) -> None:
    """Open a figure in the program that shows pictures, if there is a display; what that program says is lost."""
    program = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    display = program != "xdg-open" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if display and (found := shutil.which(program)):
        silent = subprocess.DEVNULL
        subprocess.Popen([found, path], stdin=silent, stdout=silent, stderr=silent)  # noqa: S603 - a figure of our own


def _predicted(dataset: Dataset, model: str, indices: list[int], mistakes: int | None) -> Figure:
    """Return the digits with what the model reads in them."""
    from inkdigits.evaluation import figures
    from inkdigits.reading.classifier import Classifier

    outside = [index for index in indices if not 0 <= index < len(dataset)]
    if outside:
        raise UsageError(
            f"there is no digit {outside[0]} in the {dataset.split} split of {dataset.name}",
            f"give indices from 0 to {len(dataset) - 1}",
        )
    classifier = Classifier(model)
    if mistakes is not None:
        probabilities = classifier.predict_proba(dataset.images)
        return figures.plot_mistakes(dataset.images, probabilities, dataset.labels, limit=mistakes)
    images, labels = dataset.images[indices], dataset.labels[indices]
    return figures.plot_predictions(images, classifier.predict_proba(images), labels, indices=indices)


def _augmented(dataset: Dataset, recipe: str) -> Figure:
    """Return a sheet of digits as a recipe varies them: each row is one digit, first as it is."""
    import numpy as np
    import torch

    from inkdigits.evaluation import figures
    from inkdigits.training.data.augmentation import augment
    from inkdigits.training.recipes.recipe import Recipe

    augmentation = Recipe.named(recipe).augmentation
    rows, columns = 5, 10
    originals = torch.from_numpy(dataset.images[:rows].astype(np.float32) / 255).unsqueeze(1)
    repeated = originals.repeat_interleave(columns, dim=0)
    varied = augment(repeated, augmentation, torch.Generator().manual_seed(0))
    varied[::columns] = originals
    images = (varied.squeeze(1).clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    title = (
        f"'{recipe}': rotation ±{augmentation.rotation:g}°, shift ±{augmentation.shift:.0%}, "
        f"zoom ±{augmentation.zoom:.0%}; the first column is as it was"
    )
    return figures.plot_digits(images, columns=columns, title=title)
