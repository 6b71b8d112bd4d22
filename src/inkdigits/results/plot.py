"""A reading as a plot with matplotlib, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle

from inkdigits.results.annotate import picture_of
from inkdigits.results.digit_shares import shares
from inkdigits.results.drawing import COLOURS, PALE, colour_of
from inkdigits.results.figure import Figure
from inkdigits.results.percent import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from inkdigits.results.characters import Digit, Mark
    from inkdigits.results.transcript import Transcript


def plot(reading: Transcript) -> Figure:
    """Plot a picture with the prediction as its title, and for each digit what the model saw and ten bars.

    Returns:
        a matplotlib figure that pyplot does not hold on to.

    Raises:
        PictureError: the picture could not be read, or can no longer be.

    """
    picture, scale = picture_of(reading, 1_200_000)  # pixels
    explained = reading.digits if len(reading.digits) <= 12 else ()  # more are only labelled in the picture
    tall = picture.height / picture.width
    if 0 < len(explained) <= 2:  # so few are explained beside the picture; more, below it
        figure = Figure(figsize=(9, max(3.2, 1.8 * len(explained))), layout="constrained")
        grid = figure.add_gridspec(len(explained), 3, width_ratios=(2, 1, 1.6))
        whole, places = grid[:, 0], [(grid[row, 1], grid[row, 2]) for row in range(len(explained))]
    else:
        across = min(4, max(1, len(explained)))  # beside each other
        rows = -(-len(explained) // across)
        above = min(9 * tall, 12) + 0.6
        figure = Figure(figsize=(9, above + 1.6 * rows), layout="constrained")
        grid = figure.add_gridspec(1 + rows, 2 * across, height_ratios=[above, *[1.6] * rows])
        cells = [divmod(number, across) for number in range(len(explained))]
        whole = grid[0, :]
        places = [(grid[1 + row, 2 * column], grid[1 + row, 2 * column + 1]) for row, column in cells]
    axes = figure.add_subplot(whole)
    axes.imshow(picture)
    axes.set_title(_title(reading), color=COLOURS[reading.status], fontsize=20)
    axes.set_axis_off()
    for read in reading.characters:
        _plot_box(axes, read, scale)
    for digit, (seen, bars) in zip(explained, places, strict=True):
        _plot_digit(digit, figure.add_subplot(seen), figure.add_subplot(bars))
    return figure


def _title(reading: Transcript) -> str:
    """Return what was read on one line, what should be checked in brackets, cut if it is long."""
    text = " · ".join(line.marked_text for line in reading.lines) or "no digit"
    longest = 48  # letters
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _plot_box(axes: Axes, read: Digit | Mark, scale: float) -> None:
    """Plot a box about a digit or a mark, dashed if it is uncertain, and above it what was read."""
    x, y, width, height = (length * scale for length in read.box)
    style: dict[str, Any] = {"edgecolor": colour_of(read), "linestyle": "-" if read.accepted else "--"}
    axes.add_patch(Rectangle((x, y), width, height, fill=False, linewidth=1.5, **style))
    above: dict[str, Any] = {"xytext": (0, 2), "textcoords": "offset points", "ha": "center", "va": "bottom"}
    said = f"{read.value}{'' if read.accepted else '?'}"
    axes.annotate(said, (x + width / 2, y), color=colour_of(read), fontsize=9, **above)


def _plot_digit(digit: Digit, seen: Axes, bars: Axes) -> None:
    seen.imshow(digit.image, cmap="gray", vmin=0, vmax=255)
    seen.set_axis_off()
    colours = [colour_of(digit) if value == digit.value else PALE for value in range(10)]
    bars.bar(range(10), shares(digit), color=colours)
    bars.set(xticks=range(10), yticks=(), ylim=(0, 1), xlabel=f"{digit.value}: {percent(digit.confidence, 1)}")
    bars.tick_params(labelsize=8)
