"""What the peers have in common: arguments, data, a clock for training alone, one line of JSON. Needs only NumPy."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Clock", "arguments", "load_digits"]


def arguments(description: str | None, epochs: int) -> argparse.Namespace:
    """Return the command line's arguments: data, epochs, seed, threads.

    Args:
        description: what the program is.
        epochs: as many as its authors train.

    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("data", type=Path, help="MNIST as an .npz file with x_train, y_train, x_test, y_test")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, help="the framework's own choice if not given")
    return parser.parse_args()


def load_digits(path: Path, split: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return images uint8 (N,28,28) and labels int64 (N,) of a split, "train" or "test"."""
    with np.load(path, allow_pickle=False) as arrays:
        return arrays[f"x_{split}"], arrays[f"y_{split}"].astype(np.int64)


class Clock:
    """Runs while an epoch is trained, stands while it is tested."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.accuracies: list[float] = []

    def start(self) -> None:
        """Begin an epoch."""
        self._begin = time.perf_counter()

    def stop(self) -> None:
        """End it; test after this."""
        self.seconds.append(time.perf_counter() - self._begin)

    def report(self, **versions: str) -> None:
        """Print training seconds of each epoch and test accuracy after it, from 0 to 1."""
        print(json.dumps({"seconds": self.seconds, "accuracies": self.accuracies, "versions": versions}))
