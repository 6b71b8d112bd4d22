"""How all figures look, which a notebook shows as they are, also where nothing has set up pyplot."""

from __future__ import annotations

import io

from matplotlib import figure
from matplotlib.axes import Axes

# Right is blue and wrong is red, a pair that colour-blind people tell apart.
RIGHT = "#1f5fbf"
WRONG = "#c8321e"
GREY = "#8a8f98"
FAINT = "#d9dce1"


class Figure(figure.Figure):
    """A matplotlib figure, which is a picture in a notebook; pyplot does not hold on to it."""

    def _repr_png_(self) -> bytes:
        return encode(self, dpi=100)


def encode(shown: figure.Figure, kind: str = "png", *, dpi: int = 130) -> bytes:
    """Return a figure as the bytes of a file: "png", "svg" or "pdf"."""
    content = io.BytesIO()
    shown.savefig(content, format=kind, dpi=dpi, facecolor="white")
    return content.getvalue()


def tidy(axis: Axes, *, left: bool = True) -> None:
    """Leave away the lines that carry nothing."""
    axis.spines[["top", "right"]].set_visible(False)
    axis.spines["left"].set_visible(left)
    axis.tick_params(length=0)
