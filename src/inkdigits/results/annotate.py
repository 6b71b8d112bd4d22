"""A reading drawn on the picture itself, at its full size, with the summary beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from textwrap import wrap
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from inkdigits.errors import PictureError
from inkdigits.pictures.decode import open_picture
from inkdigits.results.digit_shares import shares
from inkdigits.results.drawing import COLOURS, PALE, PAPER, WORDS, colour_of, draw_box, font
from inkdigits.results.percent import percent

if TYPE_CHECKING:
    from inkdigits.results.characters import Digit
    from inkdigits.results.drawing import Font
    from inkdigits.results.transcript import Transcript


class _Sizes:
    """How large the parts of a drawing are, in pixels where a picture has a million, and how much of it is drawn."""

    shortest: int = 280  # the picture's longer side; a smaller picture is enlarged
    usual: int = 1000  # the root of a picture's pixels, where sizes are these; they grow with a larger one
    wide: float = 2.0  # so much wider than tall, and the summary stands below
    margin: int = 24  # about everything
    panel: int = 280  # width of the summary beside a picture
    seen: int = 112  # the 28×28, enlarged four times
    bars: int = 120  # the longest bar of the ten probabilities
    explained: int = 12  # of more digits only those that are uncertain have a card, and of them so many
    columns: int = 2  # of cards beside a picture
    lines: int = 15  # in the summary
    label: tuple[int, int] = (9, 24)  # the smallest and the largest letters above a box
    of_digit: float = 0.55  # of a digit's height, these letters otherwise


class _Ruler:
    """Lengths on a drawing, in proportion to its picture."""

    def __init__(self, width: int, height: int) -> None:
        self.unit = max(1.0, math.sqrt(width * height) / _Sizes.usual)

    def __call__(self, length: float) -> int:
        return max(1, round(length * self.unit))


def annotate(reading: Transcript) -> Image.Image:
    """Draw a picture with a box about each digit, and beside it what was read, how surely, and what the model saw.

    Returns:
        an RGB image, in which the picture has its own size where it is neither huge nor tiny.

    Raises:
        PictureError: the picture could not be read, or can no longer be.

    """
    picture = with_boxes(reading, 25_000_000)  # pixels
    ruler = _Ruler(*picture.size)
    margin = ruler(_Sizes.margin)
    if picture.width > _Sizes.wide * picture.height:
        panel = _summary(reading, ruler, picture.width, None)
        left, top = margin, 2 * margin + picture.height
    else:
        panel = _summary(reading, ruler, None, picture.height)
        left, top = 2 * margin + picture.width, margin
    width = max(margin + picture.width, left + panel.width) + margin
    height = max(margin + picture.height, top + panel.height) + margin
    canvas = Image.new("RGB", (width, height), PAPER)
    canvas.paste(picture, (margin, margin))
    canvas.paste(panel, (left, top))
    return canvas


def with_boxes(reading: Transcript, most: int) -> Image.Image:
    """Return the picture that was read, RGB, with a box about each digit and mark, and above it what was read.

    One of more than `most` pixels is shrunk, a tiny one enlarged by a whole factor.

    Raises:
        PictureError: the picture could not be read, or can no longer be.

    """
    picture, scale = picture_of(reading, most)
    if not reading.digits:
        return picture
    ruler = _Ruler(*picture.size)
    draw, least, largest = ImageDraw.Draw(picture), *map(ruler, _Sizes.label)
    height = median(digit.box[3] for digit in reading.digits) * scale
    letters = font(round(min(max(_Sizes.of_digit * height, least), largest)))
    gap = ruler(2)
    for read in reading.characters:
        x, y, width, height = (round(length * scale) for length in read.box)
        draw_box(draw, read, x - gap, y - gap, x + width + gap, y + height + gap, gap)
        above = (x + width // 2, y - gap - 1)
        draw.text(above, str(read.value), colour_of(read), letters, "mb", stroke_width=gap, stroke_fill=PAPER)
    return picture


def picture_of(reading: Transcript, most: int) -> tuple[Image.Image, float]:
    """Return the picture that was read, at the size that `with_boxes` draws it, and how much that enlarges it."""
    if reading.error:
        raise reading.error
    if reading.picture is None:
        raise PictureError("this reading does not hold its picture", "read the picture again")
    image, width, height = open_picture(reading.picture, "RGB", most, reading.page)
    side, shortest = max(width, height), _Sizes.shortest
    scale = float(shortest // side) if side <= shortest else min(1.0, math.sqrt(most / (width * height)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return image.resize(size, Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS), scale


def _summary(reading: Transcript, ruler: _Ruler, width: int | None, height: int | None) -> Image.Image:
    """Draw what was read and how surely, and cards of the digits, in a width or beside a height."""
    explained: Sequence[Digit] = reading.digits
    if len(explained) > _Sizes.explained:
        explained = [digit for digit in explained if not digit.accepted][: _Sizes.explained]
    across, down = ruler(_Sizes.seen + 28 + _Sizes.bars + _Sizes.margin), ruler(_Sizes.seen + 44)  # of a card
    lines = _said(reading)
    top = ruler(34) * len(lines) + ruler(_Sizes.margin)
    if width is None:
        room = max(1, ((height or 0) - top) // down)
        columns = min(_Sizes.columns, max(1, -(-len(explained) // room)))
        width = max(ruler(_Sizes.panel), columns * across)
    columns = max(1, width // across)
    rows = -(-len(explained) // columns)
    panel = Image.new("RGB", (width, top + rows * down), PAPER)
    draw = ImageDraw.Draw(panel)
    for number, (text, colour, size) in enumerate(lines):
        middle = ruler(34) * number + ruler(17)
        text, letters = _fitting(draw, text, width, ruler, size)
        draw.text((0, middle), text, colour, letters, "lm")
    for number, digit in enumerate(explained):
        _card(panel, digit, (number % columns * across, top + number // columns * down), ruler)
    return panel


def _said(reading: Transcript) -> list[tuple[str, str, int]]:
    """Return the rows of the summary, each with its colour and the size of its letters."""
    if not reading.digits:
        rows = [("no digit", COLOURS["no_digit"], 30)]
    else:
        large = 30 if len(reading.lines) == 1 else 24
        accepted = [all(read.accepted for read in line.characters) for line in reading.lines]
        rows = [
            (line.marked_text, COLOURS["ok" if sure else "uncertain"], large)
            for line, sure in zip(reading.lines[: _Sizes.lines], accepted, strict=False)
        ]
        if len(reading.lines) > _Sizes.lines:
            rows.append((f"… and {len(reading.lines) - _Sizes.lines} more lines", WORDS, 14))
        count, check = len(reading.digits), sum(not read.accepted for read in reading.characters)
        least = min(read.confidence for read in reading.characters)
        words = f"{count} digits, {check} to check, the least " if count > 1 else ""
        rows.append((f"{words}{percent(least)} sure", WORDS, 14))
    if reading.rotation:
        rows.append((f"turned clockwise by {reading.rotation}° to be read", WORDS, 14))
    return rows + [(row, WORDS, 14) for note in reading.notes for row in wrap(note, 40)]


def _fitting(draw: ImageDraw.ImageDraw, text: str, width: int, ruler: _Ruler, size: int) -> tuple[str, Font]:
    """Return a text, cut if need be, and the largest letters up to a size with which it fits into a width."""
    while size > 12 and draw.textlength(text, font(ruler(size))) > width:
        size -= 2
    while len(text) > 2 and draw.textlength(text, font(ruler(size))) > width:
        text = f"{text[:-2]}…"
    return text, font(ruler(size))


def _card(canvas: Image.Image, digit: Digit, corner: tuple[int, int], ruler: _Ruler) -> None:
    draw, seen = ImageDraw.Draw(canvas), ruler(_Sizes.seen)
    left, top = corner
    canvas.paste(Image.fromarray(digit.image).resize((seen, seen), Image.Resampling.NEAREST), corner)
    verdict = f"{digit.value}{'' if digit.accepted else '?'}   {percent(digit.confidence, 1)}"
    draw.text((left, top + seen + ruler(16)), verdict, colour_of(digit), font(ruler(18)), anchor="lm")
    for value, share in enumerate(shares(digit)):
        middle = top + ruler(6) + value * (seen - ruler(12)) // 9
        start = left + seen + ruler(28)
        draw.text((start - ruler(8), middle), str(value), WORDS, font(ruler(11)), anchor="rm")
        length = max(1, round(share * ruler(_Sizes.bars - 1)))
        colour = colour_of(digit) if value == digit.value else PALE
        draw.rectangle((start, middle - ruler(3), start + length, middle + ruler(3)), colour)
