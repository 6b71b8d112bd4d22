"""Train the line model that ships with the package: `python scripts/train_line_model.py RUN`.

Synthesises its lines from MNIST's training digits as it goes; goes on where it was stopped. Then fits its temperature
and the confidence below which a digit is uncertain, on lines of validation digits, and writes
src/inkdigits/weights/lines.onnx and its card, lines.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import torch
from torch import nn

import inkdigits
from inkdigits.learning.line_data import LineStream
from inkdigits.learning.line_fit import LineRecipe, exact_share, fit_lines

_VALIDATION_SEED = 999
_GROUPS = 4  # of validation lines


def main() -> None:
    """Train, calibrate and write the line model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder to keep the checkpoint in")
    parser.add_argument("--steps", type=int, default=LineRecipe.steps)
    parser.add_argument("--channels", type=int, nargs=6, default=list(LineRecipe.channels))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.run.mkdir(parents=True, exist_ok=True)
    recipe = LineRecipe(steps=given.steps, channels=tuple(given.channels))
    validation = inkdigits.load_dataset("mnist", "validation")
    stream = LineStream(validation, batch_size=64, seed=_VALIDATION_SEED)
    batches = [batch for number in range(_GROUPS) for batch in stream.group(number)]
    begin = time.perf_counter()

    def report(step: int, loss: float, network: nn.Sequential) -> None:
        exact = exact_share(network, batches)
        passed = time.perf_counter() - begin
        sys.stdout.write(f"step {step:6}  loss {loss:6.3f}  lines read exactly {exact:.2%}  {passed:,.0f} s\n")
        sys.stdout.flush()

    digits = inkdigits.load_dataset("mnist", "train")
    fit_lines(recipe, digits, checkpoint=given.run / "checkpoint.safetensors", report=report)


if __name__ == "__main__":
    main()
