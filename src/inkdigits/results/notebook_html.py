"""HTML of tables and pictures, for notebooks and reports; and whether this is a notebook."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

_CELL = "padding:2px 10px;text-align:left"


def in_notebook() -> bool:
    """Whether the code runs in a notebook's kernel, of Jupyter, VS Code or Colab, and not in a terminal."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def html_table(rows: Iterable[Sequence[object]], head: Sequence[object] = (), title: str = "") -> str:
    """Return a table as HTML, plain enough for light and dark notebooks.

    `head` has the names of the columns, if they have names; `title` is a line above it.
    """
    lines = [f'<tr style="border-bottom:1px solid">{_cells("th", head)}</tr>'] if head else []
    lines += [f"<tr>{_cells('td', row)}</tr>" for row in rows]
    caption = f"<div><b>{escape(title)}</b></div>" if title else ""
    return f'{caption}<table style="border-collapse:collapse">{"".join(lines)}</table>'


def html_image(content: bytes, words: str, kind: str = "png") -> str:
    """Return a picture's file, "png" or "jpeg", as HTML, with words for those who do not see it."""
    return f'<img alt="{escape(words)}" src="data:image/{kind};base64,{base64.b64encode(content).decode()}">'


def _cells(kind: str, values: Iterable[Any]) -> str:
    return "".join(f'<{kind} style="{_CELL}">{escape(str(value))}</{kind}>' for value in values)
