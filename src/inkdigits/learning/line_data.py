"""Lines that are synthesised as training goes, in batches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from inkdigits.data.dataset import Dataset
from inkdigits.imaging.bands import BAND_HEIGHT, BLANK, normalise_band
from inkdigits.synthesis.lines import WrittenLine, write_line

__all__ = ["Batch", "LineStream"]

_WIDTHS = 32  # bands are padded to a multiple, so that few shapes occur
_GROUP = 8  # batches that are written at once and sorted by width


@dataclass(frozen=True)
class Batch:
    """Lines side by side, as wide as the widest.

    Attributes:
        bands: uint8 (N,40,W).
        labels: int64 (N,L), padded with `BLANK`.
        lengths: int64 (N,): how many digits and signs each line has.
        boxes: float32 (N,L,4): left, top, right and bottom, in pixels.

    """

    bands: Tensor
    labels: Tensor
    lengths: Tensor
    boxes: Tensor


class LineStream(IterableDataset[Batch]):
    """Batches of synthesised lines without end; the same for the same seed, wherever it begins.

    Args:
        digits: what the lines are written with.
        batch_size: lines a batch.
        seed: of all chance.
        first: the batch to begin with.

    """

    def __init__(self, digits: Dataset, *, batch_size: int, seed: int, first: int = 0) -> None:
        self._digits, self._batch_size, self._seed, self._first = digits, batch_size, seed, first

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        for group in itertools.count(self._first // _GROUP):
            skipped = self._first % _GROUP if group == self._first // _GROUP else 0
            yield from self.group(group)[skipped:]

    def group(self, number: int) -> list[Batch]:
        """Return some batches at once, each of lines about as wide as each other, so that little is padding."""
        rng = np.random.default_rng((self._seed, number))
        images, labels = self._digits.images, self._digits.labels
        lines = [write_line(images, labels, rng) for _ in range(_GROUP * self._batch_size)]
        lines.sort(key=lambda line: line.grey.shape[1])
        batches = [_batch(lines[begin : begin + self._batch_size]) for begin in range(0, len(lines), self._batch_size)]
        return [batches[place] for place in rng.permutation(_GROUP)]

    def loader(self) -> DataLoader[Batch]:
        """Return the batches, made ahead by another process."""
        # Forked, it could wait for ever for threads of OpenCV's that only its parent has.
        return DataLoader(
            self, batch_size=None, num_workers=1, prefetch_factor=2 * _GROUP, multiprocessing_context="spawn"
        )


def _batch(lines: list[WrittenLine]) -> Batch:
    width = -(-max(line.grey.shape[1] for line in lines) // _WIDTHS) * _WIDTHS
    longest = max(1, *(len(line.labels) for line in lines))
    bands = np.zeros((len(lines), BAND_HEIGHT, width), np.uint8)
    labels = np.full((len(lines), longest), BLANK, np.int64)
    boxes = np.zeros((len(lines), longest, 4), np.float32)
    for place, line in enumerate(lines):
        bands[place, :, : line.grey.shape[1]] = normalise_band(line.grey)
        labels[place, : len(line.labels)] = line.labels
        boxes[place, : len(line.boxes)] = line.boxes
    lengths = np.array([len(line.labels) for line in lines], np.int64)
    return Batch(*map(torch.from_numpy, (bands, labels, lengths, boxes)))
