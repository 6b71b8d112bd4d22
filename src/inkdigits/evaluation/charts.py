"""Charts of figures: confusion, calibration, coverage, learning curves, and how many of each digit there are.

Each function returns a matplotlib figure and touches no global state; `figures.save` writes one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from inkdigits.evaluation.metrics import Labels, Probabilities, ReliabilityBin, reliability_bins
from inkdigits.results.figure import GREY, RIGHT, Figure, tidy


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
    tidy(axis)
    return figure


def reliability_figure(probabilities: Probabilities, labels: Labels, bins: int = 15) -> Figure:
    """Plot how often a digit read with some confidence is right; on the diagonal, confidence can be believed."""
    found = [entry for entry in reliability_bins(probabilities, labels, bins) if entry.n]
    figure = Figure(figsize=(5.2, 4.6), layout="constrained")
    axis = figure.subplots()
    axis.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="perfectly calibrated")
    sizes = [12 + 6 * np.log2(entry.n) ** 1.5 for entry in found]
    axis.scatter(
        [entry.confidence for entry in found],
        [entry.accuracy for entry in found],
        s=sizes,
        color=RIGHT,
        alpha=0.8,
        label="digits by confidence",
    )
    for entry in _apart(found):
        axis.annotate(
            f"{entry.n:,}",
            (entry.confidence, entry.accuracy),
            xytext=(-9, 7),
            textcoords="offset points",
            fontsize=7,
            ha="right",
            color=GREY,
        )
    axis.set(xlabel="confidence", ylabel="share read right", xlim=(0, 1.03), ylim=(0, 1.06))
    axis.legend(frameon=False, loc="upper left")
    tidy(axis)
    return figure


def _apart(bins: Sequence[ReliabilityBin], across: float = 0.09, up: float = 0.05) -> list[ReliabilityBin]:
    """Return those bins whose labels do not cover each other, of two that would the one with more digits."""
    kept: list[ReliabilityBin] = []
    for entry in sorted(bins, key=lambda entry: -entry.n):
        if all(
            abs(entry.confidence - other.confidence) > across or abs(entry.accuracy - other.accuracy) > up
            for other in kept
        ):
            kept.append(entry)
    return kept


def learning_curves(history: Sequence[Mapping[str, Any]]) -> Figure:
    """Plot loss and accuracy by epoch.

    Args:
        history: one record an epoch, with `epoch`, `loss`, `accuracy`, `validation_loss` and `validation_accuracy`.

    """
    figure = Figure(figsize=(8.4, 3.4), layout="constrained")
    epochs = [record["epoch"] for record in history]
    for axis, name, scale in zip(figure.subplots(1, 2), ("loss", "accuracy"), (1, 100), strict=True):
        for prefix, colour, label in (("", GREY, "training"), ("validation_", RIGHT, "validation")):
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
        # Where curves do not end: to look for the best place takes long, and matplotlib then warns.
        axis.legend(frameon=False, loc="upper right" if scale == 1 else "lower right")
        tidy(axis)
    return figure


def class_histogram(datasets: Mapping[str, Labels]) -> Figure:
    """Plot how many of each digit there are: labels by the name of the data set or split, at least one."""
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axis = figure.subplots()
    width = 0.8 / len(datasets)
    colours = (RIGHT, "#e3a02f", "#4a9c7d", GREY)
    for place, (name, labels) in enumerate(datasets.items()):
        counts = np.bincount(labels, minlength=10)
        offsets = np.arange(10) + (place - (len(datasets) - 1) / 2) * width
        axis.bar(offsets, counts, width, label=f"{name} ({len(labels):,})", color=colours[place % len(colours)])
    axis.set(xlabel="digit", ylabel="pictures", xticks=range(10))
    figure.legend(frameon=False, loc="outside upper center", ncols=min(4, len(datasets)))
    tidy(axis)
    return figure


def coverage_figure(confidences: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], accepted: int) -> Figure:
    """Plot how many readings are right of those that are at least so sure, against what share of all they are.

    Args:
        confidences: float64 (N,), N at least 1.
        right: bool (N,).
        accepted: how many were accepted; the surest ones, if by one threshold.

    """
    order = np.argsort(-confidences, kind="stable")
    counts = np.arange(1, len(order) + 1)
    accuracy = np.cumsum(right[order]) / counts
    last = np.append(np.diff(confidences[order]) != 0, True)  # who is as sure as the next comes with it
    coverage = counts / len(order)
    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    axis = figure.subplots()
    axis.plot(100 * coverage[last], 100 * accuracy[last], color=RIGHT)
    axis.axvline(100 * accepted / len(order), color=GREY, linewidth=1, linestyle="--", label="accepted")
    axis.set(xlabel="readings kept, the surest first (%)", ylabel="of them right (%)", xlim=(0, 101))
    axis.legend(frameon=False, loc="lower left")
    tidy(axis)
    return figure
