"""PyTorch eager, the same network: `torch_reader.py MODEL IMAGES.npy THREADS`.

As people write it (batches of 1,000, memory as it comes), and as it is quickest here: batch size and memory format are
tried first.
"""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from stopwatch import answer, quickest

from inkdigits.export.onnx_file import read_model

torch.set_num_threads(int(sys.argv[3]))
model, _ = read_model(sys.argv[1])
images = torch.from_numpy(np.load(sys.argv[2], allow_pickle=False))
FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}


@torch.inference_mode()
def read(memory: str, batch: int) -> torch.Tensor:
    """Return the digits of all pictures."""
    network = model.eval().to(memory_format=FORMATS[memory])
    return torch.cat([network(part).argmax(1) for part in images.split(batch)])


ways: dict[str, Callable[[], object]] = {
    f"{memory}, {batch}": partial(read, memory, batch) for memory in FORMATS for batch in (64, 256, 1000)
}
best = quickest(ways)
answer({"torch": ways["contiguous, 1000"], "torch, tuned": ways[best]}, tuned=best)
