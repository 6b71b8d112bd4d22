"""Ink from paper: polarity settled, light flattened, noise dropped."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

_Levels = npt.NDArray[np.float32]

FAINTEST = 12.0  # levels of 255 by which pencil differs from paper, and the blocks of a JPEG do not


# of the ink's own contrast
_TOE = 0.12  # that is still paper: a JPEG rings about strokes
_SHOULDER = 0.85  # that is full ink

_FULL = 0.5  # of the ink's contrast, from which on a pixel is ink and no edge
_MARGIN = 0.15  # of a picture's shorter side: the margin about what was cut out tightly
_WIDEST = 48  # pixels of such a margin

_LONGER = 64  # pixels of a small page's longer side, at which light and polarity show


def find_ink(grey: npt.NDArray[np.uint8]) -> _Levels:
    """Return how much ink there is in each pixel.

    Slow light is a quadratic surface, fitted so that ink does not pull at it. What is left of the paper's brightness
    is a grey-level closing with an element wider than a stroke, smoothed, so that the difference is how much darker
    than its own paper each pixel is (the bottom-hat transform: F. Meyer, "Iterative image transformations for an
    automatic screening of cervical smears", J. Histochem. Cytochem. 27, 1979). What exceeds the noise is scaled by
    the contrast of the ink itself; the soft edges of strokes stay soft. Paper that has one level everywhere, as in
    drawings, is known without all that.

    Args:
        grey: uint8 (H,W), 0 black to 255 white; dark ink on light paper or light ink on dark.

    Returns:
        float32 (H,W), exactly 0 for paper to 1 for ink; all zeros for a blank page.

    """
    return find_dark_ink(with_dark_ink(grey))


def find_dark_ink(grey: npt.NDArray[np.uint8]) -> _Levels:
    """Return what `find_ink` returns, for a picture that is known to have dark ink on light paper."""
    small = _small(grey)
    paper = _flat_paper(grey)
    if paper is not None and (_closed(small) == paper).all():  # no photograph or other thing wider than strokes
        return _ink_on_clean(paper, grey)
    depth = _depth(grey, small)
    noise = _noise(depth)
    inked = depth[depth > max(noise, FAINTEST)]
    if not len(inked):
        return np.zeros(grey.shape, np.float32)
    contrast = _contrast(inked)
    return _scaled(depth, max(noise, _TOE * contrast), contrast)


def with_dark_ink(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return a picture with dark ink on light paper: itself, or its negative; see `has_light_ink`."""
    return np.asarray(255 - grey, np.uint8) if has_light_ink(grey) else grey


def with_margin(grey: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8], int]:
    """Return a picture with a margin of its own paper, and how wide that is.

    Of writing that was cut out tightly much touches the border: the rest of its ink, it seems, lies beyond.

    Args:
        grey: uint8 (H,W), 0 black to 255 white.

    """
    margin = max(3, min(round(_MARGIN * min(grey.shape)), _WIDEST))
    small, negative = _small(grey), has_light_ink(grey)
    paper = 255 - _closed(255 - small) if negative else _closed(small)
    size = grey.shape[1] + 2 * margin, grey.shape[0] + 2 * margin
    roomy = np.asarray(cv2.resize(cv2.GaussianBlur(paper, (0, 0), 2), size, interpolation=cv2.INTER_LINEAR), np.uint8)
    roomy[margin:-margin, margin:-margin] = grey
    return roomy, margin


def border_ink(roomy: npt.NDArray[np.uint8], margin: int) -> float:
    """Return which share of a picture's border is ink, 0 to 1, by what `with_margin` gave for it."""
    full = find_ink(roomy)[margin:-margin, margin:-margin] > _FULL
    return float(np.concatenate([full[0], full[-1], full[:, 0], full[:, -1]]).mean())


def has_light_ink(grey: npt.NDArray[np.uint8]) -> bool:
    """Say whether the ink of a picture is lighter than its paper.

    Ink covers less than paper, so that levels are skewed towards it; the border of a picture is mostly paper; and what
    is narrow is ink.

    Args:
        grey: uint8 (H,W), 0 black to 255 white.

    """
    paper = _flat_paper(grey)
    if paper is not None:
        return cv2.mean(grey)[0] > paper
    levels = _small(grey).astype(np.float32)
    detail = levels - cv2.GaussianBlur(levels, (0, 0), 0.25 * max(levels.shape))
    spread = float(detail.std())
    if not spread:
        return False
    rows, columns = (max(1, round(0.04 * side)) for side in levels.shape)
    strips = detail[:rows], detail[-rows:], detail[:, :columns], detail[:, -columns:]
    border = float(np.median(np.concatenate([strip.ravel() for strip in strips])))
    skewness = float((detail**3).mean()) / spread**3
    narrow = (5, 12.0), (9, 3.0)  # pixels, and how much strokes narrower than these count beside skewness
    evidence = sum(weight * _narrow_dark(levels, side) for side, weight in narrow)
    return skewness > 2 * border / spread + evidence


def _flat_paper(grey: npt.NDArray[np.uint8]) -> int | None:
    """Return the level of paper that has the same one everywhere; None if it has not."""
    level = int(grey[0, 0])
    if any((edge != level).any() for edge in (grey[0], grey[-1], grey[:, 0], grey[:, -1])):
        return None
    # So much of one level, and all of the border: made by a program, and all else on it is ink.
    return level if np.count_nonzero(grey == level) >= 0.8 * grey.size else None


def _ink_on_clean(paper: int, grey: npt.NDArray[np.uint8]) -> _Levels:
    """Return the ink on paper that has one level everywhere: a share for each of 256 depths."""
    depth = cv2.subtract(np.array([paper], np.float64), grey)
    inked = depth[depth > FAINTEST]
    if not len(inked):
        return np.zeros(grey.shape, np.float32)
    contrast = _contrast(inked)
    shares = _scaled(np.arange(256, dtype=np.float32), _TOE * contrast, contrast)
    return np.asarray(cv2.LUT(depth, shares), np.float32)


def _scaled(depth: _Levels, floor: float, contrast: float) -> _Levels:
    """Return depths as shares of full ink, from what is still paper to the shoulder of full ink, in place."""
    depth -= floor
    depth *= 1 / max(_SHOULDER * contrast - floor, 1)
    return np.clip(depth, 0, 1, out=depth)


def _closed(small: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a small page without what is darker than its surroundings and narrower than a change of light."""
    side = _element(small)
    return np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)))


def _element(small: npt.NDArray[Any]) -> int:
    """Return the side of a square on a small page that is wider than any stroke, narrower than a change of light."""
    return int(max(3, round(0.4 * min(max(small.shape), _LONGER))))


def _narrow_dark(small: _Levels, side: int) -> float:
    """Return how much deeper dark strokes are than light ones, of those narrower than a square, as a logarithm.

    Slow light, which skews the levels of a faintly written page, is neither.
    """
    smooth = cv2.copyMakeBorder(cv2.GaussianBlur(small, (0, 0), 0.7), side, side, side, side, cv2.BORDER_REPLICATE)
    element = np.ones((side, side), np.uint8)
    dark = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, element) - smooth
    light = smooth - cv2.morphologyEx(smooth, cv2.MORPH_OPEN, element)
    dark_depth, light_depth = (float(np.percentile(depth, 97)) for depth in (dark, light))
    return float(np.log((dark_depth + 0.5) / (light_depth + 0.5)))


def _depth(grey: npt.NDArray[np.uint8], small: npt.NDArray[np.uint8]) -> _Levels:
    """Return how many levels darker than the paper about it each pixel is, as float32 (H,W)."""
    levels = cv2.medianBlur(np.ascontiguousarray(small), 3).astype(np.float32)
    light = _slow_light(levels)
    paper = light + cv2.GaussianBlur(_closed(levels - light), (0, 0), 0.25 * _element(levels))
    height, width = grey.shape
    depth = np.asarray(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    depth -= grey
    return depth


def _slow_light(small: _Levels) -> _Levels:
    """Return the quadratic surface through the paper, by least squares reweighted as Cauchy's distribution asks."""
    terms = _quadratic_terms(*small.shape)
    sample = slice(None, None, max(1, small.size // 500))  # so many pixels are enough
    known, levels = terms[sample], small.ravel()[sample]
    weights = np.ones(len(levels))
    for _ in range(5):  # it has settled by then
        weighted = known.T * weights
        # On a page too narrow for all six terms, the ridge chooses the flattest of the surfaces that fit.
        surface = np.linalg.solve(weighted @ known + 1e-6 * np.eye(6), weighted @ levels)
        residual = np.abs(levels - known @ surface)
        weights = 1 / (1 + (residual / max(1.0, 1.5 * float(np.median(residual)))) ** 2)
    return np.asarray((terms @ surface).reshape(small.shape), np.float32)


@lru_cache(maxsize=8)
def _quadratic_terms(height: int, width: int) -> npt.NDArray[np.float64]:
    """Return 1, x, y, xy, x² and y² at each pixel, x and y from -1 to 1, as (H·W,6)."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1).reshape(-1, 6)


def _noise(depth: _Levels) -> float:
    """Return the depth that paper reaches by noise alone.

    Neighbours on paper differ by noise only, and so do most neighbours in ink, however much ink there is.
    """
    sample = depth[:: max(1, depth.shape[0] // 64), :: max(1, depth.shape[1] // 64)]
    if sample.shape[1] < 2:
        return 0.0
    deviation = 1.05 * float(np.median(np.abs(np.diff(sample, axis=1))))
    return max(0.0, float(np.percentile(sample, 25))) + 4 * deviation  # what differs by so little is still paper


def _contrast(inked: npt.NDArray[Any]) -> float:
    """Return the depth of full ink: the median of the darker of Otsu's two classes; the other is edges and stains."""
    levels = np.clip(inked, 0, 255).astype(np.uint8, copy=False)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    return float(np.median(inked[levels >= threshold]))


def _small(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return a page brought down to 64 pixels of its longer side or, where it is long and narrow, 36 of its shorter.

    Its longer side then has 512 at most.
    """
    longer, shorter = max(grey.shape), min(grey.shape)
    scale = min(1.0, max(_LONGER / longer, min(36 / shorter, 512 / longer)))
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
