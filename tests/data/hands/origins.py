"""Archives in the layout of the public origins, made from the files that they become."""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from inkdigits.data.hands.catalogue import HANDS


def origin(name: str, folder: Path) -> dict[str, bytes]:
    """Return the files of an origin from which those in a folder can be made, under the names that they have there."""
    files = [folder / file for file in HANDS[name].files]
    return {
        "swiss": _numbers,
        "hwd1000": _drawings,
        "omniglot": _letters,
        "pendigits": _unipen,
        "uji": _pen_characters,
    }[name](*files)


def tar(files: dict[str, bytes]) -> bytes:
    """Return files as GitHub packs them: gzipped, in a folder of the commit's name, in any order."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        for path, content in reversed(files.items()):
            entry = tarfile.TarInfo(f"repository-commit/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=0)
    return file.getvalue()


def _zip(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return packed.getvalue()


def _numbers(file: Path) -> dict[str, bytes]:
    with np.load(file) as arrays:
        rows = zip(arrays["images"], arrays["labels"], arrays["writers"], strict=True)
        files = {
            f"numbers/{writer}/{label}/number-{place:05}.png": _png(image)
            for place, (image, label, writer) in enumerate(rows)
        }
    # Others are kept apart for judging: they must not be taken.
    return files | {"numbers/0017_CH3M/1/number-1.png": _png(np.zeros((50, 50), np.uint8)), "README.md": b"# Numbers"}


def _drawings(file: Path) -> dict[str, bytes]:
    with np.load(file) as arrays:
        rows = zip(arrays["images"], arrays["labels"], strict=True)
        files = {f"img/{label}-{1 + place:04}.png": _png(image) for place, (image, label) in enumerate(rows)}
    return files | {"dataset.csv": b"image,label\n"}


def _letters(file: Path) -> dict[str, bytes]:
    with np.load(file) as arrays:
        images = np.unpackbits(arrays["packed"], axis=-1, count=105)
        alphabets = arrays["alphabets"].tolist()
    sets: dict[str, dict[str, bytes]] = {"small1": {}, "small2": {}}
    of = {"Balinese": "small1", "Early_Aramaic": "small1", "Greek": "small1", "Korean": "small1", "Latin": "small1"}
    for place, (image, alphabet) in enumerate(zip(images, alphabets, strict=True)):
        name = of.get(alphabet, "small2")
        path = f"images_background_{name}/{alphabet}/character{place // 20:03}/{place:04}_{place % 20:02}.png"
        sets[name][path] = _png((1 - image) * 255)
    again = {path.replace("small1", "small2"): content for path, content in list(sets["small1"].items())[:3]}
    return {
        "python/images_background_small1.zip": _zip(sets["small1"]),
        "python/images_background_small2.zip": _zip(sets["small2"] | again),  # some alphabets are in both
        "python/strokes_background_small1.zip": b"not looked at",
    }


def _unipen(*files: Path) -> dict[str, bytes]:
    return {f"data/pendigits-{part}": _unipen_text(file) for part, file in zip(("train", "test"), files, strict=True)}


def _unipen_text(file: Path) -> bytes:
    lines = [".INCLUDE dene.doc", '.LEXICON "0" "1"', ".HIERARCHY DIGIT"]
    for number, row in enumerate(_rows(file)):
        lines += [f'.SEGMENT DIGIT 0-{len(row["strokes"]) - 1} ? "{row["label"]}"']
        lines += [f".COMMENT {row['label']} {row['writer'].lstrip('trainse')} {number}"]
        for stroke in row["strokes"]:
            points = [f" {100 + x:4.0f} {400 - y:4.0f}" for x, y in stroke]
            lines += [".PEN_DOWN", *points, ".PEN_UP", ".DT 100"]
    return "\n".join(lines).encode()


def _pen_characters(file: Path) -> dict[str, bytes]:
    drawings = {}
    for place, row in enumerate(_rows(file)):
        points = np.concatenate([np.array(stroke) for stroke in row["strokes"]])
        packed = io.BytesIO()
        np.savez(packed, coord_x=points[:, 0] / 100, coord_y=1 - points[:, 1] / 100, label=str(row["label"]))
        drawings[f"dataset_npz/{place:06}-{row['label']}.npz"] = packed.getvalue()
    return {"dataset_npz.zip": _zip(drawings | {"dataset_npz/000000-A.npz": b"a letter"})}


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
