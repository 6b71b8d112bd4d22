"""What drawings of readings share: colours, the font, the box of what was read, the formats of their files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image, ImageDraw, ImageFont

from inkdigits.errors import OutputError, printable

if TYPE_CHECKING:
    from inkdigits.results.characters import Digit, Mark

# Three of Okabe and Ito's colours, which the colour-blind tell apart; the box of an uncertain digit is also open.
COLOURS = {"ok": "#0072b2", "uncertain": "#d55e00", "no_digit": "#6b7280"}
Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

PAPER, WORDS, PALE = "#ffffff", "#1f2937", "#cbd5e1"


def colour_of(read: Digit | Mark) -> str:
    """Return the colour of what is said about a digit or a mark."""
    return COLOURS["ok" if read.accepted else "uncertain"]


def draw_box(
    draw: ImageDraw.ImageDraw, read: Digit | Mark, left: int, top: int, right: int, bottom: int, width: int = 2
) -> None:
    """Draw a box: closed if what was read in it is accepted, only its corners if it is uncertain."""
    colour = colour_of(read)
    if read.accepted:
        draw.rectangle((left, top, right, bottom), outline=colour, width=width)
        return
    arm = max(2 * width + 1, min(right - left, bottom - top) // 4)
    for corner_x, across in ((left, arm), (right, -arm)):
        for corner_y, down in ((top, arm), (bottom, -arm)):
            elbow = [(corner_x + across, corner_y), (corner_x, corner_y), (corner_x, corner_y + down)]
            draw.line(elbow, colour, width=width + 1)


@cache
def font(size: int) -> Font:
    """Return the font that comes with Pillow."""
    return ImageFont.load_default(size)


def drawing_format(path: str | Path) -> str:
    """Return Pillow's name of the format that a suffix names.

    Raises:
        OutputError: Pillow writes no such format.

    """
    suffix = Path(path).suffix
    kind = Image.registered_extensions().get(suffix.lower())
    if kind is None or kind not in Image.SAVE:
        raise OutputError(f"cannot write {printable(path)}: no picture has the suffix '{suffix}'", "name a .png")
    return kind
