"""What each source of hands brings to the line network: `scripts/bench line_sources`.

Short runs from nothing, alike but for who writes the lines: MNIST's writers alone, with fonts, with pen strokes, with
scans, with all of them. Each is judged on the same lines of validation hands, by who wrote them. One run of 1,500
steps takes eight minutes on a core that has bfloat16 instructions; a run that was stopped goes on from its checkpoint
under --out, which keeps the networks as well. Prints a line a network, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from inkdigits.data import load_dataset
from inkdigits.models.onnx_file import write_graph
from inkdigits.models.onnx_graph import build_line_graph
from inkdigits.reading.model_file import ModelInfo
from inkdigits.synthesis.lines import write_line
from inkdigits.synthesis.writers import Hands, SourceMix
from inkdigits.training.loop.fit import fit
from inkdigits.training.loop.progress import LiveProgress
from inkdigits.training.recipes.stream_recipes import LineRecipe
from inkdigits.training.tasks.line_task import LinesTask, LineStream

OTHERS = ("fonts", "strokes", "scans")
TRIALS = ((), *((name,) for name in OTHERS), OTHERS)
NOBODY = SourceMix(mnist=0, scans=0, strokes=0, fonts=0)


def written_by(hands: Hands, shares: SourceMix, *, batch_size: int, seed: int) -> LineStream:
    """Return lines of these hands in these shares."""
    return LineStream(partial(write_line, replace(hands, shares=shares)), batch_size=batch_size, seed=seed)


def main() -> None:
    """Train and judge a network a trial."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1_500, help="of 32 lines each (%(default)s)")
    parser.add_argument("--batches", type=int, default=16, help="of 64 lines by each source to judge by (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="a folder for checkpoints and networks")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    hands = Hands.load(load_dataset("mnist", "train"), "train")
    held_out = Hands.load(load_dataset("mnist", "validation"), "validation")
    alone = {name: replace(NOBODY, **{name: 1}) for name in ("mnist", *OTHERS)}
    judged = {
        name: list(written_by(held_out, shares, batch_size=64, seed=999).batches(0, given.batches))
        for name, shares in alone.items()
    }
    recipe = replace(LineRecipe(), steps=given.steps)
    results = {}
    for trial in TRIALS:
        name = " + ".join(("mnist", *trial))
        shares = replace(SourceMix(), **dict.fromkeys(set(OTHERS) - set(trial), 0))
        stream = written_by(hands, shares, batch_size=recipe.batch_size, seed=1)
        task = partial(LinesTask, recipe, stream, seed=0, device=torch.device("cpu"), workers=0)
        checkpoint = given.out / f"{name}.safetensors"
        with LiveProgress() as progress:
            network, _ = fit(
                task(judged["mnist"][:1]),
                checkpoint=checkpoint,
                identity={"trial": name, "recipe": recipe.to_dict()},
                resume=checkpoint.exists(),
                observers=[progress],
            )
        info = ModelInfo(name=name, recipe=recipe.to_dict(), data={}, metrics={}, seed=0, version="")
        write_graph(build_line_graph(network, 1.0), info, given.out / f"{name}.onnx")
        results[name] = {by: task(lines).judge(network) for by, lines in judged.items()}
        shown = ", ".join(f"{by} {exact:.1%} (loss {loss:.2f})" for by, (loss, exact) in results[name].items())
        print(f"{name:<32} {shown}", flush=True)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
