"""A reading drawn: on the picture itself with Pillow, or as a plot with matplotlib."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from inkdigits.errors import PictureError
from inkdigits.imaging.decode import open_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from inkdigits.reading import Digit, Reading

__all__ = ["annotate", "plot"]

_Point = tuple[int, int]

# Three of Okabe and Ito's colours, which the colour-blind tell apart; the box of an uncertain digit is also open.
_COLOURS = {"ok": "#0072b2", "uncertain": "#d55e00", "no_digit": "#6b7280"}
_PAPER, _WORDS, _PALE = "#ffffff", "#1f2937", "#cbd5e1"

_MARGIN = 24
_LONGEST, _SHORTEST = 560, 280  # of the picture's longer side as it is drawn
_HEADING = 92
_SEEN = 112  # the 28×28, enlarged four times
_BARS = 120  # the longest bar of the ten probabilities
_CARD = (_SEEN + 28 + _BARS, _SEEN + 44)
_BESIDE = 3  # so many digits are explained beside the picture; more, below it


def annotate(reading: Reading) -> Image.Image:
    """Draw a picture with a box about each digit, what was read as its title, and what the model saw.

    Args:
        reading: of a picture that could be read.

    Returns:
        an RGB image.

    Raises:
        PictureError: the picture could not be read, or can no longer be.

    """
    picture, scale = _picture_of(reading)
    size, cards = _layout(picture.size, len(reading.digits))
    canvas = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(canvas)
    _heading(draw, reading, size[0] - 2 * _MARGIN)
    canvas.paste(picture, (_MARGIN, _HEADING))
    draw.rectangle((_MARGIN - 1, _HEADING - 1, _MARGIN + picture.width, _HEADING + picture.height), outline=_PALE)
    for digit, corner in zip(reading.digits, cards, strict=True):
        _box(draw, digit, scale)
        _card(canvas, digit, corner)
    return canvas


def plot(reading: Reading) -> Figure:
    """Plot a picture with the prediction as its title, and for each digit what the model saw and ten bars.

    Args:
        reading: of a picture that could be read.

    Returns:
        a matplotlib figure that pyplot does not hold on to.

    Raises:
        PictureError: the picture could not be read, or can no longer be.

    """
    from matplotlib.figure import Figure

    picture, _ = _picture_of(reading)
    rows = max(1, len(reading.digits))
    figure = Figure(figsize=(9, max(3.2, 1.6 * rows)), layout="constrained")
    grid = figure.add_gridspec(rows, 3, width_ratios=(2, 1, 1.6))
    whole = figure.add_subplot(grid[:, 0])
    whole.imshow(picture)
    whole.set_title(_title(reading), color=_COLOURS[reading.status], fontsize=20)
    whole.set_axis_off()
    for row, digit in enumerate(reading.digits):
        seen = figure.add_subplot(grid[row, 1])
        seen.imshow(digit.image, cmap="gray", vmin=0, vmax=255)
        seen.set_title("what the model saw" if row == 0 else "")
        seen.set_axis_off()
        bars = figure.add_subplot(grid[row, 2])
        colours = [_colour(digit) if value == digit.value else _PALE for value in range(10)]
        bars.bar(range(10), digit.probabilities, color=colours)
        bars.set(xticks=range(10), yticks=(), ylim=(0, 1), xlabel=f"{digit.value}: {digit.confidence:.1%}")
    return figure


def _picture_of(reading: Reading) -> tuple[Image.Image, float]:
    """Return the picture at the size it is drawn, and how much that enlarges it."""
    if reading.error:
        raise reading.error
    if reading.picture is None:
        raise PictureError("this reading does not hold its picture", "read the picture again")
    image, width, height = open_picture(reading.picture, "RGB", 4 * _LONGEST**2, reading.page)
    side = max(width, height)
    scale = float(_SHORTEST // side) if side <= _SHORTEST else min(1.0, _LONGEST / side)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    resample = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS
    return image.resize(size, resample), scale


def _layout(picture: _Point, count: int) -> tuple[_Point, list[_Point]]:
    """Return the size of the canvas and where the card of each digit goes."""
    width, height = max(picture[0], _SHORTEST), picture[1]
    if count <= _BESIDE:
        left, top, columns = 2 * _MARGIN + picture[0], _HEADING, 1
    else:
        columns = max(2, (width + _MARGIN) // (_CARD[0] + _MARGIN))
        left, top = _MARGIN, _HEADING + height + _MARGIN
    cards = [
        (left + number % columns * (_CARD[0] + _MARGIN), top + number // columns * _CARD[1]) for number in range(count)
    ]
    right = max([_MARGIN + width, *(x + _CARD[0] for x, _ in cards)])
    bottom = max([_HEADING + height, *(y + _CARD[1] for _, y in cards)])
    return (right + _MARGIN, bottom + _MARGIN), cards


def _title(reading: Reading) -> str:
    """Return what was read on one line, a question mark behind it if it is uncertain."""
    text = " · ".join(reading.text.split("\n")) or "no digit"
    return f"{text}?" if reading.status == "uncertain" else text


def _heading(draw: ImageDraw.ImageDraw, reading: Reading, width: int) -> None:
    """Write what was read, as large as fits, and how sure it is."""
    title, colour = _title(reading), _COLOURS[reading.status]
    size = 44
    while size > 14 and draw.textlength(title, _font(size)) > width:
        size -= 2
    draw.text((_MARGIN, 44), title, colour, _font(size), anchor="lm")
    uncertain = sum(not digit.accepted for digit in reading.digits)
    if len(reading.digits) == 1:
        words = f"{reading.digits[0].confidence:.1%} sure"
    else:
        words = f"{len(reading.digits)} digits, {uncertain} uncertain" if reading.digits else "no ink found"
    draw.text((_MARGIN, 78), words, _WORDS, _font(14), anchor="lm")


def _box(draw: ImageDraw.ImageDraw, digit: Digit, scale: float) -> None:
    """Draw a box about a digit in the picture: closed if it is accepted, only its corners if it is uncertain."""
    x, y, width, height = (round(length * scale) for length in digit.box)
    left, top = _MARGIN + x - 4, _HEADING + y - 4
    right, bottom = left + width + 8, top + height + 8
    colour = _colour(digit)
    if digit.accepted:
        draw.rectangle((left, top, right, bottom), outline=colour, width=2)
        return
    arm = max(5, min(right - left, bottom - top) // 4)
    for corner_x, across in ((left, arm), (right, -arm)):
        for corner_y, down in ((top, arm), (bottom, -arm)):
            elbow = [(corner_x + across, corner_y), (corner_x, corner_y), (corner_x, corner_y + down)]
            draw.line(elbow, colour, width=3)


def _card(canvas: Image.Image, digit: Digit, corner: _Point) -> None:
    """Draw what the model saw of a digit and the ten probabilities that it gave."""
    draw = ImageDraw.Draw(canvas)
    left, top = corner
    canvas.paste(Image.fromarray(digit.image).resize((_SEEN, _SEEN), Image.Resampling.NEAREST), corner)
    verdict = f"{digit.value}{'' if digit.accepted else '?'}   {digit.confidence:.1%}"
    draw.text((left, top + _SEEN + 16), verdict, _colour(digit), _font(18), anchor="lm")
    for value, probability in enumerate(digit.probabilities):
        middle = top + 6 + value * (_SEEN - 12) // 9
        start = left + _SEEN + 28
        predicted = value == digit.value
        draw.text((start - 8, middle), str(value), _WORDS, _font(11), anchor="rm")
        length = max(1, round(probability * (_BARS - 1)))
        draw.rectangle((start, middle - 3, start + length, middle + 3), _colour(digit) if predicted else _PALE)


def _colour(digit: Digit) -> str:
    return _COLOURS["ok" if digit.accepted else "uncertain"]


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that comes with Pillow."""
    return ImageFont.load_default(size)
