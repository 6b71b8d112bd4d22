"""Forms of digits that MNIST's writers seldom use: drawn as strokes, a little different each time.

MNIST was written in the United States. Elsewhere a 1 begins with a long upstroke, a 4 stays open, a 5 is hardly more
than a tick, a 9 bends like a g, and zeros end in a loop.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Forms", "Points", "draw_form", "random_forms"]

Points: TypeAlias = npt.NDArray[np.float64]  # (N,2): x and y, 0 to 1, of a stroke
Forms: TypeAlias = tuple[int | None, ...]  # which form of each digit a writer uses; None as MNIST's writers do

# Points of the pen's path, x and y in hundredths of the digit's height from its top left corner. The path is smooth,
# but for a point that is given twice, which is a corner; | lifts the pen.
_FORMS: dict[int, tuple[str, ...]] = {
    0: (
        "35,0 8,20 0,55 15,92 35,100 60,85 68,45 55,10 33,2",
        "33,3 8,20 0,55 15,92 35,100 58,85 66,45 55,10 33,2 45,14 80,10",
        "42,8 12,15 0,55 15,92 35,100 60,85 68,45 60,12",
        "50,12 22,2 4,30 2,65 25,100 58,85 70,45 55,8 38,4 42,22 60,20 85,4",
        "30,10 5,35 2,70 22,98 50,90 64,55 55,20 32,6 25,20",
        "20,5 2,40 8,85 35,100 62,75 64,30 40,2 22,8 12,30",
    ),
    1: (
        "0,50 35,0 35,0 28,100",
        "0,85 45,0 45,0 40,100",
        "0,98 20,65 48,0 48,0 40,100",
        "5,70 0,62 8,55 22,42 48,0 48,0 36,100",
        "0,60 38,0 38,0 38,100 38,100|8,100 65,99",
        "0,35 25,0 25,0 20,100",
        "2,92 10,80 50,0 50,0 50,100 60,98 75,88",
        "12,0 0,100",
        "0,80 30,30 52,0 52,0 42,60 36,104",
        "0,75 25,60 45,28 50,0 50,0 48,100",
        "0,96 32,62 60,0 60,0 57,100",
    ),
    2: (
        "5,22 20,2 50,5 55,30 30,65 8,92 2,85 15,78 40,95 70,92",
        "5,20 30,0 60,15 50,40 0,100 0,100 70,97",
        "10,35 0,20 25,2 60,10 55,45 20,85 5,95 5,80 30,82 50,100 80,90",
        "0,15 30,0 50,25 30,60 0,97 35,90 75,100",
        "25,38 5,30 8,8 40,0 66,18 55,48 25,80 8,97 0,85 18,78 45,96 82,96",
        "0,10 35,0 60,18 48,45 15,80 0,96 0,96 40,100 62,100",
    ),
    3: (
        "2,12 30,0 55,15 45,38 22,46 22,46 50,52 62,75 40,98 0,90",
        "5,15 30,0 52,15 45,38 20,50 15,42 35,44 60,65 55,92 25,100 0,90",
        "0,2 50,2 50,2 25,40 25,40 55,50 60,78 35,100 0,92",
        "0,10 25,0 48,14 40,36 15,44 15,44 45,50 55,75 35,105 -2,100",
        "5,5 35,0 50,20 20,42 20,42 58,48 60,85 20,104 -5,85",
    ),
    4: (
        "10,0 2,55 2,55 65,50|55,5 50,100",
        "5,0 0,40 15,55 45,50|55,0 45,100",
        "30,0 0,65 0,65 65,65|42,35 35,100",
        "50,0 0,65 0,65 70,65|50,0 50,100",
        "30,0 5,60 30,60 65,55|52,28 42,100",
        "15,5 0,50 0,50 60,42|60,0 35,105",
        "8,0 0,45 20,58 48,45 58,5 58,5 48,100",
        "20,0 2,58 2,58 40,60 60,55|40,30 30,95 22,108",
        "0,0 5,50 40,50|52,-8 52,100",
        "28,0 0,55 35,58 60,30 60,30 48,102",
        "45,0 5,48 5,48 75,46 75,46 50,100",
    ),
    5: (
        "65,2 15,0 15,0 10,42 35,36 60,60 50,92 20,100 0,90",
        "15,5 10,42 35,36 60,60 50,92 20,100 0,90|16,2 70,-4",
        "90,-2 40,0 40,0 35,40 38,75 22,100 0,60",
        "85,5 45,2 36,40 42,70 25,100 2,80",
        "65,5 25,3 12,35 50,55 50,90 0,95",
        "60,0 30,8 28,50 34,80 15,100 0,90",
        "12,12 8,45 38,40 55,65 38,98 0,92|22,8 62,0",
        "75,0 35,0 25,38 50,50 48,85 15,100 -5,88",
        "38,5 34,50 36,85 16,100 2,72|38,4 95,-6",
        "10,0 12,40 12,40 40,42 52,68 35,100 5,98|10,0 55,0",
    ),
    6: (
        "45,0 12,35 0,72 20,100 50,90 52,65 30,52 5,70",
        "10,0 5,80 30,100 55,80 40,60 8,75",
        "60,0 20,30 0,75 22,100 48,88 46,64 20,60 8,78",
        "35,0 8,45 5,85 30,100 55,82 45,58 20,62 12,80",
        "55,8 30,0 8,35 2,80 28,100 52,80 35,58 4,72",
    ),
    7: (
        "0,5 60,2 60,2 25,100",
        "0,5 60,2 60,2 25,100|10,52 60,48",
        "0,20 3,3 3,3 60,3 60,3 20,100|10,50 60,48",
        "0,15 20,2 40,10 65,0 65,0 35,50 25,100",
        "0,15 20,2 40,10 65,0 65,0 35,50 25,100|12,55 58,45",
        "2,18 0,4 30,8 62,0 40,45 32,100|15,48 62,50",
        "0,2 55,0 55,0 45,55 45,100|20,52 75,50",
    ),
    8: (
        "50,12 25,0 5,18 25,42 50,62 50,90 25,100 3,85 12,60 40,38 55,15 50,5",
        "28,45 8,25 28,0 50,22 28,45 2,72 28,100 56,74 28,45",
        "60,8 25,0 8,20 28,42 52,65 45,95 15,98 4,75 30,48 68,0",
        "55,2 15,8 20,35 50,60 45,98 8,92 10,62 45,35 60,12",
        "20,40 10,15 35,0 50,20 20,48 0,80 25,100 50,80 42,55 22,42",
    ),
    9: (
        "55,15 30,0 5,20 20,45 50,35 57,10 57,10 50,100",
        "52,12 28,0 4,22 20,46 48,36 55,10 55,70 35,100 5,90",
        "50,18 20,5 2,28 22,48 50,30 54,5 54,5 40,105",
        "48,5 10,8 5,40 35,45 55,20 55,20 48,70 30,104 5,98",
        "55,8 25,2 5,25 30,42 58,20 50,60 20,100",
        "60,4 20,0 4,28 28,48 55,25 60,4 60,4 58,100",
        "5,25 30,0 52,20 30,45 4,25 10,0 10,0 8,100",
        "55,15 30,0 5,20 20,45 50,35 57,12 57,12 60,70 45,94 0,98",
        "50,18 20,4 4,28 22,48 50,35 54,6 54,6 64,72 52,98 25,96 -5,98",
    ),
}
_UNREST = 0.035  # of the digit's height: standard deviation of each point
_LIFTED = 0.025  # the same, of each stroke as a whole
_BETWEEN = 6  # points that the path has between two that are given


def random_forms(rng: np.random.Generator) -> Forms:
    """Return the forms that some writer uses."""
    share = float(rng.uniform(0.2, 1.0))
    return tuple(int(rng.integers(len(_FORMS[digit]))) if rng.random() < share else None for digit in range(10))


def draw_form(label: int, form: int, rng: np.random.Generator) -> list[Points]:
    """Return the strokes of a digit in one of its forms, each a little bent and moved.

    Args:
        label: which digit, 0 to 9.
        form: which of its forms, as `random_forms` names it.
        rng: the source of chance.

    """
    strokes = []
    for stroke in _strokes(_FORMS[label][form]):
        moved = stroke + rng.normal(0, _UNREST, stroke.shape) + rng.normal(0, _LIFTED, 2)
        corners = np.flatnonzero((np.diff(stroke, axis=0) == 0).all(axis=1))
        moved[corners + 1] = moved[corners]
        strokes += [_smooth(piece) for piece in np.split(moved, corners + 1)]
    return strokes


@cache
def _strokes(form: str) -> tuple[Points, ...]:
    """Return the points of each stroke of a form as float64 (N,2), 0 to 1."""
    return tuple(
        np.array([point.split(",") for point in stroke.split()], np.float64) / 100 for stroke in form.split("|")
    )


def _smooth(points: Points) -> Points:
    """Return a path through points: E. Catmull, R. Rom, "A class of local interpolating splines", 1974."""
    if len(points) < 3:
        return points
    ends = 2 * points[:1] - points[1:2], 2 * points[-1:] - points[-2:-1]
    known = np.concatenate([ends[0], points, ends[1]])
    before, start, end, after = known[:-3, None], known[1:-2, None], known[2:-1, None], known[3:, None]
    t = np.linspace(0, 1, _BETWEEN, endpoint=False)[:, None]
    path = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return np.asarray(np.concatenate([path.reshape(-1, 2), points[-1:]]))
