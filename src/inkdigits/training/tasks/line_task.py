"""The task of lines: digits in a band, one after the other, and where each is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.imaging.line_crop import BLANK, CROP_HEIGHT, FRAME_WIDTH, normalise_line_crop
from inkdigits.models.line_network import line_network
from inkdigits.synthesis.lines import WrittenLine
from inkdigits.training.loop.checkpoint import load_network
from inkdigits.training.recipes.stream_recipes import LineRecipe
from inkdigits.training.tasks.sample_stream import SampleStream, StreamTask


@dataclass(frozen=True)
class Lines:
    """Lines side by side, as wide as the widest."""

    bands: Tensor  # uint8 (N,40,W)
    labels: Tensor  # int64 (N,L), padded with `BLANK`
    lengths: Tensor  # int64 (N,): how many digits and signs each line has
    boxes: Tensor  # float32 (N,L,4): left, top, right and bottom, in pixels


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


class LinesTask(StreamTask[Lines]):
    """Synthesised lines: CTC with places, and the share of lines whose digits and signs are all read right."""

    recipe: LineRecipe

    def __init__(self, *given: Any, begin: Path | None = None, **named: Any) -> None:
        """Take what `StreamTask` takes, and the checkpoint whose weights training goes on from, if it does."""
        super().__init__(*given, **named)
        self._begin = begin

    def build(self) -> nn.Sequential:
        """Return the recipe's line network."""
        network = line_network(self.recipe.channels, self.recipe.context)
        if self._begin:
            load_network(self._begin, network)
        return network

    def inputs(self, truth: Lines) -> Tensor:
        """Return bands from 0 to 1."""
        return truth.bands.float() / 255

    def loss(self, answers: Tensor, truth: Lines) -> Tensor:
        """Return the mean loss of a batch: CTC, the class where each digit stands, and its box.

        CTC (A. Graves et al., "Connectionist temporal classification", ICML 2006) asks for the right string; the truth
        of synthesised lines also says where each digit is, which teaches sooner and keeps columns in their places.
        """
        columns = answers[:, :, 0].permute(0, 2, 1)
        logits, places = columns[..., : BLANK + 1], columns[..., BLANK + 1 :]
        log_probabilities = logits.log_softmax(-1)
        n, steps = logits.shape[:2]
        ctc = functional.ctc_loss(
            log_probabilities.transpose(0, 1),
            truth.labels,
            torch.full((n,), steps),
            truth.lengths,
            blank=BLANK,
            reduction="none",
            zero_infinity=True,
        ).mean()
        classes, nearest, inside = _columns_truth(truth, steps)
        frames = functional.nll_loss(
            log_probabilities.flatten(0, 1), classes.flatten(), ignore_index=-1, reduction="sum"
        )
        mine = truth.boxes.gather(1, nearest[..., None].expand(-1, -1, 4))
        middles = _middles(steps, answers.device)
        origins = torch.cat([middles, torch.full_like(middles, CROP_HEIGHT / 2)] * 2, -1)
        wanted = (mine - origins) / CROP_HEIGHT
        boxes = functional.smooth_l1_loss(places, wanted, beta=0.05, reduction="none").sum(-1)
        return ctc + 0.4 * (frames / n) + (boxes * inside).sum() / n

    def count_right(self, answers: Tensor, truth: Lines) -> int:
        """Return how many lines are read exactly, by the best class of each column."""
        best = answers[:, : BLANK + 1, 0].argmax(1).cpu().numpy()
        lines = zip(best, truth.labels.tolist(), truth.lengths.tolist(), strict=True)
        return sum(_read(columns) == labels[:length] for columns, labels, length in lines)


def _read(best: npt.NDArray[np.int64]) -> list[int]:
    """Return the digits of the best class of each column: repetitions joined, blanks left out."""
    changes = np.flatnonzero(np.diff(best, prepend=BLANK))
    return [value for value in best[changes].tolist() if value != BLANK]


def _middles(steps: int, device: torch.device) -> Tensor:
    return (torch.arange(steps, device=device) * FRAME_WIDTH + FRAME_WIDTH / 2)[None, :, None]


def _columns_truth(batch: Lines, steps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the class of each column (-1 where it is open), its nearest digit, and whether it is inside that."""
    middles = _middles(steps, batch.boxes.device)
    exists = batch.labels != BLANK
    centres = (batch.boxes[..., 0] + batch.boxes[..., 2]) / 2
    away = (middles - centres[:, None]).abs().masked_fill(~exists[:, None], math.inf)
    distance, nearest = away.min(-1)
    half = ((batch.boxes[..., 2] - batch.boxes[..., 0]) / 2).gather(1, nearest)
    inside = distance <= half + 1
    classes = torch.full_like(nearest, -1)
    classes[distance > half + 2] = BLANK
    own = batch.labels.gather(1, nearest)
    hit = distance <= FRAME_WIDTH / 2
    classes[hit] = own[hit]
    return classes, nearest, inside.float()
