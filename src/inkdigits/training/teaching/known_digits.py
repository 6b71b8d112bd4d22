"""Digits that a model knows, so that it can be kept from forgetting them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inkdigits.data import load_dataset
from inkdigits.data.dataset import Images, Progress
from inkdigits.errors import DataNotFoundError, OutputError
from inkdigits.imaging.normalise import normalise
from inkdigits.synthesis.allographs import FORM_COUNTS, draw_form
from inkdigits.synthesis.pens import draw_strokes, random_hand, random_height

MNIST, SYNTHESISED = "MNIST", "synthesised digits"


def known_digits(
    count: int,
    seed: int,
    data_dir: str | Path | None = None,
    *,
    offline: bool = False,
    progress: Progress | None = None,
) -> tuple[Images, str]:
    """Return digits that a model knows, uint8 (M,28,28), and where they are from: `MNIST`, or `SYNTHESISED`.

    Where MNIST is looked for is told as to `load_dataset`; the seed decides which `count` digits of it these are.
    """
    rng = np.random.default_rng(seed)
    try:
        mnist = load_dataset("mnist", "train", data_dir=data_dir, offline=offline, progress=progress)
    except (DataNotFoundError, OutputError):
        written = load_dataset("optdigits", "all").images
        written = written[rng.permutation(len(written))[: count // 2]]
        return np.concatenate([written, _synthesised(count - len(written), rng)]), SYNTHESISED
    return mnist.images[np.sort(rng.permutation(len(mnist))[:count])], MNIST


def _synthesised(count: int, rng: np.random.Generator) -> Images:
    """Return digits drawn as strokes, each by another hand."""
    images = []
    for number in range(count):
        label = number % 10
        strokes = draw_form(label, int(rng.integers(FORM_COUNTS[label])), rng)
        images.append(normalise(draw_strokes(strokes, random_height(rng), random_hand(rng), rng)))
    return np.stack(images)
