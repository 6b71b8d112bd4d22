"""A page that is one file: figures and styles are inside, and nothing is fetched when it is opened."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from inkdigits.files import make_folder, write_atomically
from inkdigits.results.figure import encode
from inkdigits.results.notebook_html import html_image

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL import Image


def write_page(folder: str | Path, title: str, subtitle: str, sections: Iterable[str]) -> Path:
    """Write `report.html` and return its path.

    Args:
        folder: where; it is made if need be.
        title: the heading, as plain text.
        subtitle: what stands under it, as plain text.
        sections: HTML.

    Raises:
        OutputError: the folder cannot be written to.

    """
    template = Template((files("inkdigits.evaluation") / "page.html").read_text(encoding="utf-8"))
    page = template.substitute(title=escape(title), subtitle=escape(subtitle), body="\n".join(sections))
    return write_atomically(make_folder(folder) / "report.html", page)


def section(heading: str, content: str) -> str:
    """Return some HTML under a heading, which is plain text."""
    return f"<section><h2>{escape(heading)}</h2>{content}</section>"


def chart(figure: Figure, caption: str) -> str:
    """Return a matplotlib figure with its caption, which is plain text."""
    return f"<figure>{html_image(encode(figure, dpi=110), caption)}<figcaption>{escape(caption)}</figcaption></figure>"


def definitions(entries: Mapping[str, str]) -> str:
    """Return names and what stands for each, plain text both."""
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in entries.items())
    return f'<dl class="made">{items}</dl>'


def table(headings: Iterable[str], rows: Iterable[Iterable[str]], caption: str = "") -> str:
    """Return a table of plain text; the first field of each row is its heading."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = ""
    for first, *others in rows:
        fields = "".join(f"<td>{escape(field)}</td>" for field in others)
        body += f'<tr><th scope="row">{escape(first)}</th>{fields}</tr>'
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    rows_of_it = f"{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll" tabindex="0"><table>{rows_of_it}</table></div>'


def image_uri(image: Image.Image, kind: str = "png", **options: Any) -> str:
    """Return an image as the address that holds it, written by Pillow with some options: "png" or "jpeg"."""
    content = io.BytesIO()
    image.save(content, format=kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(content.getvalue()).decode()}"
