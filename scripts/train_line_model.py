"""Train the line model that ships with the package: `python scripts/train_line_model.py RUN`.

Synthesises its lines from MNIST's training digits as it goes, and goes on where it was stopped. Then chooses, on
pictures made up from validation digits, the confidences below which a reading is uncertain or no digit, and writes
src/inkdigits/weights/lines.onnx and its card, lines.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

import inkdigits
from inkdigits.classifier import Classifier
from inkdigits.data import Dataset
from inkdigits.evaluation.thresholds import FALSELY_ACCEPTED, LINE_RIGHT, MISSED, SINGLE_RIGHT, choose_thresholds
from inkdigits.export.line_file import write_line_model
from inkdigits.files import sha256, write_atomically
from inkdigits.learning.line_data import LineStream
from inkdigits.learning.line_fit import LineRecipe, exact_share, fit_lines
from inkdigits.line_model import LineModel
from inkdigits.modelfile import ModelInfo

WEIGHTS = Path(__file__).parents[1] / "src" / "inkdigits" / "weights"

CHECKPOINT, STORY = "checkpoint.safetensors", "story.txt"

_VALIDATION_SEED = 999
_GROUPS = 4  # of validation lines, 512 each

CARD = """# Model card: lines

The model that finds and reads the digits of a line: `lines.onnx`, {kilobytes:,.0f} kB. `read` uses it beside
[the digit model](bundled.md).

| | |
| --- | --- |
| task | which digits stand in a band of a page, where, and with what probability |
| input | uint8 (N,40,W), 0 paper to 255 ink, digits about 26 pixels tall |
| output | for each four pixels of width, probabilities of ten digits and of none, and the digit's box |
| network | seven convolutions over the band, two along it, {weights:,} weights; read out by CTC |
| training data | {lines:,} lines, synthesised from MNIST's {n:,} training digits (SHA-256 `{data_sha256}`) |
| training | {steps:,} steps of {batch_size} lines, seed {seed}{after}; the last step, nothing chosen on test |
| uncertain below | {line:.1%} for a digit of a line, {single:.1%} for a picture's only digit |
| no digit below | {no_digit:.1%}, and no line of them below that on average |
| made by | inkdigits {version}, commit `{commit}` |
| licence | {licence}; MNIST itself: Yann LeCun, Corinna Cortes, Christopher J.C. Burges, CC BY-SA 3.0 |
| SHA-256 | `{sha256}` |

What is synthesised: pens from hair to marker, slant, spacing from wide to overlapping, small zeros, joined digits;
rules, boxes, patterned and shaded paper, blur, noise, JPEG; separators, end strokes, cut neighbours; and, to be left
out, letters of free fonts, scribbles and shapes.

The thresholds were chosen on pictures made up from the 5,000 validation digits, at three levels of trouble: the lowest
at which {line_right:.1%} of the accepted lines and {single_right:.1%} of the accepted single digits are right, and at
most {falsely_accepted:.0%} of the pictures without a digit are accepted; {missed:.1%} of the digits that are read right
fall below the last.

## Figures

Lines synthesised from validation digits, as hard as those it was trained on, read exactly: {exact:.2%} of
{validation:,}.

To make it again, each with its own commit:

{remake}

## Limits

- It knows lines that run from left to right, sloping by less than about 25 degrees.
- Digits that MNIST does not have (a 5 like a tick, a 4 like an h) are often misread, sometimes with confidence.
"""


def main() -> None:
    """Train, choose thresholds, and write the line model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder to keep the checkpoint in")
    parser.add_argument("--steps", type=int, default=LineRecipe.steps)
    parser.add_argument("--after", type=Path, help="folder of a finished run, whose network this one begins with")
    parser.add_argument("--seed", type=int, default=LineRecipe.seed)
    parser.add_argument("--rate", type=float, default=1.0, help="of the usual learning rates")
    parser.add_argument("--pictures", type=int, default=150, help="to choose thresholds on, of each kind and level")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    given.run.mkdir(parents=True, exist_ok=True)
    recipe = LineRecipe(
        steps=given.steps,
        seed=given.seed,
        learning_rate=given.rate * LineRecipe.learning_rate,
        muon_rate=given.rate * LineRecipe.muon_rate,
    )
    remember(given.run, given.after)
    digits, validation = (inkdigits.load_dataset("mnist", split) for split in ("train", "validation"))
    stream = LineStream(validation, batch_size=64, seed=_VALIDATION_SEED)
    batches = [batch for number in range(_GROUPS) for batch in stream.group(number)]
    begin = time.perf_counter()

    def report(step: int, loss: float, network: nn.Sequential) -> None:
        exact = exact_share(network, batches)
        say(f"step {step:6}  loss {loss:6.3f}  lines read exactly {exact:.2%}  {time.perf_counter() - begin:,.0f} s")

    after = given.after / CHECKPOINT if given.after else None
    network = fit_lines(recipe, digits, checkpoint=given.run / CHECKPOINT, after=after, report=report)
    exact = exact_share(network, batches)
    path = bundle(network, recipe, digits, validation, exact, given.pictures, given.run)
    say(f"{path}: {exact:.2%} of the validation lines read exactly")


def bundle(
    network: nn.Sequential,
    recipe: LineRecipe,
    digits: Dataset,
    validation: Dataset,
    exact: float,
    pictures: int,
    run: Path,
) -> Path:
    """Choose thresholds for a trained network, and write it with its card; return the model file's path."""
    info: dict[str, Any] = {
        "name": "lines",
        "recipe": asdict(recipe) | {"channels": list(recipe.channels), "commit": begun_with(run)},
        "data": {"name": digits.name, "split": digits.split, "n": len(digits), "sha256": digits.sha256},
        "metrics": {"validation lines": {"exact": exact, "n": _GROUPS * 512}},
        "seed": recipe.seed,
        "input": "uint8 (N,40,W), 0 paper to 255 ink, digits about 26 pixels tall",
        "version": inkdigits.__version__,
    }
    unsure = write_line_model(network, 1.0, ModelInfo(**info), run / "lines.onnx")
    thresholds = choose_thresholds(
        Classifier(threads=1), LineModel(unsure, threads=1), validation, pictures=pictures, progress=say
    )
    path = write_line_model(network, 1.0, ModelInfo(**info, thresholds=thresholds), WEIGHTS / "lines.onnx")
    content = path.read_bytes()
    story = (run / STORY).read_text(encoding="utf-8").splitlines()
    card = CARD.format(
        kilobytes=len(content) / 1000,
        weights=sum(weights.numel() for weights in network.parameters()),
        lines=recipe.steps * recipe.batch_size,
        **asdict(recipe),
        n=len(digits),
        data_sha256=digits.sha256,
        licence=ModelInfo.licence,
        version=inkdigits.__version__,
        commit=begun_with(run),
        after=", after another training" if len(story) > 1 else "",
        remake="\n".join(f"    {line}" for line in story),
        sha256=sha256(content),
        **thresholds,
        line_right=LINE_RIGHT,
        single_right=SINGLE_RIGHT,
        falsely_accepted=FALSELY_ACCEPTED,
        missed=MISSED,
        exact=exact,
        validation=_GROUPS * 512,
    )
    write_atomically(WEIGHTS / "lines.md", card)
    return path


def remember(run: Path, after: Path | None) -> None:
    """Keep in a run's folder how it was begun, after the story of the run that it goes on from."""
    if (run / STORY).exists():
        return
    answer = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S607
    options = " ".join(argument for argument in sys.argv[1:] if argument != str(run))
    before = (after / STORY).read_text(encoding="utf-8") if after else ""
    write_atomically(
        run / STORY,
        f"{before}{answer.stdout.strip()[:12]}: python scripts/train_line_model.py {run.name} {options}".rstrip()
        + "\n",
    )


def begun_with(run: Path) -> str:
    """Return the commit of the code that a run was begun with."""
    return (run / STORY).read_text(encoding="utf-8").splitlines()[-1].partition(":")[0]


def say(what: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
