"""Draws what docs/pictures.md shows: docs/pictures-wrong.png.

    scripts/bench pictures --level hard --n 6 --readers inkdigits --keep PICTURES
    python scripts/draw_pictures.py PICTURES

PICTURES are written with MNIST's test digits. The figure has what is read wrong of all kinds of them, by cause: the
surest one of each kind, and of a page the part about the first line that is read wrong.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

import inkdigits
from inkdigits.evaluation.judgement import CAUSES, Judgement, edit_distance
from inkdigits.evaluation.reader_evaluation import evaluate_reader
from inkdigits.results.transcript import Line

DOCS = Path(__file__).parents[1] / "docs"
WRONG = 5  # of each cause
ROOM = 1.5  # heights of a line, about it


def draw_wrong(folder: Path) -> Counter[str]:
    """Draw what is read wrong; return how often each cause occurs."""
    judgements = evaluate_reader(inkdigits.Reader(), folder / "labels.csv").judgements
    counts = Counter(judgement.cause for judgement in judgements if judgement.cause)
    causes = [cause for cause in CAUSES if cause in counts]
    figure = Figure(figsize=(13, 1.3 * len(causes)), layout="constrained", dpi=110)
    grid = figure.subplots(len(causes), WRONG + 1, squeeze=False, width_ratios=[0.7] + WRONG * [1])
    for row, cause in zip(grid, causes, strict=True):
        for axes in row:
            axes.axis("off")
        row[0].text(0, 0.5, f"{CAUSES[cause]}\n{counts[cause]}", fontsize=8, va="center")
        for axes, judgement in zip(row[1:], surest_of_each_kind(judgements, cause), strict=False):
            part, title = about_what_is_wrong(judgement)
            axes.imshow(np.asarray(part), cmap="gray", vmin=0, vmax=255)
            axes.set_title(f"{judgement.picture.columns['kind']}\n{title}", fontsize=7, loc="left")
    figure.savefig(DOCS / "pictures-wrong.png")
    return counts


def surest_of_each_kind(judgements: list[Judgement], cause: str) -> list[Judgement]:
    """Return of each kind of pictures the surest one that is wrong in one way, the surest kind first."""
    wrong = sorted((one for one in judgements if one.cause == cause), key=lambda one: one.confidence)
    surest = {one.picture.columns["kind"]: one for one in wrong}.values()
    return sorted(surest, key=lambda one: -one.confidence)


def about_what_is_wrong(judgement: Judgement) -> tuple[Image.Image, str]:
    """Return the part of a picture about the first line that is read wrong, and what is written there and was read."""
    written, read = (text.split("\n") for text in (judgement.picture.label, judgement.text))
    missed = [line for line in written if line not in read] or [""]
    with Image.open(judgement.picture.path) as image:
        for text, line in zip(read, judgement.reading.lines, strict=False):
            if text not in written:
                nearest = min(missed, key=lambda label: edit_distance(label, text))
                return image.crop(about(line, image.size)), f"{nearest} → {text}".strip()
        return image.copy(), f"{missed[0]} →"


def about(line: Line, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the left, top, right and bottom of the part of a picture about a line."""
    left, top, width, height = np.array([read.box for read in line.characters]).T
    room = int(ROOM * height.max())
    right, bottom = (left + width).max() + room, (top + height).max() + room
    return max(left.min() - room, 0), max(top.min() - room, 0), min(right, size[0]), min(bottom, size[1])


def main() -> None:
    """Draw it."""
    folder = Path(sys.argv[1])
    sys.stdout.write(f"{dict(draw_wrong(folder))}\n")


if __name__ == "__main__":
    main()
