"""From what an origin publishes to the files in `hands/`: a function a format, pure, each the same on every machine.

What an origin holds beside the files that are known, such as the digits of further writers, is not looked at.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.data.hands.archives import members
from inkdigits.data.hands.letters import LETTER_SIDE
from inkdigits.data.stored_files import npz_array
from inkdigits.errors import DataCorruptError

Files: TypeAlias = Iterable[tuple[str, bytes]]  # path and content, sorted by path
_Point: TypeAlias = tuple[float, float]

_SCAN = re.compile(r"/numbers/(00(?:0[1-9]|1[0-6])_[A-Z]{2}\d[A-Z])/(\d)/[^/]+\.png$")  # the first 16 writers
_DRAWING = re.compile(r"/(\d)[^/]*\.png$")
_LETTER = re.compile(r"images_background_small[12]/([^/]+)/(character\d+)/([^/]+)\.png$")
_UJI = re.compile(r"([1-9])\.npz$")

# Which digits of UJI have two strokes, by place, and how many points the first one has: its origin runs strokes
# together without saying where the pen was up.
# fmt: off
_UJI_LIFTS = {
    3: 29, 6: 36, 12: 28, 15: 34, 21: 32, 22: 44, 24: 36, 30: 28, 31: 38, 33: 36, 39: 40, 40: 58, 42: 44,
    48: 34, 49: 48, 51: 39, 57: 31, 58: 17, 60: 32, 66: 27, 67: 18, 69: 30, 75: 26, 76: 25, 78: 31, 85: 21,
    87: 23, 94: 30, 96: 30, 103: 35, 105: 30, 112: 21, 114: 47, 121: 21, 123: 55, 132: 67, 141: 70, 150: 36,
    159: 38, 165: 34, 166: 24, 168: 34, 174: 26, 175: 20, 177: 31, 184: 57, 186: 49, 192: 47, 193: 52,
    195: 39,
}
# fmt: on


def swiss(files: Files) -> bytes:
    """Return scans laid on white, at most 100 pixels on the longer side, centred on 100×100 of their paper's grey."""
    images, labels, writers = [], [], []
    for path, content in files:
        if found := _SCAN.search(f"/{path}"):
            writers.append(found[1])
            labels.append(int(found[2]))
            images.append(_centred(_on_white(content, path)))
    if not images:
        raise DataCorruptError("it holds no digits of the 16 writers")
    return _npz(images=np.stack(images), labels=np.array(labels, np.uint8), writers=np.array(writers))


def hwd1000(files: Files) -> bytes:
    """Return drawings of 28×28 in grey; the label is the first character of a picture's name."""
    images, labels = [], []
    for path, content in files:
        if found := _DRAWING.search(f"/{path}"):
            grey = _on_white(content, path)
            if grey.size == (28, 28):
                images.append(np.asarray(grey))
                labels.append(int(found[1]))
    if not images:
        raise DataCorruptError("it holds no drawings of 28×28")
    return _npz(images=np.stack(images), labels=np.array(labels, np.uint8))


def omniglot(files: Files) -> bytes:
    """Return the letters of the two small background sets, each once, as bits that are 1 for ink."""
    packed, alphabets = [], []
    seen: set[tuple[str, ...]] = set()
    for path, content in files:
        if not re.search(r"images_background_small[12]\.zip$", path):
            continue
        for inner, picture in members(content, path):
            found = _LETTER.search(inner)
            if found and found.groups() not in seen:
                seen.add(found.groups())
                ink = np.asarray(_on_white(picture, inner)) < 128
                packed.append(np.packbits(ink, axis=-1))
                alphabets.append(found[1])
    if not packed:
        raise DataCorruptError("it holds no letters")
    return _npz(packed=np.stack(packed), alphabets=np.array(alphabets), width=np.array(LETTER_SIDE))


def pendigits(files: Files, part: str) -> bytes:
    """Return the digits of `data/pendigits-train` or `-test`, UNIPEN text, a JSON a line, left and top at 0, y down."""
    ending = f"data/pendigits-{part}"
    texts = [content for path, content in files if path.endswith(ending)]
    if not texts:
        raise DataCorruptError(f"it holds no {ending}")
    rows = []
    for segment in texts[0].decode("latin-1").split(".SEGMENT")[1:]:
        label = re.match(r'[^\n]*"(\d)"', segment)
        writer = re.search(r"\.COMMENT\s+\d+\s+(\d+)", segment)
        strokes = [_points(down.partition(".PEN_UP")[0]) for down in segment.split(".PEN_DOWN")[1:]]
        strokes = [stroke for stroke in strokes if stroke]
        if label and writer and strokes:
            rows.append({"label": int(label[1]), "writer": part + writer[1], "strokes": _y_down(strokes)})
    if not rows:
        raise DataCorruptError(f"{ending} holds no digits")
    return _json_lines(rows)


def uji(files: Files) -> bytes:
    """Return the digits of `dataset_npz`, a folder or a zip file, a JSON a line, 100 times as large and y down."""
    drawings: list[tuple[str, bytes]] = []
    for path, content in files:
        inner = members(content, path) if path.endswith("dataset_npz.zip") else [(path, content)]
        drawings += [drawing for drawing in inner if _UJI.search(drawing[0])]
    if not drawings:
        raise DataCorruptError("it holds no digits in dataset_npz")
    rows = []
    for place, (path, content) in enumerate(drawings):
        x, y = (npz_array(content, key, path).ravel() for key in ("coord_x", "coord_y"))
        points = [
            (round(100 * across, 1), round(100 * (1 - up), 1))
            for across, up in zip(x.tolist(), y.tolist(), strict=True)
        ]
        lift = _UJI_LIFTS.get(place, len(points))
        strokes = [stroke for stroke in (points[:lift], points[lift:]) if stroke]
        label = int(path.removesuffix(".npz")[-1])
        rows.append({"label": label, "writer": place // 18, "strokes": strokes})  # each writer wrote 18 digits
    return _json_lines(rows)


CONVERTERS: dict[str, Callable[[Files], bytes]] = {
    "swiss.npz": swiss,
    "hwd1000.npz": hwd1000,
    "omniglot.npz": omniglot,
    "pendigits_train.jsonl.gz": partial(pendigits, part="train"),
    "pendigits_test.jsonl.gz": partial(pendigits, part="test"),
    "uji_v1.jsonl.gz": uji,
}


def _on_white(content: bytes, path: str) -> Image.Image:
    """Return a picture in grey, white where it is transparent."""
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as opened:
            picture = opened.convert("RGBA")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataCorruptError(f"{path} is a damaged picture") from error
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("L")


def _centred(grey: Image.Image) -> npt.NDArray[np.uint8]:
    """Return a scan on 100×100, around it the median of its first and last row."""
    longer = max(grey.size)
    longest = 100
    if longer > longest:
        size = [max(1, round(side * longest / longer)) for side in grey.size]
        grey = grey.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    scan = np.asarray(grey)
    height, width = scan.shape
    page = np.full((longest, longest), int(np.median(scan[[0, -1]])), np.uint8)
    top, left = (longest - height) // 2, (longest - width) // 2
    page[top : top + height, left : left + width] = scan
    return page


def _points(text: str) -> list[_Point]:
    return [(float(x), float(y)) for x, y in re.findall(r"^\s*(-?\d+)\s+(-?\d+)\s*$", text, re.MULTILINE)]


def _y_down(strokes: list[list[_Point]]) -> list[list[_Point]]:
    left = min(x for stroke in strokes for x, _ in stroke)
    highest = max(y for stroke in strokes for _, y in stroke)
    return [[(x - left, highest - y) for x, y in stroke] for stroke in strokes]


def _json_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    return gzip.compress(text.encode(), mtime=0)


def _npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()
