"""How much trouble there is in made-up pictures."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LEVELS", "Level"]


@dataclass(frozen=True)
class Level:
    """How much trouble there is in pictures. Shares are of pictures, 0 to 1.

    Attributes:
        paper: how often paper is patterned, shaded or unevenly lit; 1 is as often as not, 2 nearly always.
        faint: share with faint pencil, 14 to 40 levels of 255 darker than the paper.
        ruled: share with rules under the digits.
        boxed: share of single digits in a printed box, closed or broken.
        neighbours: share of single digits beside which another's stroke is cut by the border.
        signs: share of strings with full stops or commas between the digits.
        tilt: standard deviation of the slope of lines.
        perspective: how far the corners of a page are moved, as a share of its side.
        smallest: height of the smallest digits, in pixels.
        largest: of the largest.
        foreign: how often a hand writes digits in forms that MNIST does not have.

    """

    paper: float
    faint: float
    ruled: float
    boxed: float
    neighbours: float
    signs: float
    tilt: float
    perspective: float
    smallest: float
    largest: float
    foreign: float = 0.0


LEVELS = {
    "easy": Level(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.0, 24, 120),
    "medium": Level(0.6, 0.1, 0.2, 0.2, 0.1, 0.3, 0.03, 0.01, 20, 200),
    "hard": Level(1.4, 0.25, 0.4, 0.45, 0.2, 0.4, 0.05, 0.03, 18, 240),
}
