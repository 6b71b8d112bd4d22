"""Cards of a report, laid out in HTML so that they can be read on a phone: a digit with its bars, a picture as read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.evaluation.html_page import image_uri
from inkdigits.pictures.decode import open_picture
from inkdigits.results.digit_shares import shares
from inkdigits.results.percent import percent

if TYPE_CHECKING:
    from inkdigits.results.characters import Digit, Mark
    from inkdigits.results.reading import Reading

_SIGNS = {"ok": "✓", "uncertain": "?", "no_digit": "–", "error": "!", "right": "✓", "wrong": "✗"}


def cards(entries: Iterable[str], kind: str) -> str:
    """Return cards side by side: "digits" or "pictures"."""
    return f'<div class="{kind}">{"".join(entries)}</div>'


def digit_card(
    image: npt.NDArray[np.uint8], probabilities: Sequence[float], verdict: str, status: str, name: str = ""
) -> str:
    """Return a digit, what was read in it, and bars of the ten probabilities.

    Args:
        image: uint8 (28,28), 0 paper to 255 ink.
        probabilities: of the digits 0 to 9.
        verdict: what was read, in words.
        status: "right" or "wrong", "ok" or "uncertain".
        name: of the digit.

    """
    picture = image_uri(Image.fromarray(255 - image))
    highest = max(probabilities)
    bars = "".join(
        f'<li class="{"most" if probability == highest else ""}"><i style="height:{probability:.1%}"></i>{digit}</li>'
        for digit, probability in enumerate(probabilities)
    )
    label = f"<small>{escape(name)}</small>" if name else ""
    return (
        f'<figure class="digit {status}"><img class="pixels" src="{picture}" alt="{escape(verdict)}">'
        f'<ol class="bars" aria-hidden="true">{bars}</ol>'
        f"<figcaption>{label}<b>{_SIGNS[status]} {escape(verdict)}</b></figcaption></figure>"
    )


def picture_card(reading: Reading, others: Sequence[tuple[str, Reading]] = ()) -> str:
    """Return a picture with a box about each digit, what was read, and what others read in it, by who they are."""
    name = escape(Path(reading.source).name)
    if reading.error is not None:
        return f'<figure><figcaption>{name}: <b class="error">! {escape(str(reading.error))}</b></figcaption></figure>'
    said = "".join(f"<p>{escape(who)}: {_text(other)}</p>" for who, other in others)
    explained = reading.digits if len(reading.digits) <= 8 else ()
    digits = cards((_explained(digit) for digit in explained), "digits")
    caption = f"<figcaption><small>{name}</small>{_text(reading)}{said}</figcaption>"
    return f"<figure>{_picture(reading, name)}{caption}{digits}</figure>"


def _explained(digit: Digit) -> str:
    verdict = f"{digit.value}  {percent(digit.confidence, 1)}"
    return digit_card(digit.image, shares(digit), verdict, "ok" if digit.accepted else "uncertain")


def _text(reading: Reading) -> str:
    lines = escape(" / ".join(line.marked_text for line in reading.lines)) or "no digit"
    return f'<b class="{reading.status}">{_SIGNS[reading.status]} {lines}</b>'


def _picture(reading: Reading, name: str) -> str:
    """Return the picture with its boxes, which stay sharp at every size."""
    if reading.picture is None:
        return ""
    side = 480  # pixels of the longer side
    image, width, height = open_picture(reading.picture, "RGB", side**2, reading.page)
    image.thumbnail((side, side))
    source = image_uri(image, "jpeg", quality=85)
    boxes = "".join(_box(read) for read in reading.characters)
    return (
        f'<svg class="read" viewBox="0 0 {width} {height}" role="img" aria-label="{name}">'
        f'<image href="{source}" width="{width}" height="{height}" />{boxes}</svg>'
    )


def _box(read: Digit | Mark) -> str:
    """Return a box: closed if what was read in it is accepted, dashed if not."""
    left, top, width, height = read.box
    return (
        f'<rect class="{"ok" if read.accepted else "uncertain"}" x="{left}" y="{top}" width="{width}" '
        f'height="{height}" />'
    )
