"""A reading drawn: on the picture itself with Pillow, or as a plot with matplotlib."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from inkdigits.errors import PictureError
from inkdigits.imaging.decode import open_picture
from inkdigits.results.drawing import COLOURS, PALE, PAPER, WORDS, colour_of, draw_box, font
from inkdigits.results.shares import shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from inkdigits.results.reading import Digit, Mark, Reading

__all__ = ["annotate", "plot"]

_Point = tuple[int, int]

_MARGIN = 24
_LONGEST, _SHORTEST = 560, 280  # of the picture's longer side as it is drawn
_HEADING = 92
_SEEN = 112  # the 28×28, enlarged four times
_BARS = 120  # the longest bar of the ten probabilities
_CARD = (_SEEN + 28 + _BARS, _SEEN + 44)
_BESIDE = 3  # so many digits are explained beside the picture; more, below it
_EXPLAINED = 12  # more than so many digits are only labelled in the picture
_LABELLED = 30  # how tall digits are drawn at least where they are labelled, if the picture does not grow too much
_TITLE = 48  # letters
_LARGEST = 2000  # the longer side of a picture with labels


def annotate(reading: Reading) -> Image.Image:
    """Draw a picture with a box about each digit, what was read as its title, and what the model saw.

    Args:
        reading: of a picture that could be read.

    Returns:
        an RGB image.

    Raises:
        PictureError: the picture could not be read, or can no longer be.

    """
    explained = reading.digits if len(reading.digits) <= _EXPLAINED else ()
    picture, scale = _picture_of(reading)
    size, cards = _layout(picture.size, len(explained))
    canvas = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(canvas)
    _heading(draw, reading, size[0] - 2 * _MARGIN)
    canvas.paste(picture, (_MARGIN, _HEADING))
    draw.rectangle((_MARGIN - 1, _HEADING - 1, _MARGIN + picture.width, _HEADING + picture.height), outline=PALE)
    for read in reading.characters:
        _outline(draw, read, scale, labelled=not explained or isinstance(read.value, str))
    for digit, corner in zip(explained, cards, strict=True):
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
    from inkdigits.results.figure import Figure

    picture, scale = _picture_of(reading)
    explained = reading.digits if len(reading.digits) <= _EXPLAINED else ()
    rows = max(1, len(explained))
    height = max(3.2, 1.6 * rows) if explained else 9 * picture.height / picture.width + 1
    figure = Figure(figsize=(9, min(height, 20)), layout="constrained")
    grid = figure.add_gridspec(rows, 3 if explained else 1, width_ratios=(2, 1, 1.6) if explained else None)
    whole = figure.add_subplot(grid[:, 0])
    whole.imshow(picture)
    whole.set_title(_title(reading), color=COLOURS[reading.status], fontsize=20)
    whole.set_axis_off()
    for read in reading.characters:
        _plot_box(whole, read, scale)
    for row, digit in enumerate(explained):
        seen = figure.add_subplot(grid[row, 1])
        seen.imshow(digit.image, cmap="gray", vmin=0, vmax=255)
        seen.set_title("what the model saw" if row == 0 else "")
        seen.set_axis_off()
        bars = figure.add_subplot(grid[row, 2])
        colours = [colour_of(digit) if value == digit.value else PALE for value in range(10)]
        bars.bar(range(10), shares(digit), color=colours)
        bars.set(xticks=range(10), yticks=(), ylim=(0, 1), xlabel=f"{digit.value}: {digit.confidence:.1%}")
    return figure


def _picture_of(reading: Reading) -> tuple[Image.Image, float]:
    """Return the picture at the size it is drawn, and how much that enlarges it."""
    if reading.error:
        raise reading.error
    if reading.picture is None:
        raise PictureError("this reading does not hold its picture", "read the picture again")
    side = 2 * _LONGEST if len(reading.digits) <= _EXPLAINED else _LARGEST
    image, width, height = open_picture(reading.picture, "RGB", side**2, reading.page)
    scale = _scale(reading, max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    resample = Image.Resampling.NEAREST if scale >= 1 else Image.Resampling.LANCZOS
    return image.resize(size, resample), scale


def _scale(reading: Reading, side: int) -> float:
    """Return how much to enlarge a picture, of which this is the longer side, so that its digits can be seen."""
    if side <= _SHORTEST:
        return float(_SHORTEST // side)
    scale = min(1.0, _LONGEST / side)
    if len(reading.digits) <= _EXPLAINED:
        return scale
    legible = _LABELLED / max(1, median(digit.box[3] for digit in reading.digits))
    return min(max(scale, legible), _LARGEST / side)


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
    """Return what was read on one line, cut if it is long, a question mark behind it if it is uncertain."""
    text = " · ".join(reading.text.split("\n")) or "no digit"
    if len(text) > _TITLE:
        text = f"{text[: _TITLE - 1]}…"
    return f"{text}?" if reading.status == "uncertain" else text


def _heading(draw: ImageDraw.ImageDraw, reading: Reading, width: int) -> None:
    """Write what was read, as large as fits, and how sure it is."""
    title, colour = _title(reading), COLOURS[reading.status]
    size = 44
    while size > 14 and draw.textlength(title, font(size)) > width:
        size -= 2
    draw.text((_MARGIN, 44), title, colour, font(size), anchor="lm")
    uncertain = sum(not digit.accepted for digit in reading.digits)
    if len(reading.digits) == 1:
        words = f"{reading.digits[0].confidence:.1%} sure"
    else:
        words = f"{len(reading.digits)} digits, {uncertain} uncertain" if reading.digits else "no digit found"
    draw.text((_MARGIN, 78), words, WORDS, font(14), anchor="lm")


def _outline(draw: ImageDraw.ImageDraw, read: Digit | Mark, scale: float, *, labelled: bool) -> None:
    """Draw a box about a digit or a mark in the picture, and above it what was read if no card says so."""
    x, y, width, height = (round(length * scale) for length in read.box)
    gap = 2 if labelled else 4
    left, top = _MARGIN + x - gap, _HEADING + y - gap
    draw_box(draw, read, left, top, left + width + 2 * gap, top + height + 2 * gap)
    if labelled:
        label = (left + gap + width // 2, top - 1)
        draw.text(label, _said(read), colour_of(read), font(16), anchor="mb", stroke_width=2, stroke_fill=PAPER)


def _plot_box(axes: Axes, read: Digit | Mark, scale: float) -> None:
    """Plot a box about a digit or a mark, dashed if it is uncertain, and above it what was read."""
    from matplotlib.patches import Rectangle

    x, y, width, height = (length * scale for length in read.box)
    style: dict[str, Any] = {"edgecolor": colour_of(read), "linestyle": "-" if read.accepted else "--"}
    axes.add_patch(Rectangle((x, y), width, height, fill=False, linewidth=1.5, **style))
    above: dict[str, Any] = {"xytext": (0, 2), "textcoords": "offset points", "ha": "center", "va": "bottom"}
    axes.annotate(_said(read), (x + width / 2, y), color=colour_of(read), fontsize=9, **above)


def _said(read: Digit | Mark) -> str:
    return f"{read.value}{'' if read.accepted else '?'}"


def _card(canvas: Image.Image, digit: Digit, corner: _Point) -> None:
    """Draw what the model saw of a digit and how probable each of the ten is."""
    draw = ImageDraw.Draw(canvas)
    left, top = corner
    canvas.paste(Image.fromarray(digit.image).resize((_SEEN, _SEEN), Image.Resampling.NEAREST), corner)
    verdict = f"{_said(digit)}   {digit.confidence:.1%}"
    draw.text((left, top + _SEEN + 16), verdict, colour_of(digit), font(18), anchor="lm")
    for value, share in enumerate(shares(digit)):
        middle = top + 6 + value * (_SEEN - 12) // 9
        start = left + _SEEN + 28
        predicted = value == digit.value
        draw.text((start - 8, middle), str(value), WORDS, font(11), anchor="rm")
        length = max(1, round(share * (_BARS - 1)))
        draw.rectangle((start, middle - 3, start + length, middle + 3), colour_of(digit) if predicted else PALE)
