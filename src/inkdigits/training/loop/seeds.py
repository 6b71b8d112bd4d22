"""One seed decides a run: every draw has a generator of its own, seeded with the run's seed and its place."""

from __future__ import annotations

import numpy as np
import torch


def mix(*numbers: int) -> int:
    """Return one seed that depends on all the numbers and looks unlike that of any others."""
    entropy = [number % 2**63 for number in numbers]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


def generator(*numbers: int) -> torch.Generator:
    """Return a CPU generator seeded with the numbers, so that every device draws the same."""
    return torch.Generator().manual_seed(mix(*numbers))
