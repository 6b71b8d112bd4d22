"""How much trouble there is in made-up pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """How much trouble there is in pages; without another word, that of easy ones. Shares are of pages, 0 to 1."""

    megapixels: tuple[float, float] = (0.1, 1.0)  # of whole pages, from and to
    smallest: float = 18  # height of the smallest digits, in pixels
    paper: float = 0.0  # how often paper is patterned, shaded or unevenly lit; 1 as often as not, 2 nearly always
    faint: float = 0.0  # share with faint pencil, 14 to 40 levels of 255 darker than the paper
    ruled: float = 0.0  # share with rules under the digits
    boxed: float = 0.0  # share of single digits in a printed box, closed or broken
    neighbours: float = 0.0  # share beside whose writing another's stroke is cut by the border
    signs: float = 0.1  # share of numbers with marks among their digits
    crossed: float = 0.0  # share of lines with something that is crossed out
    straight: float = 0.7  # share that is not turned at all, as scans and screens are
    tilt: float = 1.0  # standard deviation of the angle by which a page is turned, in degrees
    most_tilt: float = 3.0  # degrees by which it is turned at most
    slope: float = 0.01  # standard deviation of the slope of lines on it
    perspective: float = 0.0  # how far the corners of a page are moved, as a share of its side
    desk: float = 0.0  # share of the kinds that may lie on a desk that do
    light: float = 0.15  # how strong lamps and shadows are, 0 none to 1: a corner as dark as ink elsewhere
    clutter: float = 0.0  # share with each kind of clutter: holes, creases, margin lines, scan edges, show-through
    rough: float = 0.1  # how often it is blurred, noisy and compressed; 1 is most of the time
    inverted: float = 0.0  # share that is light on dark
    turned: float = 0.0  # share that lies on its side or its head


LEVELS = {
    "easy": Level(),
    "medium": Level(
        megapixels=(0.1, 2.0),
        smallest=13,
        paper=0.6,
        faint=0.08,
        ruled=0.2,
        boxed=0.2,
        neighbours=0.1,
        signs=0.3,
        crossed=0.05,
        straight=0.4,
        tilt=2.5,
        most_tilt=8.0,
        slope=0.02,
        perspective=0.012,
        desk=0.4,
        light=0.5,
        clutter=0.08,
        rough=0.5,
        inverted=0.08,
        turned=0.06,
    ),
    "hard": Level(
        megapixels=(0.1, 2.0),
        smallest=9,
        paper=1.2,
        faint=0.18,
        ruled=0.4,
        boxed=0.45,
        neighbours=0.25,
        signs=0.4,
        crossed=0.12,
        straight=0.2,
        tilt=5.0,
        most_tilt=15.0,
        slope=0.035,
        perspective=0.03,
        desk=0.6,
        light=1.0,
        clutter=0.18,
        rough=0.9,
        inverted=0.12,
        turned=0.12,
    ),
}
