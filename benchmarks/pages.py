"""Pages that are synthesised in a second, by kind: `scripts/bench pages --n 20`.

Writes pages of each kind with MNIST's validation digits and all other hands that are on disk, in one process with one
thread. Appends one row a kind, and one for all, to experiments/pages.csv, prints a table, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import datetime

import cv2
import numpy as np
from shared.ledger import REPOSITORY, append, commit, machine

from inkdigits.data import load_dataset
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import KINDS, write_page
from inkdigits.synthesis.writers import Hands

PAGES = REPOSITORY / "experiments" / "pages.csv"
COLUMNS = ("date", "commit", "kind", "level", "megapixels", "n", "items", "ms_mean", "pages_per_second", "machine")
SEED = 1


def measure(hands: Hands, kind: str, level: str, megapixels: float, count: int) -> dict[str, object]:
    """Write pages of a kind; return how long one took, and how much is on it."""
    write_page(hands, LEVELS[level], np.random.default_rng(SEED), kind=kind, megapixels=megapixels)
    begin, items = time.perf_counter(), 0
    for number in range(count):
        rng = np.random.default_rng((SEED, number))
        items += len(write_page(hands, LEVELS[level], rng, kind=kind, megapixels=megapixels).labels)
    taken = (time.perf_counter() - begin) / count
    return {"kind": kind, "n": count, "items": round(items / count, 1), "ms_mean": round(1000 * taken, 1)}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--level", choices=[*LEVELS], default="hard")
    parser.add_argument("--megapixels", type=float, default=0.5)
    parser.add_argument("--n", type=int, default=20, help="pages of each kind")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    hands = Hands.load(load_dataset("mnist", "validation"), "validation")
    rows = [measure(hands, kind, options.level, options.megapixels, options.n) for kind in KINDS]
    together = {name: round(float(np.mean([row[name] for row in rows])), 1) for name in ("items", "ms_mean")}
    rows.append({"kind": "all", "n": options.n * len(KINDS), **together})
    print(f"{'kind':<10} {'items':>6} {'ms':>7} {'pages/s':>8}")
    for row in rows:
        row |= {
            "date": f"{datetime.now().astimezone():%Y-%m-%d}",
            "commit": commit(),
            "level": options.level,
            "megapixels": options.megapixels,
            "pages_per_second": round(1000 / float(str(row["ms_mean"])), 1),
            "machine": machine(),
        }
        append(PAGES, COLUMNS, row)
        print(f"{row['kind']:<10} {row['items']:>6} {row['ms_mean']:>7} {row['pages_per_second']:>8}")
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
