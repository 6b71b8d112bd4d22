"""What was read in a picture, with all the ways to look at it: drawn, plotted, in a notebook, explained."""

from __future__ import annotations

import io
import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkdigits.errors import PictureError, printable
from inkdigits.extras import require
from inkdigits.files import write_atomically
from inkdigits.results import explaining
from inkdigits.results.annotate import annotate
from inkdigits.results.characters import Digit
from inkdigits.results.drawing import COLOURS, drawing_format
from inkdigits.results.notebook_html import html_image
from inkdigits.results.transcript import Transcript

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image

    from inkdigits.results.explanation import Explanation


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
        source = f"{self._name}, page {self.page}" if self.page > 1 else self._name
        if self.error:
            return f"<Reading: {self.error.code}, {source}>"
        if not self.digits:
            return f"<Reading: no digit, {source}>"
        text = " / ".join(self.text.split("\n"))
        longest = 40  # letters of a text in one line
        shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
        doubtful = sum(not read.accepted for read in self.characters)
        status = f"uncertain, {doubtful} of {len(self.characters)} to check" if doubtful else self.status
        return f"<Reading '{shown}': {status}, {source}>"

    def _repr_html_(self) -> str:
        """Return its drawing, its text to copy, and what should be checked in it."""
        if self.error:
            parts = [f"<b>{escape(self._name)}</b>: {escape(str(self.error))}"]
        else:
            jpeg = self._drawn("JPEG", quality=90)  # a tenth of the size: notebooks keep what they show
            parts = [html_image(jpeg, f"{self._name}: {self.text or 'no digit'}", "jpeg")] if jpeg else []
            parts.append(f'<pre style="font-size:1.2em;margin:.3em 0">{escape(self.text) or "no digit"}</pre>')
        colour = f' style="color:{COLOURS["uncertain"]}"' if self.status == "uncertain" else ""
        return "".join([*parts, *(f"<div{colour}>{escape(note)}</div>" for note in self.notes)])

    def _repr_png_(self) -> bytes | None:
        return self._drawn("PNG")

    @property
    def _name(self) -> str:
        """The picture's name without its folders, which a notebook that is passed on should not tell."""
        return printable(Path(self.source).name)

    def _drawn(self, kind: str, **how: int) -> bytes | None:
        """Return its drawing as a file; None where its picture cannot be read, or no longer."""
        try:
            drawing = self.draw()
        except PictureError:
            return None
        content = io.BytesIO()
        drawing.save(content, format=kind, **how)
        return content.getvalue()

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
