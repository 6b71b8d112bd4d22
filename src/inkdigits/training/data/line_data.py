"""Lines that are synthesised as training goes, in batches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inkdigits.imaging.line_crop import BLANK, CROP_HEIGHT, normalise_line_crop
from inkdigits.synthesis.lines import WrittenLine
from inkdigits.training.tasks.sample_stream import SampleStream

__all__ = ["LineStream", "Lines"]


@dataclass(frozen=True)
class Lines:
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


class LineStream(SampleStream[WrittenLine, Lines]):
    """Batches of lines, each of lines about as wide as each other, so that little is padding."""

    batches_a_group = 8

    def collate(self, samples: list[WrittenLine], rng: np.random.Generator) -> list[Lines]:
        """Return batches of lines in random order; the lines are sorted by width."""
        ordered = sorted(samples, key=lambda line: line.grey.shape[1])
        size = len(samples) // self.batches_a_group
        batches = [_side_by_side(ordered[begin : begin + size]) for begin in range(0, len(ordered), size)]
        return [batches[place] for place in rng.permutation(self.batches_a_group)]


def _side_by_side(lines: list[WrittenLine]) -> Lines:
    step = 32  # so that few shapes occur
    width = -(-max(line.grey.shape[1] for line in lines) // step) * step
    longest = max(1, *(len(line.labels) for line in lines))
    bands = np.zeros((len(lines), CROP_HEIGHT, width), np.uint8)
    labels = np.full((len(lines), longest), BLANK, np.int64)
    boxes = np.zeros((len(lines), longest, 4), np.float32)
    for place, line in enumerate(lines):
        bands[place, :, : line.grey.shape[1]] = normalise_line_crop(line.grey)
        labels[place, : len(line.labels)] = line.labels
        boxes[place, : len(line.boxes)] = line.boxes
    lengths = np.array([len(line.labels) for line in lines], np.int64)
    return Lines(*map(torch.from_numpy, (bands, labels, lengths, boxes)))
