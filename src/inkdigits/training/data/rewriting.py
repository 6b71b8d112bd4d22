"""Training digits written again, by other hands with other pens."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from inkdigits.imaging.normalise import normalise
from inkdigits.synthesis.pens import random_height
from inkdigits.synthesis.writers import Hands
from inkdigits.training.loop.seeds import mix

__all__ = ["rewrite_some"]


def rewrite_some(images: Tensor, labels: Tensor, fraction: float, seed: int, hands: Hands) -> tuple[Tensor, Tensor]:
    """Have other hands write some of the digits.

    Args:
        images: uint8 (N,1,28,28), 0 paper to 255 ink.
        labels: int64 (N,).
        fraction: how many of them to write again, 0 to 1.
        seed: of all chance.
        hands: who may write them.

    Returns:
        uint8 (N,1,28,28), and bool (N,): which of them were written again; both where `images` are.

    """
    if not fraction:
        return images, torch.zeros(len(images), dtype=torch.bool, device=images.device)
    rng = np.random.default_rng(seed)
    chosen = rng.random(len(images)) < fraction
    result = images.cpu().numpy().copy()
    values = labels.cpu().numpy()
    for row in np.flatnonzero(chosen):
        own = np.random.default_rng(mix(seed, int(row)))
        result[row, 0] = _written_again(int(values[row]), hands, own)
    return torch.from_numpy(result).to(images.device), torch.from_numpy(chosen).to(images.device)


def _written_again(label: int, hands: Hands, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return a digit as some hand writes it, in MNIST's form."""
    height = random_height(rng)
    ink = hands.writer(rng).digit(label, height, rng)
    stretched = 0.25  # share of digits that fill a square, whatever their shape, as other collections have them
    slender = 0.4  # of its height: a 1 without an upstroke, which would become a blot
    if ink.shape[1] > slender * ink.shape[0] and rng.random() < stretched:
        side = max(ink.shape)
        ink = np.asarray(cv2.resize(ink, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)
    return normalise(np.where(ink < 0.1, np.float32(0), ink))  # less ink is none
