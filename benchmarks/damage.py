"""Whether bad files do harm: `scripts/bench damage --pictures FOLDER --mutations 2000`.

Reads every file of a folder (made for the test pictures of Pillow's source distribution, `pip download --no-binary
:all: --no-deps pillow`), and good pictures that were cut short or had bits flipped, from a fixed seed. Each has to give
a reading or a clear error. Prints how many gave which, the slowest, and the most memory that the process ever used;
last one line of JSON. Exit code 1 if anything else happened.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

import inkdigits
from inkdigits.reading.reader import Reader
from inkdigits.samples import sample_pictures

FORMATS = "PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM"
SEED = 5


def mutations(count: int) -> Iterator[tuple[str, bytes]]:
    """Yield good pictures of many formats, each damaged in one way."""
    chance = np.random.default_rng(SEED)
    good = [(kind, encoded(path, kind)) for path in sample_pictures()[:3] for kind in FORMATS]
    for number in range(count):
        kind, content = good[number % len(good)]
        changed = bytearray(content)
        if chance.random() < 0.4:
            changed = changed[: int(chance.integers(len(changed)))]
        else:
            for _ in range(int(chance.choice([1, 4, 40]))):
                reach = len(changed) if chance.random() < 0.6 else min(200, len(changed))
                changed[int(chance.integers(reach))] ^= 1 << int(chance.integers(8))
        yield f"mutation {number} ({kind})", bytes(changed)


def encoded(path: Path, kind: str) -> bytes:
    """Return a picture as a file of another format."""
    stream = io.BytesIO()
    with Image.open(path) as image:
        image.convert("RGB").save(stream, kind)
    return stream.getvalue()


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a folder and of those in it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path


def outcome(reader: Reader, picture: Path | bytes) -> str:
    """Read a picture; return its status or the error's code, or say what went wrong."""
    try:
        readings = list(reader.read_many([picture]))
    except Exception:  # whatever it is, it should not have happened
        traceback.print_exc()
        return "CRASH"
    codes = {reading.error.code if reading.error else reading.status for reading in readings}
    return "several" if len(codes) > 1 else codes.pop()


def main() -> None:
    """Read all, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, help="folder of files to read")
    parser.add_argument("--mutations", type=int, default=2000)
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # Pillow's, about what it can still read
    reader = inkdigits.Reader(threads=1)
    results = {}
    for name, pictures in (
        ("files", files(given.pictures) if given.pictures else iter(())),
        ("mutations", mutations(given.mutations)),
    ):
        outcomes: Counter[str] = Counter()
        slowest: list[tuple[float, str]] = []
        for label, picture in pictures:
            begin = time.perf_counter()
            outcomes[outcome(reader, picture)] += 1
            slowest = sorted([*slowest, (time.perf_counter() - begin, label)], reverse=True)[:5]
        results[name] = {
            "outcomes": dict(outcomes.most_common()),
            "slowest": [[round(seconds, 2), label] for seconds, label in slowest],
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        sys.stdout.write(f"{name}: {results[name]}\n")
    sys.stdout.write(json.dumps(results) + "\n")
    sys.exit(any("CRASH" in result["outcomes"] for result in results.values()))


if __name__ == "__main__":
    main()
