"""What each recipe reached and cost on MNIST, as `scripts/write_results.py` writes it. Reading it needs no torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Measured:
    """What a recipe reached on MNIST: last epoch, nothing chosen on test."""

    accuracy: float  # mean accuracy on the 10,000 test digits, in per cent
    deviation: float  # its sample standard deviation over the seeds, in percentage points
    seeds: int
    seconds: float  # how long training takes, without validation
    threads: int  # how many were timed
    machine: str

    @property
    def reached(self) -> str:
        """The accuracy for people: "99.51 ± 0.03%"."""
        return f"{self.accuracy:.2f} ± {self.deviation:.2f}%"

    @property
    def cost(self) -> str:
        """The time for people: "2.1 s", "45 s" or "38 min"."""
        if self.seconds >= 600:
            return f"{self.seconds / 60:.0f} min"
        return f"{self.seconds:.1f} s" if self.seconds < 20 else f"{self.seconds:.0f} s"


@cache
def read_measured() -> dict[str, Measured]:
    """Return what was measured, by the recipe's name; a recipe that was not measured is missing."""
    text = files("inkdigits.training.recipes").joinpath("measured.json").read_text(encoding="utf-8")
    return {name: Measured(**figures) for name, figures in json.loads(text).items()}
