"""The levels of a picture: any mode, depth and transparency to 8 bits on opaque paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from inkdigits.errors import PictureError

_DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def flatten(image: Image.Image, mode: str, factor: int = 1) -> Image.Image:
    """Return an image in 8 bits without transparency.

    It is worked on in strips, so that a large image takes little memory beside its own.

    Args:
        image: of any of Pillow's modes.
        mode: "L" for grey (ITU-R 601 luma) or "RGB".
        factor: averages over squares of so many pixels.

    """
    image.load()
    if factor == 1 and image.mode == mode and not image.has_transparency_data:
        return image.copy()
    kept = "RGBA" if image.has_transparency_data else mode
    small = Image.new(kept, (-(-image.width // factor), -(-image.height // factor)))
    extent = _extent_of(image) if image.mode in _DEEP_MODES else None
    for top, strip in _strips(image, factor):
        if extent:
            strip = Image.fromarray(_to_uint8(np.asarray(strip), *extent))
        elif strip.mode == "LAB":
            strip = strip.getchannel("L")
        small.paste(strip.convert(kept).reduce(factor), (0, top // factor))
    return _on_paper(small, mode) if kept == "RGBA" else small


def to_uint8(levels: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return levels of any depth in 8 bits, of the same shape.

    Args:
        levels: booleans, or integers 0 and 1 alone; integers, where more than 8 bits are shifted to 8 by the highest
            bit in use; or floats from 0 to 1 or 0 to 255. Other ranges are stretched to 0 to 255.

    Raises:
        PictureError: a float is not finite.

    """
    if levels.dtype.kind in "ui" and (levels.min(), levels.max()) == (0, 1):
        levels = levels.astype(bool)
    if levels.dtype == np.uint8:
        return levels
    if levels.dtype.kind == "f" and not np.isfinite(levels).all():
        raise PictureError("the array holds NaN or infinity", "give finite numbers")
    if levels.dtype.kind == "b":
        return levels.astype(np.uint8) * np.uint8(255)
    if levels.dtype.kind not in "uif":
        raise TypeError(f"levels of type {levels.dtype}")
    return _to_uint8(levels, *_extent(levels))


def _to_uint8(levels: npt.NDArray[Any], low: float, high: float) -> npt.NDArray[np.uint8]:
    """Return integers or floats in 8 bits; the lowest and the highest may be those of more levels than these."""
    if levels.dtype.kind in "ui":
        below = min(0, int(low))
        return ((levels.astype(np.int64) - below) >> max(0, (int(high) - below).bit_length() - 8)).astype(np.uint8)
    finite = _finite(levels)
    if low < 0 or high > 255:
        finite, high = (finite - low) / (high - low), 1.0
    return np.rint(finite * (255 if high <= 1 else 1)).astype(np.uint8)


def _extent(levels: npt.NDArray[Any]) -> tuple[float, float]:
    """Return the lowest and the highest of some integers or floats."""
    finite = _finite(levels) if levels.dtype.kind == "f" else levels
    return finite.min().item(), finite.max().item()


def _extent_of(image: Image.Image) -> tuple[float, float]:
    """Return the lowest and the highest level of an image."""
    extents = [_extent(np.asarray(strip)) for _, strip in _strips(image, 1)]
    return min(low for low, _ in extents), max(high for _, high in extents)


def _finite(levels: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.nan_to_num(levels.astype(np.float64), posinf=0, neginf=0)


def _strips(image: Image.Image, factor: int) -> Iterator[tuple[int, Image.Image]]:
    """Cut an image into strips of whole squares; yield where each begins."""
    rows = factor * max(1, 2_000_000 // (image.width * factor))  # pixels at a time
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(image.height, top + rows)))


def _on_paper(image: Image.Image, mode: str) -> Image.Image:
    """Lay an RGBA image on white, or on black if its ink is light."""
    paper = Image.new(mode, image.size, "white" if _wants_white(image) else "black")
    paper.paste(image.convert(mode), mask=image.getchannel("A"))
    return paper


def _wants_white(image: Image.Image) -> bool:
    """Say whether what shows through the transparent parts of an RGBA image should be white."""
    visible = np.asarray(image.getchannel("A")) > 127
    levels = np.asarray(image.convert("L"))[visible]
    if not len(levels):
        return True
    light = bool(np.median(levels) > 127)
    # of 255: visible pixels that differ by less are all ink
    is_paper = visible.mean() > 0.5 and int(levels.max()) - int(levels.min()) > 96
    return light if is_paper else not light
