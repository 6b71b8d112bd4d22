"""Pages that hold no digits, or far too many: nothing on them is accepted, and reading them takes little memory."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from inkdigits.reading.detect import Pyramid

Grey = npt.NDArray[np.uint8]

MOST_MIB = 400  # of a process that reads, with Python and the models
WORDS = ("the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "while", "pigs", "fly", "to", "Japan")
# In a process of its own: the peak of this one is that of all tests before.
READ = r"""
import json, re, sys
from pathlib import Path
import inkdigits

reader = inkdigits.Reader(threads=1)
said = []
for single in (False, True):
    for reading in reader.read_many(sys.argv[1:], single=single):
        said.append((reading.status, reading.error and reading.error.code))
peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps([said, peak / 1024]))
"""


def printed(rows: npt.NDArray[np.str_], size: int) -> Grey:
    """Return words in rows of print that fill a page."""
    lines = [" ".join(row) for row in rows]
    image = Image.new("L", (int(0.75 * size * max(map(len, lines))), int(1.5 * size * (len(lines) + 1))), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((size, (0.5 + 1.5 * number) * size), line, fill=20, font_size=size)
    return np.asarray(image)


def words(rng: np.random.Generator) -> Grey:
    return printed(rng.choice(WORDS, (40, 14)), 36)


def numbers(rng: np.random.Generator) -> Grey:
    drawn = rng.integers(1000, 10_000, (36, 10))
    assert 4 * drawn.size > Pyramid.most
    return printed(drawn.astype(str), 24)


def checkerboard(rng: np.random.Generator) -> Grey:
    fields = np.arange(3000) // 20
    return np.asarray(255 * (np.add.outer(fields, fields) % 2), np.uint8)


def specks(rng: np.random.Generator) -> Grey:
    page = np.full((3000, 4000), 255, np.uint8)
    for x, y, radius in rng.integers((0, 0, 1), (4000, 3000, 12), (5000, 3)).tolist():
        cv2.circle(page, (x, y), radius, 0, -1)
    return page


def noise(rng: np.random.Generator) -> Grey:
    return rng.integers(0, 256, (2000, 2000), np.uint8)


def grain(rng: np.random.Generator) -> Grey:
    return np.clip(rng.normal(200, 12, (900, 700)), 0, 255).astype(np.uint8)


def texture(rng: np.random.Generator) -> Grey:
    """Return 50 megapixels: a small piece, again and again."""
    coarse = rng.integers(0, 256, (45, 45), np.uint8)
    return np.tile(cv2.resize(coarse, (360, 360), interpolation=cv2.INTER_CUBIC), (16, 24))


@pytest.mark.parametrize(
    ("made", "code"),
    [
        *((made, None) for made in (words, checkerboard, specks, noise, grain, texture)),
        (numbers, "too_costly"),
    ],
)
def test_nothing_is_accepted_and_memory_is_bounded(
    made: Callable[[np.random.Generator], Grey], code: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "page.pgm"
    Image.fromarray(made(np.random.default_rng(0))).save(path)
    answer = subprocess.run([sys.executable, "-c", READ, path], stdout=subprocess.PIPE, check=True)
    said, peak = json.loads(answer.stdout)
    for status, error in said:
        assert status != "ok"
        assert error == code
    assert peak < MOST_MIB
