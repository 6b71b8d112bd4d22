"""The clock as Keras' callback, and the threads of its backend: TensorFlow, or PyTorch."""

from __future__ import annotations

from importlib import import_module

import keras
import numpy as np
from clock import Clock
from numpy.typing import NDArray

__all__ = ["EpochClock", "prepare", "scaled"]


class EpochClock(keras.callbacks.Callback):
    """Times each epoch's training, and tests after it while the clock stands."""

    def __init__(self, images: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
        super().__init__()
        self._images, self._labels = images, labels
        self.clock = Clock()

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Start the clock."""
        self.clock.start()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Stop the clock, then test."""
        self.clock.stop()
        read = self.model.predict(self._images, batch_size=1000, verbose=0).argmax(1)
        self.clock.accuracies.append(float((read == self._labels).mean()))

    def report(self) -> None:
        """Print the line of JSON."""
        name = keras.backend.backend()
        backend = {name: import_module(name).__version__}
        self.clock.report(keras=keras.__version__, numpy=np.__version__, **backend)


def prepare(seed: int, threads: int | None) -> None:
    """Seed all that is random, and set the number of threads if one is asked for."""
    keras.utils.set_random_seed(seed)
    if threads is None:
        return
    backend = import_module(keras.backend.backend())
    if keras.backend.backend() == "torch":
        backend.set_num_threads(threads)
    else:
        backend.config.threading.set_intra_op_parallelism_threads(threads)
        backend.config.threading.set_inter_op_parallelism_threads(threads)


def scaled(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return uint8 (N,28,28) as float32 (N,28,28,1) from 0 to 1."""
    return np.expand_dims(images.astype("float32") / 255, -1)
