"""Pictures to try the reader on; `scripts/draw_samples.py` drew them."""

from __future__ import annotations

import csv
from pathlib import Path

__all__ = ["LABELS", "sample_pictures"]

LABELS = Path(__file__).with_name("labels.csv")


def sample_pictures() -> list[Path]:
    """Return the sample pictures, in the order of `labels.csv`, which says what is written in each."""
    with LABELS.open(newline="", encoding="utf-8") as file:
        return [LABELS.with_name(row["path"]) for row in csv.DictReader(file)]
