"""The cards of the models that ship with the package, written from their runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from textwrap import fill
from typing import Any

from inkdigits.files import sha256
from inkdigits.reading.model_file import ModelInfo
from inkdigits.training.thresholds import Aims

__all__ = ["digits_card", "lines_card", "pages_card"]

_LIMITS = json.loads((files("inkdigits.weights") / "limits.json").read_text(encoding="utf-8"))

_DIGITS = """# Model card: {name}

The model that ships with inkdigits and that `read` uses: `bundled.onnx`, {kilobytes:,.0f} kB.

| | |
| --- | --- |
| task | which of ten digits a 28×28 picture shows, with a calibrated probability for each |
| input | {input} |
| network | `{model}`, {weights:,} weights |
| recipe | `{recipe}`: {epochs} epochs, batches of {batch_size}, seed {seed}; the last epoch, nothing chosen on test |
| training data | {data}, {n:,} digits, SHA-256 `{data_sha256}` |
| teachers | {teachers} |
| augmentation | rotation ±{rotation:g}°, shift ±{shift:.0%}, zoom ±{zoom:.0%}, slant ±{slant:g}, bend {bend:g} px |
| other hands | write {rewritten:.0%} of the digits again before that, half of them in forms that MNIST does not have |
| calibration | temperature {temperature:.3f}, fitted on validation digits |
| uncertain below, on its own | {threshold:.1%}, the lowest at which 99.9% of the accepted validation digits are right |
| made by | inkdigits {version}, commit `{commit}` |
| licence | {licence} |
| SHA-256 | `{sha256}` |

Learned from, with thanks:

{sources}

## Figures

| split | digits | accuracy | loss | calibration error |
| --- | --- | --- | --- | --- |
{figures}

The test digits were looked at once, when the model was bundled. To make it again:

    python scripts/make_models.py --stage digits --teachers {number_of_teachers}

The weights come out the same on the same machine with the same versions
({versions}) and {threads} thread{s};
elsewhere they differ by rounding, and the figures by a few hundredths of a per cent.

## Limits

{limits}
"""

_LINES = """# Model card: lines

The model that reads a line that was found: `lines.onnx`, {kilobytes:,.0f} kB. `read` uses it beside
[the page detector](pages.md) and [the digit model](bundled.md).

| | |
| --- | --- |
| task | which digits stand in a band of a page, where, and with what probability |
| input | {input} |
| output | for each four pixels of width, probabilities of ten digits and of none, and the digit's box |
| network | {channels} channels, then residual convolutions along the line, {weights:,} weights; read out by CTC |
| training data | {lines:,} lines by the hands below; {data}'s {n:,} training digits: SHA-256 `{data_sha256}` |
| training | {steps:,} steps of {batch_size} lines, seed {seed}, then {further:,} more at half the rates, twice |
| weights | half those of the first end, half the mean of the other two; nothing chosen on test |
| made by | inkdigits {version}, commit `{commit}` |
| licence | {licence} |
| SHA-256 | `{sha256}` |

Learned from, with thanks:

{sources}
- the fonts of what is no digit, from Matplotlib: DejaVu (Bitstream Vera licence), STIX (OFL-1.1)

What is synthesised: pens from hair to marker, slant, spacing from wide to overlapping, small zeros, joined digits;
rules, boxes, patterned and shaded paper, blur, noise, JPEG; separators, end strokes, cut neighbours; and, to be left
out, letters of free fonts, scribbles and shapes.

## Figures

Lines synthesised from validation digits, as hard as those it was trained on, read exactly: {exact:.2%} of
{validation:,}.

To make it again:

    python scripts/make_models.py --stage lines

## Limits

{limits}
"""


_PAGES = """# Model card: pages

The model that finds digits, marks and other writing on a page: `pages.onnx`, {kilobytes:,.0f} kB. `read` shows it the
page at some scales, and [the line model](lines.md) and [the digit model](bundled.md) what it found.

| | |
| --- | --- |
| task | which of ten digits and six marks stands where on a page, and where other writing or print is |
| input | {input} |
| output | for each 4×4 pixels, probabilities that a symbol has its middle there, of other writing, and its box |
| network | fully convolutional at 2, 4 and 8 pixels: {fine[0]}, {fine[1]} and {coarse} channels; {weights:,} weights |
| method | middles and boxes as in X. Zhou, D. Wang, P. Krähenbühl, "Objects as points" (2019) |
| training data | {views:,} views of pages by the hands below; {data}'s {n:,} training digits: SHA-256 `{data_sha256}` |
| training | {steps:,} steps of {batch_size} views, seed {seed}; the last step, nothing chosen on test |
| uncertain below | {line:.1%} for a digit of a line, {single:.1%} for a picture's only digit |
| no digit below | {no_digit:.1%}; no number of a page below {number:.1%} on average |
| made by | inkdigits {version}, commit `{commit}` |
| licence | {licence} |
| SHA-256 | `{sha256}` |

Learned from, with thanks:

{sources}
- the fonts of print, from Matplotlib: DejaVu (Bitstream Vera licence), STIX (OFL-1.1), Computer Modern (BaKoMa licence)

What is synthesised: fifteen kinds of pages, drawn in `docs/synthesis.md`.

The thresholds were chosen on pages made up from validation digits, at three levels of trouble: the lowest at which
{line_right:.1%} of the accepted lines and {single_right:.1%} of the accepted single digits are right, and at most
{falsely_accepted:.0%} of the pictures without a digit are accepted; {missed:.1%} of the digits that are read right fall
below the third. A number of a page is kept where that gains more right ones than it invents, three for one.

## Figures

Views of pages synthesised from validation digits, as hard as those it was trained on, where just the right symbols are
found: {exact:.1%} of {validation:,}.

To make it again:

    python scripts/make_models.py --stage pages
    python scripts/make_models.py --stage thresholds

## Limits

{limits}
"""


def digits_card(path: Path, info: ModelInfo, config: dict[str, Any], weights: int, sources: Sequence[str]) -> str:
    """Return the digit model's card.

    Args:
        path: the model file.
        info: what it says about itself.
        config: of its run.
        weights: how many it has.
        sources: what it learned from, each with its authors and licence.

    """
    rows = (
        f"| {split} | {row['n']:,} | {row['accuracy']:.2%} | {row['loss']:.4f} | {row['ece']:.2%} |"
        for split, row in info.metrics.items()
    )
    teachers = len(config["teachers"])
    known = info.recipe | {"recipe": info.recipe["name"]} | info.recipe["augmentation"]
    return _DIGITS.format(
        **known | _common(path, info, config, weights, sources),
        temperature=info.temperature,
        threshold=info.reject_threshold,
        figures="\n".join(rows),
        number_of_teachers=teachers,
        teachers=f"a committee of {teachers} `accurate` networks" if teachers else "none",
        versions=", ".join(f"{package} {version}" for package, version in config["versions"].items()),
        threads=config["threads"],
        s="" if config["threads"] == 1 else "s",
    )


def lines_card(path: Path, info: ModelInfo, config: dict[str, Any], weights: int, sources: Sequence[str]) -> str:
    """Return the line model's card; see `digits_card`."""
    (validation,) = info.metrics.values()
    channels = "-".join(map(str, info.recipe["channels"]))
    return _LINES.format(
        **info.recipe | _common(path, info, config, weights, sources) | {"channels": channels},
        lines=(info.recipe["steps"] + 2 * info.recipe["further"]) * info.recipe["batch_size"],
        exact=validation["exact"],
        validation=validation["n"],
    )


def pages_card(path: Path, info: ModelInfo, config: dict[str, Any], weights: int, sources: Sequence[str]) -> str:
    """Return the page detector's card; see `digits_card`."""
    (validation,) = info.metrics.values()
    return _PAGES.format(
        **info.recipe | info.thresholds | _common(path, info, config, weights, sources),
        views=info.recipe["steps"] * info.recipe["batch_size"],
        exact=validation["exact"],
        validation=validation["n"],
        line_right=Aims.line_right,
        single_right=Aims.single_right,
        falsely_accepted=Aims.falsely_accepted,
        missed=Aims.missed,
    )


def _common(
    path: Path, info: ModelInfo, config: dict[str, Any], weights: int, sources: Sequence[str]
) -> dict[str, Any]:
    """Return what all cards say."""
    content = path.read_bytes()
    return {
        "name": info.name,
        "kilobytes": len(content) / 1000,
        "sha256": sha256(content),
        "input": info.input,
        "weights": weights,
        "seed": info.seed,
        "data": info.data["name"],
        "n": info.data["n"],
        "data_sha256": info.data["sha256"],
        "version": info.version,
        "commit": str(config["commit"])[:12],
        "licence": info.licence,
        "sources": "\n".join(f"- {source}" for source in sources),
        "limits": "\n".join(
            fill(limit, 120, initial_indent="- ", subsequent_indent="  ") for limit in _LIMITS[path.stem]
        ),
    }
