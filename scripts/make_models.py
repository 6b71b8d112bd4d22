"""Make the models that ship with the package again, from the data to the weights and their cards.

    python scripts/make_models.py
    python scripts/make_models.py --resume

Teachers, the digit model that learns from them, the line model, the thresholds below which both are unsure; then the
model files and cards under src/inkdigits/weights/. What is finished is not made again; what was stopped goes on from
its checkpoint. The test digits are looked at once, for the digit model's card.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch

import inkdigits
from inkdigits.cli.train import LiveProgress
from inkdigits.errors import InkdigitsError, OutputError
from inkdigits.learning.devices import find_device
from inkdigits.learning.fit import fit
from inkdigits.learning.history import HistoryFiles
from inkdigits.learning.line_data import LineStream
from inkdigits.learning.lines import LinesTask
from inkdigits.learning.recipes import LineRecipe
from inkdigits.learning.runs import RunFolder, create_run, provenance
from inkdigits.learning.stopping import stopping_on_signals
from inkdigits.synthesis.lines import WrittenLine, write_line

_VALIDATION_SEED, _VALIDATION_BATCHES, _VALIDATION_BATCH = 999, 32, 64


def line_writer(split: str) -> tuple[Callable[[np.random.Generator], WrittenLine], dict[str, str]]:
    """Return what writes lines with the hands of a split, and the SHA-256 of each source of them."""
    digits = inkdigits.load_dataset("mnist", split)
    return partial(write_line, digits.images, digits.labels), {f"mnist {split}": digits.sha256}


def train_lines(out: Path, recipe: LineRecipe, *, seed: int, workers: int, resume: bool) -> None:
    """Train the line network in a run folder."""
    run, device = RunFolder(out), find_device()
    write, data = line_writer("train")
    write_validation, validation_data = line_writer("validation")
    identity = {"recipe": recipe.to_dict(), "seed": seed, "data": data | validation_data}
    if not run.config_file.exists():
        create_run(out, identity | provenance())
    elif not resume:
        raise OutputError(f"{out} holds a run already", "go on with it by --resume, or name another folder with --out")
    held_out = LineStream(write_validation, batch_size=_VALIDATION_BATCH, seed=_VALIDATION_SEED)
    task = LinesTask(
        recipe,
        LineStream(write, batch_size=recipe.batch_size, seed=seed),
        list(held_out.batches(0, _VALIDATION_BATCHES)),
        seed=seed,
        device=device,
        workers=workers,
    )
    with stopping_on_signals() as asked_to, LiveProgress() as progress:
        fit(
            task,
            checkpoint=run.checkpoint_file,
            identity=identity,
            resume=run.checkpoint_file.exists(),
            observers=[HistoryFiles(run.path), progress],
            should_stop=asked_to,
            once_stopped=f"go on with: python {sys.argv[0]} --resume",
        )


def main() -> None:
    """Make the models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/models"), help="folder of the runs (%(default)s)")
    parser.add_argument("--resume", action="store_true", help="go on with what was stopped")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--workers", type=int, default=1, help="processes that write lines ahead (%(default)s)")
    parser.add_argument("--steps", type=int, default=LineRecipe.steps, help="of the line model (%(default)s)")
    parser.add_argument("--channels", type=int, nargs=6, default=LineRecipe.channels, help="%(default)s")
    parser.add_argument("--context", type=int, nargs="*", default=LineRecipe.context, help="%(default)s")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    recipe = LineRecipe(steps=given.steps, channels=tuple(given.channels), context=tuple(given.context))
    try:
        train_lines(given.out / "lines", recipe, seed=given.seed, workers=given.workers, resume=given.resume)
    except InkdigitsError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
