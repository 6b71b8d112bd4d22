"""A reading as a notebook shows it: the picture with boxes, the text, and what to check."""

from __future__ import annotations

import io
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits.errors import PictureError, printable
from inkdigits.results.annotate import annotate
from inkdigits.results.drawing import COLOURS
from inkdigits.results.notebook_html import html_image

if TYPE_CHECKING:
    from inkdigits.results.transcript import Transcript

__all__ = ["to_html", "to_image", "to_line"]


def to_line(reading: Transcript) -> str:
    """Return a reading on one line: what was read, how sure that is, and where."""
    source = f"{_name(reading)}, page {reading.page}" if reading.page > 1 else _name(reading)
    if reading.error:
        return f"<Reading: {reading.error.code}, {source}>"
    if not reading.digits:
        return f"<Reading: no digit, {source}>"
    text = " / ".join(reading.text.split("\n"))
    longest = 40  # letters of a text in one line
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    doubtful = sum(not read.accepted for read in reading.characters)
    status = f"uncertain, {doubtful} of {len(reading.characters)} to check" if doubtful else reading.status
    return f"<Reading '{shown}': {status}, {source}>"


def to_html(reading: Transcript) -> str:
    """Return a reading as HTML: its drawing, its text to copy, and what should be checked in it."""
    jpeg = to_image(reading, "JPEG", quality=90)  # a tenth of the size: notebooks keep what they show
    parts = [html_image(jpeg, f"{_name(reading)}: {reading.text or 'no digit'}", "jpeg")] if jpeg else []
    parts.append(f'<pre style="font-size:1.2em;margin:.3em 0">{escape(reading.text) or "no digit"}</pre>')
    if reading.error:
        parts = [f"<b>{escape(_name(reading))}</b>: {escape(str(reading.error))}"]
    colour = f' style="color:{COLOURS["uncertain"]}"' if reading.status == "uncertain" else ""
    parts += [f"<div{colour}>{escape(note)}</div>" for note in reading.notes]
    return "".join(parts)


def _name(reading: Transcript) -> str:
    """Return the picture's name without its folders, which a notebook that is passed on should not tell."""
    return printable(Path(reading.source).name)


def to_image(reading: Transcript, kind: str, **how: int) -> bytes | None:
    """Return the drawing of a reading as a file, such as "PNG"; None where its picture cannot be read, or no longer."""
    try:
        drawing = annotate(reading)
    except PictureError:
        return None
    content = io.BytesIO()
    drawing.save(content, format=kind, **how)
    return content.getvalue()
