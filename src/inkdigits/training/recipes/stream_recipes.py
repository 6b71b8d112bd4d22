"""Recipes of the networks that learn from synthesised samples. No torch is needed to read them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inkdigits.errors import UsageError
from inkdigits.training.recipes.recipe import Optimisation


@dataclass(frozen=True, kw_only=True)
class StreamRecipe(Optimisation):
    """How a network learns from samples that are synthesised as it goes, of which none comes twice.

    The rates were chosen by short runs of the line network.
    """

    steps: int  # how many there are
    every: int = 500  # how many of them count as an epoch, after which the network is judged
    learning_rate: float = 0.003
    muon_rate: float = 0.02
    rise: float = 0.05
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.01
    largest_gradient: float = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.steps, self.every) < 1:
            raise UsageError(f"a run needs at least 1 step, not {min(self.steps, self.every)}")


@dataclass(frozen=True, kw_only=True)
class LineRecipe(StreamRecipe):
    """How the line network is trained."""

    steps: int = 18_000
    batch_size: int = 32
    # of the six layers that bring the band's height to one row; see `line_network`
    channels: tuple[int, ...] = (20, 40, 80, 80, 112, 160)
    context: tuple[int, ...] = (1, 2, 4, 8)  # the dilations of the convolutions along the line that follow
    further: int = 4_000  # steps of each cycle that goes on from those, at half the rates; their ends are averaged

    @property
    def further_cycle(self) -> LineRecipe:
        """The recipe of such a cycle."""
        rates = self.learning_rate / 2, self.muon_rate / 2
        return replace(self, steps=self.further, further=0, learning_rate=rates[0], muon_rate=rates[1])


@dataclass(frozen=True, kw_only=True)
class PageRecipe(StreamRecipe):
    """How the page detector is trained; its batches are pages, each looked at once."""

    steps: int = 7_000
    every: int = 250
    batch_size: int = 12
    # channels of the first layer, at two pixels, and of those at four; see `page_network`
    fine: tuple[int, int] = (12, 32)
    coarse: int = 64  # channels at eight pixels
    context: tuple[int, ...] = (1, 2, 1, 4, 1)  # the dilations of the residual convolutions at eight pixels
