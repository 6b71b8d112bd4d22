"""PyTorch eager, the same network: `torch_reader.py MODEL IMAGES.npy THREADS`.

As people write it (batches of 1,000, memory as it comes), and as it is quickest here: batch size and memory format are
tried on a fifth of the pictures.
"""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from stopwatch import answer, quickest

from inkdigits.models.onnx_file import read_model

torch.set_num_threads(int(sys.argv[3]))
model, _ = read_model(sys.argv[1])
images = torch.from_numpy(np.load(sys.argv[2], allow_pickle=False))
FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}


@torch.inference_mode()
def read(count: int, memory: str, batch: int) -> torch.Tensor:
    """Return the probabilities of so many pictures."""
    network = model.eval().to(memory_format=FORMATS[memory])
    return torch.cat([network(part) for part in images[:count].split(batch)])


tried: dict[str, tuple[str, int]] = {
    f"{memory}, {batch}": (memory, batch) for memory in FORMATS for batch in (64, 128, 256, 512, 1000)
}
best = quickest({name: partial(read, len(images) // 5, *way) for name, way in tried.items()})
ways: dict[str, Callable[[], torch.Tensor]] = {
    "torch": partial(read, len(images), "contiguous", 1000),
    "torch, tuned": partial(read, len(images), *tried[best]),
}
answer(ways, tuned=best)
