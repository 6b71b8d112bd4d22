"""Ink from paper: polarity settled, light flattened, noise dropped."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["find_ink", "has_light_ink"]

_Levels = npt.NDArray[np.float32]

_SMALL_SIDE = 128  # light and polarity show at this size
_ELEMENT = 0.4  # of the longer side: wider than any stroke, narrower than a change of light
_FAINTEST = 10.0  # levels of 255 by which pencil differs from paper, and the blocks of a JPEG do not
_NOISE = 4.0  # standard deviations of the paper that are still paper
_TOE = 0.12  # of the ink's own contrast that is still paper: a JPEG rings about strokes
_SHOULDER = 0.85  # of the ink's own contrast that is full ink


def find_ink(grey: npt.NDArray[np.uint8]) -> _Levels:
    """Return how much ink there is in each pixel.

    The brightness of the paper is a grey-level closing with an element wider than a stroke, smoothed, so that what is
    left is how much darker than its own paper each pixel is (the bottom-hat transform: F. Meyer, "Iterative image
    transformations for an automatic screening of cervical smears", J. Histochem. Cytochem. 27, 1979). What exceeds
    the noise is scaled by the contrast of the ink itself; the soft edges of strokes stay soft.

    Args:
        grey: uint8 (H,W), 0 black to 255 white; dark ink on light paper or light ink on dark.

    Returns:
        float32 (H,W), exactly 0 for paper to 1 for ink; all zeros for a blank page.

    """
    depth = _depth(255 - grey if has_light_ink(grey) else grey)
    noise = _noise(depth)
    inked = depth[depth > max(noise, _FAINTEST)]
    if not len(inked):
        return np.zeros(grey.shape, np.float32)
    contrast = float(np.percentile(inked, 75))
    floor = max(noise, _TOE * contrast)
    ink = (depth - floor) * (1 / max(_SHOULDER * contrast - floor, 1))
    return np.clip(ink, 0, 1, out=ink)


def has_light_ink(grey: npt.NDArray[np.uint8]) -> bool:
    """Say whether the ink of a picture is lighter than its paper.

    Ink covers less than paper, so that levels are skewed towards it, and the border of a picture is mostly paper.

    Args:
        grey: uint8 (H,W), 0 black to 255 white.

    """
    small = _small(grey).astype(np.float32)
    detail = small - cv2.GaussianBlur(small, (0, 0), 0.25 * max(small.shape))
    spread = float(detail.std())
    if not spread:
        return False
    edge = max(1, round(0.04 * max(small.shape)))
    strips = detail[:edge], detail[-edge:], detail[:, :edge], detail[:, -edge:]
    border = float(np.median(np.concatenate([strip.ravel() for strip in strips])))
    skewness = float((detail**3).mean()) / spread**3
    return skewness > 2 * border / spread


def _depth(grey: npt.NDArray[np.uint8]) -> _Levels:
    """Return how many levels darker than the paper about it each pixel is, as float32 (H,W)."""
    small = cv2.medianBlur(np.ascontiguousarray(_small(grey)), 3)
    side = max(3, round(_ELEMENT * max(small.shape)))
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = cv2.GaussianBlur(paper.astype(np.float32), (0, 0), 0.25 * side)
    height, width = grey.shape
    depth = np.asarray(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    depth -= grey
    return depth


def _noise(depth: _Levels) -> float:
    """Return the depth that paper reaches by noise alone: its median and some robust standard deviations."""
    sample = depth[:: max(1, depth.shape[0] // 256), :: max(1, depth.shape[1] // 256)]
    middle = float(np.median(sample))
    deviation = 1.4826 * float(np.median(np.abs(sample - middle)))
    return max(0.0, middle) + _NOISE * deviation


def _small(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return a page with its longer side brought down to 128 pixels."""
    height, width = grey.shape
    scale = min(1.0, _SMALL_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
