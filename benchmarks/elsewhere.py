"""Digits of other collections: `scripts/bench elsewhere usps_test.npz semeion.npz`.

Each file holds `images`, (N,H,W) with light ink on black and no margin, and `labels`, (N,); loaded without pickle. The
pictures go through `normalise`, which brings them to MNIST's form, and the digit model. Prints the share read right,
the digits that are most often taken for others, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np

import inkdigits
from inkdigits.imaging.normalise import normalise


def main() -> None:
    """Classify the digits of each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--model", default="bundled", help="an .onnx model file, or a run folder")
    given = parser.parse_args()
    classifier = inkdigits.Classifier(given.model)
    results = {}
    for file in given.files:
        with np.load(file, allow_pickle=False) as data:
            images, labels = data["images"], data["labels"]
        ink = images.astype(np.float32) / max(1, int(images.max()))
        read = classifier.predict(np.stack([normalise(glyph) for glyph in ink]))
        wrong = Counter(
            f"{label} for {value}" for label, value in zip(read[read != labels], labels[read != labels], strict=True)
        )
        results[file.name] = {"n": len(labels), "accuracy": round(float((read == labels).mean()), 4)}
        print(f"{file.name:<20} {results[file.name]['accuracy']:.2%} of {len(labels):,}; {dict(wrong.most_common(6))}")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
