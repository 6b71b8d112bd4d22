"""Why a digit was read as it was, in words and drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inkdigits.extras import require
from inkdigits.results.percent import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from inkdigits.results.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Why a digit was read as it was.

    Attributes:
        value: the digit that is explained.
        image: uint8 (28,28), what the model saw.
        probabilities: float64 (10,), what the model that explains says of it.
        importance: float64 (28,28), by how much the odds of the digit fall, as a logarithm, where a pixel is covered
            with paper together with those about it (occlusion, Zeiler & Fergus 2014); below 0 where they rise.
        runner_up: the digit that comes next.
        changed: uint8 (28,28), the picture with so little erased or inked, patch by patch, that the model reads the
            runner-up; None where 16 patches are not enough, and the picture itself where it reads that anyway.
        neighbours: uint8 (K,28,28), the most similar of the training digits, the most similar first; none where they
            are not on this machine.
        neighbour_labels: int64 (K,), which digits those are.

    """

    value: int
    image: npt.NDArray[np.uint8]
    probabilities: npt.NDArray[np.float64]
    importance: npt.NDArray[np.float64]
    runner_up: int
    changed: npt.NDArray[np.uint8] | None
    neighbours: npt.NDArray[np.uint8] = field(default_factory=lambda: np.empty((0, 28, 28), np.uint8))
    neighbour_labels: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __str__(self) -> str:
        words = [f"{self.value}: {percent(self.probabilities[self.value], 1)}"]
        words.append(f"next {self.runner_up}: {percent(self.probabilities[self.runner_up], 1)}")
        if self.disagrees:
            words.append(f"the digit model alone reads {self.runner_up}: others outvoted it")
        elif self.changed is None:
            words.append(f"no small change makes it {self.runner_up}")
        else:
            pixels = int((self.changed != self.image).sum())
            words.append(f"{self.runner_up} once {pixels} of 784 pixels are changed")
        if len(self.neighbours):
            same = int((self.neighbour_labels == self.value).sum())
            verb = f"is {'an' if self.value == 8 else 'a'}" if same == 1 else "are"
            words.append(f"{same} of the {len(self.neighbours)} nearest training digits {verb} {self.value}")
        return "; ".join(words)

    def __repr__(self) -> str:
        return f"<Explanation {self}>"

    @property
    def disagrees(self) -> bool:
        """Whether the model that explains would have read the runner-up: the other models of the reader did not."""
        return bool(self.probabilities[self.runner_up] > self.probabilities[self.value])

    def plot(self) -> Figure:
        """Plot the digit, where the model looked, what would have to change, and the nearest training digits.

        A notebook shows the figure, `savefig` writes it.

        Raises:
            MissingExtraError: matplotlib is not installed.

        """
        require("evaluate", "Plotting an explanation")
        return _plot(self)

    def _repr_png_(self) -> bytes:
        return self.plot()._repr_png_()


def _plot(explanation: Explanation) -> Figure:
    from inkdigits.results.figure import GREY, RIGHT, WRONG, Figure

    count = len(explanation.neighbours)
    figure = Figure(figsize=(9, 4.6 if count else 3.3), layout="constrained")
    parts = figure.subfigures(2 if count else 1, 1, height_ratios=(2.4, 1) if count else (1,), squeeze=False)[:, 0]
    seen, looked, change = parts[0].subplots(1, 3)
    value, runner_up = explanation.value, explanation.runner_up
    sure = [percent(probability, 1) for probability in explanation.probabilities]
    _draw(seen, explanation.image, f"{value}: {sure[value]}, next {runner_up}: {sure[runner_up]}")
    _draw(looked, explanation.image, f"what makes it {value} (blue)\nor speaks against it (red)", strength=0.45)
    extent = max(float(np.abs(explanation.importance).max()), 1e-9)
    looked.imshow(explanation.importance, cmap="RdBu", vmin=-extent, vmax=extent, alpha=0.6)
    if explanation.disagrees:
        _draw(change, explanation.image, f"the digit model alone reads {runner_up}:\nthe reader's others outvoted it")
    elif explanation.changed is None:
        _draw(change, explanation.image, f"no small change\nmakes it {runner_up}")
    else:
        title = f"read as {runner_up} once this is\ninked (blue), erased (red)"
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
    from inkdigits.results.figure import FAINT

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
