"""Figures that a notebook shows as they are, also where nothing has set up pyplot."""

from __future__ import annotations

import io

from matplotlib import figure

__all__ = ["Figure", "encode"]


class Figure(figure.Figure):
    """A matplotlib figure, which is a picture in a notebook; pyplot does not hold on to it."""

    def _repr_png_(self) -> bytes:
        return encode(self, dpi=100)


def encode(shown: figure.Figure, kind: str = "png", *, dpi: int = 130) -> bytes:
    """Return a figure as the bytes of a file: "png", "svg" or "pdf"."""
    content = io.BytesIO()
    shown.savefig(content, format=kind, dpi=dpi, facecolor="white")
    return content.getvalue()
