"""How all figures look: right is blue and wrong is red, a pair that colour-blind people tell apart."""

from __future__ import annotations

from matplotlib.axes import Axes

__all__ = ["FAINT", "GREY", "RIGHT", "WRONG", "tidy"]

RIGHT = "#1f5fbf"
WRONG = "#c8321e"
GREY = "#8a8f98"
FAINT = "#d9dce1"


def tidy(axis: Axes, *, left: bool = True) -> None:
    """Leave away the lines that carry nothing."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines["left"].set_visible(left)
    axis.tick_params(length=0)
