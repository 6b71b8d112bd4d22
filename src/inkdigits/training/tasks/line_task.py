"""The task of lines: digits in a band, one after the other, and where each is."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.imaging.line_crop import BLANK, CROP_HEIGHT, FRAME_WIDTH
from inkdigits.models.line_network import line_network
from inkdigits.training.data.line_data import Lines
from inkdigits.training.loop.task import Batch
from inkdigits.training.recipes.stream_recipes import LineRecipe
from inkdigits.training.tasks.sample_stream import StreamTask

__all__ = ["LinesTask", "line_loss"]


class LinesTask(StreamTask[Lines]):
    """Synthesised lines: CTC with places, and the share of lines whose digits and signs are all read right."""

    recipe: LineRecipe

    def build(self) -> nn.Sequential:
        """Return the recipe's line network."""
        return line_network(self.recipe.channels, self.recipe.context)

    def batch(self, truth: Lines) -> Batch:
        """Return bands as the network takes them, from 0 to 1."""
        here = Lines(*(tensor.to(self.device) for tensor in vars(truth).values()))
        inputs = (here.bands.float() / 255).unsqueeze(1).contiguous(memory_format=torch.channels_last)
        return Batch(inputs, here)

    def loss(self, answers: Tensor, truth: Lines) -> Tensor:
        """Return the mean loss of a batch; see `line_loss`."""
        return line_loss(answers, truth)

    def count_right(self, answers: Tensor, truth: Lines) -> int:
        """Return how many lines are read exactly, by the best class of each column."""
        best = answers[:, : BLANK + 1, 0].argmax(1).cpu().numpy()
        lines = zip(best, truth.labels.tolist(), truth.lengths.tolist(), strict=True)
        return sum(_read(columns) == labels[:length] for columns, labels, length in lines)


def _read(best: npt.NDArray[np.int64]) -> list[int]:
    """Return the digits of the best class of each column: repetitions joined, blanks left out."""
    changes = np.flatnonzero(np.diff(best, prepend=BLANK))
    return [value for value in best[changes].tolist() if value != BLANK]


def line_loss(output: Tensor, batch: Lines) -> Tensor:
    """Return the mean loss of a batch: CTC, the class where each digit stands, and its box.

    CTC (A. Graves et al., "Connectionist temporal classification", ICML 2006) asks for the right string; the truth of
    synthesised lines also says where each digit is, which teaches sooner and keeps columns in their places.
    """
    columns = output[:, :, 0].permute(0, 2, 1)
    logits, places = columns[..., : BLANK + 1], columns[..., BLANK + 1 :]
    log_probabilities = logits.log_softmax(-1)
    n, steps = logits.shape[:2]
    ctc = functional.ctc_loss(
        log_probabilities.transpose(0, 1),
        batch.labels,
        torch.full((n,), steps),
        batch.lengths,
        blank=BLANK,
        reduction="none",
        zero_infinity=True,
    ).mean()
    classes, nearest, inside = _columns_truth(batch, steps)
    frames = (
        functional.nll_loss(log_probabilities.flatten(0, 1), classes.flatten(), ignore_index=-1, reduction="sum") / n
    )
    middles = (torch.arange(steps, device=output.device) * FRAME_WIDTH + FRAME_WIDTH / 2)[None, :, None]
    mine = batch.boxes.gather(1, nearest[..., None].expand(-1, -1, 4))
    origins = torch.cat([middles, torch.full_like(middles, CROP_HEIGHT / 2)] * 2, -1)
    wanted = (mine - origins) / CROP_HEIGHT
    boxes = functional.smooth_l1_loss(places, wanted, beta=0.05, reduction="none").sum(-1)
    return ctc + 0.4 * frames + (boxes * inside).sum() / n


def _columns_truth(batch: Lines, steps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the class of each column (-1 where it is open), its nearest digit, and whether it is inside that."""
    middles = (torch.arange(steps, device=batch.boxes.device) * FRAME_WIDTH + FRAME_WIDTH / 2)[None, :, None]
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
