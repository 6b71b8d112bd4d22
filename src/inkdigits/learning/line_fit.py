"""Training of the line network."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from inkdigits.data.dataset import Dataset
from inkdigits.files import sha256
from inkdigits.imaging.bands import BAND_HEIGHT, BLANK, COLUMN
from inkdigits.learning.checkpoint import load_network, load_steps, save_steps
from inkdigits.learning.devices import keep_freed_memory
from inkdigits.learning.line_data import Batch, LineStream
from inkdigits.learning.line_network import line_network
from inkdigits.learning.muon import Muon

__all__ = ["LineRecipe", "exact_share", "fit_lines", "line_loss"]

_FRAMES, _BOXES = 0.4, 1.0  # weights of the two losses beside CTC
_LARGEST_GRADIENT = 20.0
_RISE = 0.05  # of the steps: the learning rate grows, then falls to zero


@dataclass(frozen=True)
class LineRecipe:
    """How the line network is trained.

    Attributes:
        steps: how many.
        batch_size: lines a step.
        seed: of the first weights and of all lines.
        learning_rate: the highest of AdamW, for the first and last layer and what is no matrix.
        muon_rate: the highest of Muon, for the other convolutions.
        weight_decay: decoupled, of both.
        channels: of the network's layers; see `line_network`.

    """

    steps: int = 13_000
    batch_size: int = 32
    seed: int = 0
    learning_rate: float = 0.003
    muon_rate: float = 0.02
    weight_decay: float = 0.01
    channels: tuple[int, ...] = (16, 32, 64, 64, 96, 128)


def fit_lines(
    recipe: LineRecipe,
    digits: Dataset,
    *,
    checkpoint: Path,
    after: Path | None = None,
    every: int = 500,
    report: Callable[[int, float, nn.Sequential], None] = lambda step, loss, network: None,
) -> nn.Sequential:
    """Train the line network on lines of a data set's digits.

    Args:
        recipe: how.
        digits: what the lines are written with.
        checkpoint: a file to go on from, if it exists, and to keep the state in.
        after: a checkpoint of another training, whose network this one begins with.
        every: steps between checkpoints and reports.
        report: told the steps done, the mean loss since the last report, and the network.

    Returns:
        the network after the last step, in evaluation mode.

    Raises:
        CheckpointError: the checkpoint is damaged, or belongs to another recipe or data.
        OutputError: the checkpoint cannot be written.

    """
    keep_freed_memory()
    torch.manual_seed(recipe.seed)
    network = line_network(recipe.channels)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizers = _optimizers(recipe, network)
    identity: dict[str, Any] = {"recipe": asdict(recipe) | {"channels": list(recipe.channels)}, "digits": len(digits)}
    if after:
        load_network(after, network)
        identity["after"] = sha256(after.read_bytes())
    first = load_steps(checkpoint, network, optimizers, identity) if checkpoint.exists() else 0
    stream = LineStream(digits, batch_size=recipe.batch_size, seed=recipe.seed, first=first)
    losses: list[float] = []
    network.train()
    for step, batch in zip(range(first, recipe.steps), stream.loader(), strict=False):
        _set_rates(optimizers, _share(step, recipe.steps))
        loss = line_loss(network(_pixels(batch.bands)), batch)
        network.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
        for optimizer in optimizers:
            optimizer.step()
        losses.append(float(loss.detach()))
        if (step + 1) % every == 0 or step + 1 == recipe.steps:
            save_steps(checkpoint, network, optimizers, step + 1, identity)
            report(step + 1, float(np.mean(losses)), network)
            network.train()
            losses = []
    return network.eval()


@torch.no_grad()
def exact_share(network: nn.Sequential, batches: Sequence[Batch]) -> float:
    """Return the share of lines whose digits and signs are read exactly, by the best class of each column."""
    network.eval()
    right = total = 0
    for batch in batches:
        best = network(_pixels(batch.bands))[:, : BLANK + 1, 0].argmax(1).numpy()
        for columns, labels, length in zip(best, batch.labels.numpy(), batch.lengths.tolist(), strict=True):
            right += _read(columns) == labels[:length].tolist()
            total += 1
    return right / total


def _read(best: npt.NDArray[np.int64]) -> list[int]:
    """Return the digits of the best class of each column: repetitions joined, blanks left out."""
    changes = np.flatnonzero(np.diff(best, prepend=BLANK))
    return [value for value in best[changes].tolist() if value != BLANK]


def _pixels(bands: Tensor) -> Tensor:
    return (bands.float() / 255).unsqueeze(1).contiguous(memory_format=torch.channels_last)


def _optimizers(recipe: LineRecipe, network: nn.Sequential) -> list[torch.optim.Optimizer]:
    """Return Muon for the matrices between the layers, and AdamW for the rest."""
    weights = list(network.parameters())
    by_muon = [weight for weight in weights if weight.ndim == 4 and weight.shape[1] > 1][:-1]
    of_muon = {id(weight) for weight in by_muon}
    rest = [weight for weight in weights if id(weight) not in of_muon]
    return [
        torch.optim.AdamW(rest, recipe.learning_rate, betas=(0.9, 0.99), weight_decay=recipe.weight_decay, fused=True),
        Muon(by_muon, recipe.muon_rate, weight_decay=recipe.weight_decay),
    ]


def _set_rates(optimizers: Sequence[torch.optim.Optimizer], share: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = share * optimizer.defaults["lr"]


def _share(step: int, steps: int) -> float:
    """Return the share of its highest learning rate that a step has."""
    rise = _RISE * steps
    if step < rise:
        return (step + 1) / (rise + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def line_loss(output: Tensor, batch: Batch) -> Tensor:
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
    middles = (torch.arange(steps) * COLUMN + COLUMN / 2)[None, :, None]
    mine = batch.boxes.gather(1, nearest[..., None].expand(-1, -1, 4))
    origins = torch.cat([middles, torch.full_like(middles, BAND_HEIGHT / 2)] * 2, -1)
    wanted = (mine - origins) / BAND_HEIGHT
    boxes = functional.smooth_l1_loss(places, wanted, beta=0.05, reduction="none").sum(-1)
    return ctc + _FRAMES * frames + _BOXES * (boxes * inside).sum() / n


def _columns_truth(batch: Batch, steps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the class of each column (-1 where it is open), its nearest digit, and whether it is inside that."""
    middles = (torch.arange(steps) * COLUMN + COLUMN / 2)[None, :, None]
    exists = batch.labels != BLANK
    centres = (batch.boxes[..., 0] + batch.boxes[..., 2]) / 2
    away = (middles - centres[:, None]).abs().masked_fill(~exists[:, None], math.inf)
    distance, nearest = away.min(-1)
    half = ((batch.boxes[..., 2] - batch.boxes[..., 0]) / 2).gather(1, nearest)
    inside = distance <= half + 1
    classes = torch.full(distance.shape, -1)
    classes[distance > half + 2] = BLANK
    own = batch.labels.gather(1, nearest)
    hit = distance <= COLUMN / 2
    classes[hit] = own[hit]
    return classes, nearest, inside.float()
