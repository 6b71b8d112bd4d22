"""How much trouble there is in made-up pages."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEVELS", "Level"]


@dataclass(frozen=True)
class Level:
    """How much trouble there is in pages. Shares are of pages, 0 to 1.

    Attributes:
        megapixels: of whole pages, from and to.
        smallest: height of the smallest digits, in pixels.
        largest: of the largest, as a share of the picture's height.
        paper: how often paper is patterned, shaded or unevenly lit; 1 is as often as not, 2 nearly always.
        faint: share with faint pencil, 14 to 40 levels of 255 darker than the paper.
        ruled: share with rules under the digits.
        boxed: share of single digits in a printed box, closed or broken.
        neighbours: share beside whose writing another's stroke is cut by the border.
        signs: share of numbers with marks among their digits.
        crossed: share of lines with something that is crossed out.
        straight: share that is not turned at all, as scans and screens are.
        tilt: standard deviation of the angle by which a page is turned, in degrees.
        most_tilt: degrees by which it is turned at most.
        slope: standard deviation of the slope of lines on it.
        perspective: how far the corners of a page are moved, as a share of its side.
        desk: share of the kinds that may lie on a desk that do.
        light: how strong lamps and shadows are, 0 none to 1: a corner as dark as ink elsewhere.
        clutter: share with each kind of clutter: holes, creases, margin lines, scan edges, show-through.
        rough: how often it is blurred, noisy and compressed; 1 is most of the time.
        inverted: share that is light on dark.
        turned: share that lies on its side or its head.

    """

    megapixels: tuple[float, float]
    smallest: float
    largest: float
    paper: float
    faint: float
    ruled: float
    boxed: float
    neighbours: float
    signs: float
    crossed: float
    straight: float
    tilt: float
    most_tilt: float
    slope: float
    perspective: float
    desk: float
    light: float
    clutter: float
    rough: float
    inverted: float
    turned: float


LEVELS = {
    "easy": Level(
        megapixels=(0.1, 1.0),
        smallest=18,
        largest=0.9,
        paper=0.0,
        faint=0.0,
        ruled=0.0,
        boxed=0.0,
        neighbours=0.0,
        signs=0.1,
        crossed=0.0,
        straight=0.7,
        tilt=1.0,
        most_tilt=3.0,
        slope=0.01,
        perspective=0.0,
        desk=0.0,
        light=0.15,
        clutter=0.0,
        rough=0.1,
        inverted=0.0,
        turned=0.0,
    ),
    "medium": Level(
        megapixels=(0.1, 2.0),
        smallest=13,
        largest=0.9,
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
        largest=0.9,
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
