"""Draws what docs/pictures.md shows: docs/pictures-wrong.png.

    python scripts/draw_pictures.py PICTURES

PICTURES is a folder that `scripts/bench pictures --keep PICTURES` left: pictures with MNIST's test digits. The figure
has what is read wrong of the strings and boxes, by cause, surest first.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

import inkdigits
from inkdigits.evaluation.judgement import CAUSES, Judgement
from inkdigits.evaluation.reader_evaluation import evaluate_reader

DOCS = Path(__file__).parents[1] / "docs"
WRONG = 5  # of each cause


def draw_wrong(folder: Path) -> Counter[str]:
    """Draw what is read wrong; return how often each cause occurs."""
    evaluation = evaluate_reader(inkdigits.Reader(), folder / "labels.csv")
    wrong: defaultdict[str, list[Judgement]] = defaultdict(list)
    for judgement in evaluation.judgements:
        if judgement.cause and judgement.picture.columns["kind"] in ("string", "boxes"):
            wrong[judgement.cause].append(judgement)
    causes = [cause for cause in CAUSES if cause in wrong]
    figure = Figure(figsize=(12, 1.1 * len(causes)), layout="constrained", dpi=110)
    grid = figure.subplots(len(causes), WRONG + 1, squeeze=False)
    for row, cause in zip(grid, causes, strict=True):
        for axes in row:
            axes.axis("off")
        row[0].text(0, 0.5, f"{CAUSES[cause]}\n{len(wrong[cause])}", fontsize=8, va="center")
        surest = sorted(wrong[cause], key=lambda judgement: -judgement.confidence)
        for axes, judgement in zip(row[1:], surest, strict=False):
            with Image.open(judgement.picture.path) as image:
                axes.imshow(np.asarray(image), cmap="gray", vmin=0, vmax=255)
            text = judgement.reading.text.replace("\n", "|")[:20]
            axes.set_title(f"{judgement.picture.label}\n→ {text}", fontsize=7, loc="left")
            axes.set_title(
                f"{judgement.picture.label}\n→ {judgement.reading.text.replace(chr(10), '|')[:20]}",
                fontsize=7,
                loc="left",
            )
    figure.savefig(DOCS / "pictures-wrong.png")
    return Counter({cause: len(judgements) for cause, judgements in wrong.items()})


def main() -> None:
    """Draw it."""
    folder = Path(sys.argv[1])
    sys.stdout.write(f"{dict(draw_wrong(folder))}\n")


if __name__ == "__main__":
    main()
