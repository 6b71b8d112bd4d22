"""Draws what docs/synthesis.md shows: a page of each kind at each level beside its truth, docs/pages-*.png.

    python scripts/draw_pages.py

The digits are MNIST's validation digits and the hands of the validation split that are on disk. Digits are framed in
blue, marks in green, other writing and print in orange, what nobody is judged on in violet; lines are numbered.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import inkdigits
from inkdigits.imaging.line_crop import NON_DIGIT
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import KINDS, WrittenPage, write_page
from inkdigits.synthesis.writers import Hands

DOCS = Path(__file__).parents[1] / "docs"
WIDTH, HEIGHT, COLUMNS = 300, 250, 5
DIGIT, MARK, OTHER, IGNORED, LINE = "#1f5fff", "#00a03c", "#ff8c00", "#b000b0", "#d00020"
STEP = 8  # levels of grey between those that are drawn, so that files stay small
SEED = 6


def draw(page: WrittenPage) -> Image.Image:
    """Draw a page and its truth in a cell of the figure."""
    height, width = page.grey.shape
    scale = min(WIDTH / width, (HEIGHT - 14) / height)
    size = max(1, round(scale * width)), max(1, round(scale * height))
    how = Image.Resampling.BOX if scale < 1 else Image.Resampling.NEAREST
    cell = Image.new("RGB", (WIDTH, HEIGHT), "white")
    cell.paste(
        Image.fromarray(page.grey).resize(size, how).point(lambda level: level // STEP * STEP).convert("RGB"), (0, 14)
    )
    pen = ImageDraw.Draw(cell)
    pen.text((2, 1), page.kind, "black")

    def frame(box: np.ndarray, colour: str) -> None:
        left, top, right, bottom = (box * scale).tolist()
        pen.rectangle((left, top + 14, max(right, left + 1), max(bottom, top + 1) + 14), outline=colour)

    for box in page.ignored:
        frame(box, IGNORED)
    for label, box in zip(page.labels, page.boxes, strict=True):
        frame(box, OTHER if label == NON_DIGIT else DIGIT if label < 10 else MARK)
    for line in range(len(page.lines)):
        left, top, _, bottom = page.boxes[page.line == line][0] * scale
        pen.text((max(0.0, left - 11), (top + bottom) / 2 + 14), str(line), LINE, anchor="lm", font_size=10)
    return cell


def main() -> None:
    """Draw one figure a level."""
    hands = Hands.load(inkdigits.load_dataset("mnist", "validation"), "validation")
    for name, level in LEVELS.items():
        rows = -(-len(KINDS) // COLUMNS)
        figure = Image.new("RGB", (COLUMNS * (WIDTH + 6), rows * (HEIGHT + 6)), "white")
        for number, kind in enumerate(KINDS):
            rng = np.random.default_rng((SEED, number))
            page = write_page(hands, level, rng, kind=kind)
            figure.paste(draw(page), (number % COLUMNS * (WIDTH + 6), number // COLUMNS * (HEIGHT + 6)))
        figure.save(DOCS / f"pages-{name}.png", optimize=True)


if __name__ == "__main__":
    main()
