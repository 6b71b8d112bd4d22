"""The levels of a picture: any mode, depth and transparency to 8 bits on opaque paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["flatten", "to_uint8"]

_DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_ONE_INK = 96  # visible pixels that differ by less than this, of 255, are all ink


def flatten(image: Image.Image, mode: str, factor: int = 1) -> Image.Image:
    """Return an image in 8 bits without transparency.

    Args:
        image: of any of Pillow's modes.
        mode: "L" for grey (ITU-R 601 luma) or "RGB".
        factor: averages over squares of so many pixels.

    """
    if image.mode in _DEEP_MODES:
        image = Image.fromarray(to_uint8(np.asarray(image)))
    elif image.mode == "LAB":
        image = image.getchannel("L")
    image = image.convert("RGBA" if image.has_transparency_data else mode)
    if factor > 1:
        image = image.reduce(factor)
    if image.mode == "RGBA":
        image = _on_paper(image, mode)
    return image


def to_uint8(levels: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return levels of any depth in 8 bits, of the same shape.

    Args:
        levels: booleans; integers, where more than 8 bits are shifted to 8 by the highest bit in use; or floats from
            0 to 1 or 0 to 255. Other ranges are stretched to 0 to 255.

    """
    if levels.dtype == np.uint8:
        return levels
    if levels.dtype.kind == "b":
        return levels.astype(np.uint8) * np.uint8(255)
    if levels.dtype.kind in "ui":
        positive = levels.astype(np.int64) - min(0, int(levels.min()))
        return (positive >> max(0, int(positive.max()).bit_length() - 8)).astype(np.uint8)
    if levels.dtype.kind != "f":
        raise TypeError(f"levels of type {levels.dtype}")
    finite = np.nan_to_num(levels.astype(np.float64), posinf=0, neginf=0)
    low, high = float(finite.min()), float(finite.max())
    if low < 0 or high > 255:
        finite, high = (finite - low) / (high - low), 1.0
    return np.rint(finite * (255 if high <= 1 else 1)).astype(np.uint8)


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
    is_paper = visible.mean() > 0.5 and int(levels.max()) - int(levels.min()) > _ONE_INK
    return light if is_paper else not light
