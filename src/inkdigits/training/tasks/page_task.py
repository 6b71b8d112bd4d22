"""The task of pages: every digit and mark, where it is, and what other writing there is."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.imaging.views import OTHER, SMALL
from inkdigits.models.page_network import page_network
from inkdigits.training.data.page_data import Views
from inkdigits.training.loop.task import Batch
from inkdigits.training.recipes.stream_recipes import PageRecipe
from inkdigits.training.tasks.sample_stream import StreamTask

__all__ = ["PagesTask", "page_loss"]


class PagesTask(StreamTask[Views]):
    """Views of synthesised pages; the share of views whose symbols are all found, and nothing else, is watched."""

    recipe: PageRecipe

    def build(self) -> nn.Sequential:
        """Return the recipe's network, which at first says that nothing is anywhere."""
        network = page_network(self.recipe.fine, self.recipe.coarse, self.recipe.context)
        nn.init.constant_(network[-1].bias[:OTHER], -4.6)  # type: ignore[index]  # the last is a convolution
        return network

    def batch(self, truth: Views) -> Batch:
        """Return views as the network takes them: 0 is the mean of what is about a pixel, 1 a standard deviation."""
        here = Views(*(tensor.to(self.device) for tensor in vars(truth).values()))
        inputs = ((here.pixels.float() - 128) / 32).unsqueeze(1).contiguous(memory_format=torch.channels_last)
        return Batch(inputs, here)

    def loss(self, answers: Tensor, truth: Views) -> Tensor:
        """Return the loss of a batch for each symbol in it; see `page_loss`."""
        return page_loss(answers, truth)

    def count_right(self, answers: Tensor, truth: Views) -> int:
        """Return in how many views just the right symbols are found."""
        scores = answers[:, :OTHER].sigmoid() * truth.judged[:, None]
        best = scores.amax(1)
        peaks = (best == functional.max_pool2d(best[:, None], 3, 1, 1)[:, 0]) & (best > 0.3)
        middles = (truth.symbols == 1).any(1) & (truth.judged > 0)
        near = functional.max_pool2d((truth.symbols == 1).float(), 3, 1, 1)
        right = near.gather(1, scores.argmax(1, keepdim=True))[:, 0] > 0
        wrong = (peaks & ~right).flatten(1).any(1)
        return int((~wrong & (peaks.flatten(1).sum(1) == middles.flatten(1).sum(1))).sum())


def page_loss(answers: Tensor, truth: Views) -> Tensor:
    """Return the loss of a batch for each symbol in it.

    Symbols: the focal loss with less weight near a middle (X. Zhou, D. Wang, P. Krähenbühl, "Objects as points", 2019).
    Masks: cross entropy. Boxes: how far each edge is off, in heights of a digit.
    """
    logits, masks, boxes = answers[:, :OTHER], answers[:, OTHER : SMALL + 1], answers[:, SMALL + 1 :]
    judged = truth.judged[:, None]
    middles = (truth.symbols == 1).float()
    found = logits.sigmoid()
    focus = 2  # exponents of the focal loss, as in the paper
    hits = functional.logsigmoid(logits) * (1 - found) ** focus * middles
    misses = functional.logsigmoid(-logits) * found**focus * (1 - truth.symbols) ** 4 * (1 - middles)
    count = (middles * judged).sum().clamp(min=1)
    symbols = -((hits + misses) * judged).sum() / count
    shown = functional.binary_cross_entropy_with_logits(masks, truth.masks, reduction="none")
    off = functional.smooth_l1_loss(boxes, truth.boxes, beta=0.05, reduction="none").sum(1)
    inside = truth.inside * truth.judged
    return symbols + 4.0 * (shown * judged).mean() + (off * inside).sum() / inside.sum().clamp(min=1)
