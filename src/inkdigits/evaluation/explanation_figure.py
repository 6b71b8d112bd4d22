"""One figure of why a digit was read as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from inkdigits.evaluation.style import FAINT, GREY, RIGHT, WRONG
from inkdigits.results.figure import Figure

if TYPE_CHECKING:
    from inkdigits.evaluation.explanation import Explanation

__all__ = ["plot_explanation"]


def plot_explanation(explanation: Explanation) -> Figure:
    """Plot a digit, where the model looked, what would have to change, and the nearest training digits below."""
    count = len(explanation.neighbours)
    figure = Figure(figsize=(9, 4.6 if count else 3.3), layout="constrained")
    parts = figure.subfigures(2 if count else 1, 1, height_ratios=(2.4, 1) if count else (1,), squeeze=False)[:, 0]
    seen, looked, change = parts[0].subplots(1, 3)
    value, runner_up, sure = explanation.value, explanation.runner_up, explanation.probabilities
    _draw(seen, explanation.image, f"{value}: {sure[value]:.1%}, next {runner_up}: {sure[runner_up]:.1%}")
    _draw(looked, explanation.image, f"what makes it a {value} (blue)\nor speaks against it (red)", strength=0.45)
    extent = max(float(np.abs(explanation.importance).max()), 1e-9)
    looked.imshow(explanation.importance, cmap="RdBu", vmin=-extent, vmax=extent, alpha=0.6)
    if explanation.disagrees:
        _draw(change, explanation.image, f"the digit model alone reads a {runner_up}:\nthe reader's others outvoted it")
    elif explanation.changed is None:
        _draw(change, explanation.image, f"no small change\nmakes it a {runner_up}")
    else:
        title = f"read as a {runner_up} once this is\ninked (blue), erased (red)"
        _draw(change, explanation.image, title, strength=0.45)
        change.imshow(_difference(explanation.image, explanation.changed))
    if count:
        parts[1].suptitle("the nearest training digits", fontsize=10, color=GREY)
        near = zip(explanation.neighbours, explanation.neighbour_labels, strict=True)
        for axis, (image, label) in zip(np.ravel(parts[1].subplots(1, count)), near, strict=True):
            _draw(axis, image)
            axis.set_xlabel(str(label), color=RIGHT if label == value else WRONG)
    return figure


def _draw(axis: Axes, image: npt.NDArray[np.uint8], title: str = "", strength: float = 1.0) -> None:
    axis.imshow(image * strength, cmap="gray_r", vmin=0, vmax=255)
    axis.set(xticks=[], yticks=[])
    axis.set_title(title, fontsize=10)
    for spine in axis.spines.values():
        spine.set_color(FAINT)


def _difference(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return what was inked in blue and what was erased in red, transparent elsewhere: float64 (28,28,4)."""
    more = after.astype(np.float64) - before
    colours = np.zeros((*more.shape, 4))
    colours[more > 0] = (0.12, 0.37, 0.75, 0.8)
    colours[more < 0] = (0.78, 0.2, 0.12, 0.8)
    return colours
