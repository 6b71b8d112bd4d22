"""Single digits of other people by the whole reader: `scripts/bench hands [--split test]`.

The validation writers of `swiss` (their own scans) and of `pendigits` (pen strokes, drawn with three pens); with
`--split test` the test writers of `pendigits`, which nothing is chosen by. Each digit is a picture, read with `single`.
Prints how many are read right, how many are "ok", how many of those are right, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

import inkdigits
from inkdigits.data.hands import load_scans, load_strokes
from inkdigits.data.hands.hand_digits import draw_strokes

PENS = (0.05, 0.1, 0.16)  # width as a share of a digit's height: a ballpoint, a felt pen, a marker
MARGIN = 30  # pixels of paper about a digit of 100

Labelled = Iterator[tuple[npt.NDArray[np.uint8], int]]


def scans() -> Labelled:
    """Yield each scan, 0 black to 255 white, and its label."""
    digits = load_scans("swiss", "validation")
    yield from zip(digits.images, digits.labels.tolist(), strict=True)


def drawn(split: str, width: float) -> Labelled:
    """Yield each digit that was written with a pen, drawn as dark ink on light paper, and its label."""
    digits = load_strokes("pendigits", split)
    for strokes, label in zip(digits.strokes, digits.labels.tolist(), strict=True):
        yield np.rint(255 - 225 * np.pad(draw_strokes(strokes, width), MARGIN)).astype(np.uint8), label


def main() -> None:
    """Read the digits of each collection."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("validation", "test"), default="validation", help="(%(default)s)")
    split = parser.parse_args().split
    reader = inkdigits.Reader(threads=1)
    collections = {f"pendigits, {split}, pen {width}": drawn(split, width) for width in PENS}
    if split == "validation":
        collections = {"swiss, validation": scans()} | collections
    results = {}
    for name, digits in collections.items():
        read = [(reader.read(picture, single=True), str(label)) for picture, label in digits]
        right = sum(reading.text == label for reading, label in read)
        ok = [reading.text == label for reading, label in read if reading.status == "ok"]
        results[name] = {"n": len(read), "right": right, "ok": len(ok), "right of ok": sum(ok)}
        share, sure = right / len(read), len(ok) / len(read)
        print(f"{name:<32} {share:.2%} of {len(read):,}; ok {sure:.1%}, {np.mean(ok):.2%} right")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
