"""Draws the page that the README shows being read: docs/page.jpg, and docs/page-read.png with what was read.

    python scripts/draw_page.py

The digits are MNIST's test digits, written again by one hand on a note on a desk (`inkdigits.synthesis.pages`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import inkdigits
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import write_page
from inkdigits.synthesis.writers import Hands

DOCS = Path(__file__).parents[1] / "docs"
SEED = 2


def main() -> None:
    """Draw the page and read it."""
    digits = inkdigits.load_dataset("mnist", "test")
    rng = np.random.default_rng(SEED)
    picture = write_page(Hands(digits), LEVELS["medium"], rng, kind="note")
    Image.fromarray(picture.grey).save(DOCS / "page.jpg", quality=80)
    reading = inkdigits.Reader().read(DOCS / "page.jpg")
    reading.save(DOCS / "page-read.png")
    sys.stdout.write("truth:\n" + "\n".join(picture.lines) + f"\nread ({reading.status}):\n{reading.text}\n")


if __name__ == "__main__":
    main()
