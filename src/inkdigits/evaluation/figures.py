"""Pictures of digits with what was read in them, and how figures are written.

Each function returns a matplotlib figure and touches no global state; `save` writes one. Where a digit was read wrong
its caption says so in words too, not by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.figure
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from inkdigits.errors import OutputError, printable
from inkdigits.files import write_atomically
from inkdigits.results.figure import FAINT, GREY, RIGHT, WRONG, Figure, encode, tidy
from inkdigits.results.percent import percent

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
    rows = max(1, -(-len(images) // columns))
    figure = Figure(figsize=(4.2 * columns, 2.3 * rows), layout="constrained")
    axes = figure.subplots(rows, 2 * columns, squeeze=False, width_ratios=[1, 1.25] * columns)
    for axis in axes.flat[2 * len(images) :]:
        axis.set_axis_off()
    for place, (image, row) in enumerate(zip(images, probabilities, strict=True)):
        label = None if labels is None else int(labels[place])
        _draw_digit(axes.flat[2 * place], image, row, label)
        _draw_probabilities(axes.flat[2 * place + 1], row, label)
        if indices is not None:
            axes.flat[2 * place].set_title(f"#{indices[place]}", fontsize=9, color=GREY)
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
        f"#{index}\nread {probabilities[index].argmax()} ({percent(probabilities[index].max())})\ntrue {labels[index]}"
        for index in chosen
    ]
    return plot_digits(images[chosen], captions, columns=columns, colour=WRONG)


def plot_digits(
    images: Images,
    captions: Sequence[str] | None = None,
    *,
    columns: int = 10,
    title: str | None = None,
    colour: str = "black",
) -> Figure:
    """Plot digits side by side.

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


def save(figure: matplotlib.figure.Figure, path: str | Path) -> Path:
    """Write a figure atomically, in the format that the suffix names: .png, .svg or .pdf.

    Raises:
        OutputError: matplotlib writes no such format, or the file cannot be written.

    """
    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    if kind not in {"png", "svg", "pdf"}:
        raise OutputError(
            f"cannot write a figure to {printable(target)}", "name a file that ends in .png, .svg or .pdf"
        )
    return write_atomically(target, encode(figure, kind))


def _draw_picture(axis: Axes, image: Images) -> None:
    axis.imshow(image, cmap="gray_r", vmin=0, vmax=255)
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set_color(FAINT)


def _draw_digit(axis: Axes, image: Images, probabilities: Probabilities, label: int | None) -> None:
    """Draw a digit with the predicted label and confidence under it."""
    _draw_picture(axis, image)
    predicted = int(probabilities.argmax())
    text = f"{predicted}  {percent(probabilities[predicted], 1)}"
    if label is None:
        axis.set_xlabel(text)
        return
    right = predicted == label
    axis.set_xlabel(f"{text}  (true {label})", color=RIGHT if right else WRONG)


def _draw_probabilities(axis: Axes, probabilities: Probabilities, label: int | None) -> None:
    """Draw bars of the ten probabilities: predicted red, true blue, and so blue where both are one."""
    bars = axis.bar(range(10), probabilities, color=GREY)
    predicted = int(probabilities.argmax())
    bars[predicted].set_color(RIGHT if label is None else WRONG)
    if label is not None:
        bars[label].set_color(RIGHT)
    axis.set(xticks=range(10), yticks=[], ylim=(0, 1))
    axis.tick_params(labelsize=8)
    for place in {predicted, predicted if label is None else label}:
        axis.get_xticklabels()[place].set_fontweight("bold")
    tidy(axis, left=False)
