"""Make a run's model the one that ships with the package: `python scripts/bundle_model.py RUN`.

Looks at the test digits once, writes the figures into the model file and into its card, both under
src/inkdigits/weights/.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import inkdigits
from inkdigits.evaluation.evaluate import Evaluation
from inkdigits.export.onnx_file import read_model, write_model
from inkdigits.files import sha256, write_atomically
from inkdigits.learning.runs import RunFolder
from inkdigits.modelfile import ModelInfo

WEIGHTS = Path(__file__).parents[1] / "src" / "inkdigits" / "weights"

CARD = """# Model card: {name}

The model that ships with inkdigits and that `read` uses: `bundled.onnx`, {kilobytes:,.0f} kB.

| | |
| --- | --- |
| task | which of ten digits a 28×28 picture shows, with a calibrated probability for each |
| input | {input} |
| network | `{model}`, {weights:,} weights |
| recipe | `{recipe}`: {epochs} epochs, batches of {batch_size}, seed {seed}; the last epoch, nothing chosen on test |
| training data | MNIST, {n:,} of the 60,000 training digits, SHA-256 `{data_sha256}` |
| teachers | {teachers} |
| augmentation | rotation ±{rotation:g}°, shift ±{shift:.0%}, zoom ±{zoom:.0%}, slant ±{slant:g}, bend {bend:g} px |
| other hands | write {rewritten:.0%} of the digits again before that, half of them in forms that MNIST does not have |
| calibration | temperature {temperature:.3f}, fitted on the other 5,000 of the 60,000 |
| uncertain below | {threshold:.1%} confidence, the lowest at which 99.9 % of the accepted validation digits are right |
| made by | inkdigits {version}, commit `{commit}` |
| licence | {licence}; MNIST itself: Yann LeCun, Corinna Cortes, Christopher J.C. Burges, CC BY-SA 3.0 |
| SHA-256 | `{sha256}` |

## Figures

| split | digits | accuracy | loss | calibration error |
| --- | --- | --- | --- | --- |
{figures}

The test digits were looked at once, when the model was bundled. To make it again:

{remake}
    python scripts/bundle_model.py runs/bundled

The weights come out the same on the same machine with the same versions
({versions});
elsewhere they differ by rounding, and the figures by a few hundredths of a per cent.

## Limits

- It knows digits only. A letter or a scribble that holds ink gets the digit that it looks most like, often with a low
  confidence, sometimes not.
- MNIST was written in the United States around 1990. A 1 with a long upstroke, a crossed 7, an open 4 and other forms
  were drawn as strokes for training; hands that write otherwise again are read less well.
- The confidence is calibrated on MNIST. On pictures from elsewhere it is too high by an amount that depends on them.
- The picture must be brought to MNIST's form first; `inkdigits.Reader` does, `inkdigits.Classifier` takes it as given.
- Not for decisions about people without a person who looks.
"""


def main(folder: str) -> None:
    """Bundle the model of a run."""
    run = RunFolder(Path(folder))
    model, info = read_model(run.path)
    test = inkdigits.evaluate(run.path, "mnist", "test")
    info = replace(info, metrics=info.metrics | {"test": figures_of(test)})
    path = write_model(model, info, WEIGHTS / "bundled.onnx")
    weights = sum(weights.numel() for weights in model.network.parameters())
    write_atomically(WEIGHTS / "bundled.md", card(info, run.read_config(), path, weights))
    sys.stdout.write(f"{path}: {test.accuracy:.2%} on test\n")


def figures_of(evaluation: Evaluation) -> dict[str, Any]:
    """Return the figures that a model file carries."""
    figures = evaluation.to_dict()
    return {key: figures[key] for key in ("n", "correct", "accuracy", "loss", "ece", "confusion")}


def card(info: ModelInfo, config: dict[str, Any], path: Path, weights: int) -> str:
    """Return the model card's text."""
    recipe = info.recipe
    content = path.read_bytes()
    rows = (
        f"| {split} | {row['n']:,} | {row['accuracy']:.2%} | {row['loss']:.4f} | {row['ece']:.2%} |"
        for split, row in info.metrics.items()
    )
    versions, teachers = config["versions"], config["teachers"]
    return CARD.format(
        name=info.name,
        kilobytes=len(content) / 1000,
        input=info.input,
        model=recipe["model"],
        weights=weights,
        recipe=recipe["name"],
        epochs=recipe["epochs"],
        batch_size=recipe["batch_size"],
        seed=info.seed,
        n=info.data["n"],
        data_sha256=info.data["sha256"],
        **recipe["augmentation"],
        temperature=info.temperature,
        threshold=info.reject_threshold,
        version=info.version,
        commit=str(config["commit"])[:12],
        licence=info.licence,
        sha256=sha256(content),
        figures="\n".join(rows),
        teachers=f"a committee of {len(teachers)} `accurate` networks" if teachers else "none",
        remake="\n".join(f"    {line}" for line in commands(info, config, len(teachers))),
        versions=", ".join(f"{package} {version}" for package, version in versions.items()),
    )


def commands(info: ModelInfo, config: dict[str, Any], teachers: int) -> list[str]:
    """Return the commands that make the run again: the teachers' first."""
    ends = f"--threads {config['threads']} --out runs"
    lines = [f"inkdigits train --recipe accurate --seed {seed} {ends}/accurate-{seed}" for seed in range(teachers)]
    taught = "".join(f" \\\n        --teacher runs/accurate-{seed}" for seed in range(teachers))
    return [*lines, f"inkdigits train --recipe {info.recipe['name']} --seed {info.seed} {ends}/bundled{taught}"]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
