"""Figures: digits beside their probabilities, mistakes, confusion, calibration, learning curves, sample sheets.

Each function returns a matplotlib figure and touches no global state; `save` writes one. Right is blue and wrong is red
throughout, a pair that colour-blind people tell apart; where both stand together they differ in words too.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inkdigits.errors import OutputError, printable
from inkdigits.evaluation.metrics import reliability_bins
from inkdigits.files import write_atomically

__all__ = [
    "class_histogram",
    "confusion_figure",
    "encode",
    "learning_curves",
    "plot_mistakes",
    "plot_prediction",
    "plot_predictions",
    "reliability_figure",
    "sample_sheet",
    "save",
    "worst_mistakes",
]

RIGHT = "#1f5fbf"
WRONG = "#c8321e"
_GREY = "#8a8f98"
_FAINT = "#d9dce1"

Images = npt.NDArray[np.uint8]  # (N,28,28)
Labels = npt.NDArray[np.int64]  # (N,)
Probabilities = npt.NDArray[np.float32]  # (N,10)


def plot_prediction(image: Images, probabilities: Probabilities, label: int | None = None) -> Figure:
    """Plot a digit with what was predicted under it, beside bars of the ten probabilities.

    Args:
        image: uint8 (28,28).
        probabilities: float32 (10,).
        label: the true digit, if it is known: blue where the prediction is right, red where it is wrong.

    """
    labels = None if label is None else np.array([label])
    return plot_predictions(image[None], probabilities[None], labels, columns=1)


def plot_predictions(
    images: Images,
    probabilities: Probabilities,
    labels: Labels | None = None,
    *,
    columns: int = 3,
    indices: Sequence[int] | None = None,
) -> Figure:
    """Plot several digits as `plot_prediction` does one.

    Args:
        images: uint8 (N,28,28).
        probabilities: float32 (N,10).
        labels: int64 (N,), the true digits, if they are known.
        columns: how many digits stand side by side.
        indices: a number for each digit, shown above it.

    """
    columns = max(1, min(columns, len(images)))
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(4.2 * columns, 2.3 * rows), layout="constrained")
    axes = figure.subplots(rows, 2 * columns, squeeze=False, width_ratios=[1, 1.25] * columns)
    for axis in axes.flat[2 * len(images) :]:
        axis.set_axis_off()
    for place, (image, row) in enumerate(zip(images, probabilities, strict=True)):
        label = None if labels is None else int(labels[place])
        _draw_digit(axes.flat[2 * place], image, row, label)
        _draw_probabilities(axes.flat[2 * place + 1], row, label)
        if indices is not None:
            axes.flat[2 * place].set_title(f"#{indices[place]}", fontsize=9, color=_GREY)
    return figure


def worst_mistakes(probabilities: Probabilities, labels: Labels, limit: int = 24) -> npt.NDArray[np.int64]:
    """Return the indices of the digits that were read wrong, the surest mistakes first, as int64 (at most limit,)."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    surest = np.argsort(-probabilities[wrong].max(axis=1), kind="stable")
    return wrong[surest][:limit].astype(np.int64)


def plot_mistakes(
    images: Images, probabilities: Probabilities, labels: Labels, *, limit: int = 24, columns: int = 8
) -> Figure:
    """Plot a gallery of the surest mistakes, each with its index, the predicted and the true digit.

    Args:
        images: uint8 (N,28,28).
        probabilities: float32 (N,10).
        labels: int64 (N,).
        limit: how many at most.
        columns: how many side by side.

    """
    chosen = worst_mistakes(probabilities, labels, limit)
    if len(chosen) == 0:
        figure = Figure(figsize=(6, 1), layout="constrained")
        figure.text(0.5, 0.5, "Every digit was read right.", ha="center", va="center", fontsize=12)
        return figure
    captions = [
        f"#{index}\nread {probabilities[index].argmax()} ({probabilities[index].max():.0%})\ntrue {labels[index]}"
        for index in chosen
    ]
    return sample_sheet(images[chosen], captions, columns=columns, colour=WRONG)


def sample_sheet(
    images: Images,
    captions: Sequence[str] | None = None,
    *,
    columns: int = 10,
    title: str | None = None,
    colour: str = "black",
) -> Figure:
    """Plot a sheet of digits.

    Args:
        images: uint8 (N,28,28).
        captions: a text for under each, which may have several lines.
        columns: how many side by side.
        title: a heading.
        colour: of the captions.

    """
    columns = max(1, min(columns, len(images)))
    rows = max(1, -(-len(images) // columns))
    lines = max((caption.count("\n") + 1 for caption in captions or ()), default=0)
    figure = Figure(figsize=(1.15 * columns, (1.1 + 0.17 * lines) * rows + (0.4 if title else 0)), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis in axes.flat[len(images) :]:
        axis.set_axis_off()
    for place, image in enumerate(images):
        _draw_picture(axes.flat[place], image)
        if captions is not None:
            axes.flat[place].set_xlabel(captions[place], fontsize=8, color=colour)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def confusion_figure(confusion: npt.NDArray[np.int64]) -> Figure:
    """Plot a confusion matrix, int64 (10,10): true digit by row, predicted digit by column, right in blue."""
    figure = Figure(figsize=(5.6, 5.2), layout="constrained")
    axis = figure.subplots()
    right = np.eye(len(confusion), dtype=bool)
    mistakes = np.where(right, 0, confusion)
    shades = np.ones((*confusion.shape, 4))
    strength = mistakes / max(1, mistakes.max())
    shades[~right] = [(1, 1 - 0.75 * share, 1 - 0.8 * share, 1) for share in strength[~right]]
    shades[right] = (0.83, 0.89, 0.97, 1)
    axis.imshow(shades)
    for row, column in np.ndindex(*confusion.shape):
        if count := confusion[row, column]:
            colour = RIGHT if row == column else "black"
            axis.text(column, row, f"{count:,}", ha="center", va="center", fontsize=8, color=colour)
    axis.set(xlabel="predicted digit", ylabel="true digit", xticks=range(10), yticks=range(10))
    _plain(axis)
    return figure


def reliability_figure(probabilities: Probabilities, labels: Labels, bins: int = 15) -> Figure:
    """Plot how often a digit read with some confidence is right; on the diagonal, confidence can be believed."""
    found = [entry for entry in reliability_bins(probabilities, labels, bins) if entry.n]
    figure = Figure(figsize=(5.2, 4.6), layout="constrained")
    axis = figure.subplots()
    axis.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle="--", label="perfectly calibrated")
    sizes = [12 + 6 * np.log2(entry.n) ** 1.5 for entry in found]
    axis.scatter(
        [entry.confidence for entry in found],
        [entry.accuracy for entry in found],
        s=sizes,
        color=RIGHT,
        alpha=0.8,
        label="digits by confidence",
    )
    for entry in found:
        axis.annotate(
            f"{entry.n:,}",
            (entry.confidence, entry.accuracy),
            xytext=(-9, 7),
            textcoords="offset points",
            fontsize=7,
            ha="right",
            color=_GREY,
        )
    axis.set(xlabel="confidence", ylabel="share read right", xlim=(0, 1.03), ylim=(0, 1.06))
    axis.legend(frameon=False, loc="upper left")
    _plain(axis)
    return figure


def learning_curves(history: Sequence[Mapping[str, Any]]) -> Figure:
    """Plot loss and accuracy by epoch.

    Args:
        history: one record an epoch, with `epoch`, `loss`, `accuracy`, `validation_loss` and `validation_accuracy`.

    """
    figure = Figure(figsize=(8.4, 3.4), layout="constrained")
    epochs = [record["epoch"] for record in history]
    for axis, name, scale in zip(figure.subplots(1, 2), ("loss", "accuracy"), (1, 100), strict=True):
        for prefix, colour, label in (("", _GREY, "training"), ("validation_", RIGHT, "validation")):
            values = [scale * record[prefix + name] for record in history]
            axis.plot(epochs, values, marker="o", markersize=4, color=colour, label=label)
            if values:
                axis.annotate(
                    f"{values[-1]:.2f}" if scale > 1 else f"{values[-1]:.3f}",
                    (epochs[-1], values[-1]),
                    xytext=(6, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=8,
                    color=colour,
                )
        axis.set(xlabel="epoch", ylabel=name if scale == 1 else "accuracy (%)")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.margins(x=0.12)
        axis.legend(frameon=False)
        _plain(axis)
    return figure


def class_histogram(datasets: Mapping[str, Labels]) -> Figure:
    """Plot how many of each digit there are.

    Args:
        datasets: int64 (N,) labels by the name of the data set or split.

    """
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axis = figure.subplots()
    width = 0.8 / max(1, len(datasets))
    colours = (RIGHT, "#e3a02f", "#4a9c7d", _GREY)
    for place, (name, labels) in enumerate(datasets.items()):
        counts = np.bincount(labels, minlength=10)
        offsets = np.arange(10) + (place - (len(datasets) - 1) / 2) * width
        axis.bar(offsets, counts, width, label=f"{name} ({len(labels):,})", color=colours[place % len(colours)])
    axis.set(xlabel="digit", ylabel="pictures", xticks=range(10))
    if datasets:
        figure.legend(frameon=False, loc="outside upper center", ncols=min(4, len(datasets)))
    _plain(axis)
    return figure


def save(figure: Figure, path: str | Path, *, dpi: int = 130) -> Path:
    """Write a figure atomically, in the format that the suffix names.

    Args:
        figure: what to write.
        path: ends in .png, .svg or .pdf.
        dpi: pixels an inch, for .png.

    Raises:
        OutputError: matplotlib writes no such format, or the file cannot be written.

    """
    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    if kind not in {"png", "svg", "pdf"}:
        raise OutputError(
            f"cannot write a figure to {printable(target)}", "name a file that ends in .png, .svg or .pdf"
        )
    return write_atomically(target, encode(figure, kind, dpi=dpi))


def encode(figure: Figure, kind: str = "png", *, dpi: int = 130) -> bytes:
    """Return a figure as the bytes of a file: "png", "svg" or "pdf"."""
    content = io.BytesIO()
    figure.savefig(content, format=kind, dpi=dpi, facecolor="white")
    return content.getvalue()


def _draw_picture(axis: Axes, image: Images) -> None:
    axis.imshow(image, cmap="gray_r", vmin=0, vmax=255)
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set_color(_FAINT)


def _draw_digit(axis: Axes, image: Images, probabilities: Probabilities, label: int | None) -> None:
    """Draw a digit with the predicted label and confidence under it."""
    _draw_picture(axis, image)
    predicted = int(probabilities.argmax())
    text = f"{predicted}  {probabilities[predicted]:.1%}"
    if label is None:
        axis.set_xlabel(text)
        return
    right = predicted == label
    axis.set_xlabel(f"{text}  (true {label})", color=RIGHT if right else WRONG)


def _draw_probabilities(axis: Axes, probabilities: Probabilities, label: int | None) -> None:
    """Draw bars of the ten probabilities: predicted red, true blue, and so blue where both are one."""
    bars = axis.bar(range(10), probabilities, color=_GREY)
    predicted = int(probabilities.argmax())
    bars[predicted].set_color(RIGHT if label is None else WRONG)
    if label is not None:
        bars[label].set_color(RIGHT)
    axis.set(xticks=range(10), yticks=[], ylim=(0, 1))
    axis.tick_params(labelsize=8)
    for place in {predicted, predicted if label is None else label}:
        axis.get_xticklabels()[place].set_fontweight("bold")
    _plain(axis, left=False)


def _plain(axis: Axes, *, left: bool = True) -> None:
    """Leave away the lines that carry nothing."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines["left"].set_visible(left)
    axis.tick_params(length=0)
