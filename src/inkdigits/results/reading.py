"""What was read in a picture, with all the ways to look at it: drawn, plotted, in a notebook, explained."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkdigits.extras import require
from inkdigits.files import write_atomically
from inkdigits.results import explaining
from inkdigits.results.annotate import annotate
from inkdigits.results.characters import Digit
from inkdigits.results.display import to_html, to_image, to_line
from inkdigits.results.drawing import drawing_format
from inkdigits.results.transcript import Transcript

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image

    from inkdigits.results.explanation import Explanation

__all__ = ["Reading"]


class Reading(Transcript):
    """What was read in one picture, or on one of its pages, and the ways to look at it.

    Attributes:
        source: the picture's path as it was given, or what kind of thing it was.
        lines: from the top of the page.
        error: why the picture could not be read; None if it could.
        picture: what was read; drawing looks at it again.
        page: which page of the picture, from 1; that of nearly every picture.
        digit_score: how sure it is that there is a digit at all, 0 to 1, also where none was accepted: the mean
            confidence of its surest line.
        rotation: by how many degrees the page was turned, clockwise, to be read: 0, 90, 180 or 270.
        notes: why it is not "ok", or what was left out, in words; empty where all is plain.

    """

    def __repr__(self) -> str:
        return to_line(self)

    def _repr_html_(self) -> str:
        return to_html(self)

    def _repr_png_(self) -> bytes | None:
        return to_image(self, "PNG")

    def explain(self, digit: Digit | int = 0, **how: Any) -> Explanation:
        """Explain why a digit was read as it was: where the model looked, what would have to change, similar digits.

        Args:
            digit: one of `digits`, or its place among them.
            how: as `inkdigits.explain` takes it: `classifier` where a model of your own read it, `neighbours`, `data`.

        Raises:
            UsageError: there is no such digit.

        """
        return explaining.explain(self, digit, **how)

    def draw(self) -> Image.Image:
        """Draw the picture with a box about each digit, what was read as its title, and what the model saw.

        Returns:
            an RGB image.

        Raises:
            PictureError: the picture could not be read, or can no longer be.

        """
        return annotate(self)

    def save(self, path: str | Path) -> Path:
        """Write what `draw` draws to a file, in the format that its suffix names.

        Raises:
            OutputError: Pillow writes no such format, the file cannot be written, or it is the picture itself.
            PictureError: the picture could not be read, or can no longer be.

        """
        read = [os.fspath(self.picture)] if isinstance(self.picture, str | os.PathLike) else []
        content = io.BytesIO()
        self.draw().save(content, format=drawing_format(path))
        return write_atomically(path, content.getvalue(), read)

    def plot(self) -> Figure:
        """Plot the picture with the prediction as its title, what the model saw, and the ten probabilities.

        A notebook shows the figure, `savefig` writes it.

        Raises:
            MissingExtraError: matplotlib is not installed.
            PictureError: the picture could not be read, or can no longer be.

        """
        require("evaluate", "Plotting a reading")
        from inkdigits.results.plot import plot

        return plot(self)
