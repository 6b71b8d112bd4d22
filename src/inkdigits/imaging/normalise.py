"""One glyph to 28×28, the way MNIST was made."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

SIDE = 28
_BOX = 20  # the longer side of a digit in MNIST
_NEIGHBOURS = np.ones((3, 3), np.uint8)


def normalise(ink: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Return a glyph as MNIST would hold it.

    The ink is cropped, scaled with its aspect kept so that its longer side is 20 pixels, and laid on 28×28 with its
    centre of mass on pixel (14, 14), by whole pixels. Strokes that would end thinner than those of MNIST are
    thickened, and the darkest ink becomes 255. A digit of MNIST comes out as it went in. Source: Y. LeCun, L. Bottou,
    Y. Bengio, P. Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86 (1998),
    section III.A, and http://yann.lecun.com/exdb/mnist.

    Args:
        ink: float (H,W) of any size, 0 paper to 1 ink; paper is exactly 0.

    Returns:
        uint8 (28,28), 0 paper to 255 ink; all zeros where there is no ink.

    """
    image = np.zeros((SIDE, SIDE), np.uint8)
    left, top, width, height = cv2.boundingRect((ink > 0).view(np.uint8))
    if not width:
        return image
    crop = ink[top : top + height, left : left + width]
    digit = _fit(_widen(np.ascontiguousarray(crop, np.float32)))
    height, width = digit.shape
    top, left = _corner(digit)
    image[top : top + height, left : left + width] = np.rint(digit * (255 / digit.max()))
    return image


def _widen(crop: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Thicken hair-thin strokes, which shrinking would turn into a faint grey that MNIST does not have."""
    shrinking = max(crop.shape) / _BOX
    thinnest = 2.0  # pixels: the first percentile of MNIST's stroke widths, as `_stroke_width` measures them
    missing = round(thinnest * shrinking - _stroke_width(crop)) if shrinking > 1 else 0
    if missing < 1:
        return crop
    margin = (missing + 1) // 2
    roomy = cv2.copyMakeBorder(crop, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.dilate(roomy, np.ones((missing + 1, missing + 1), np.uint8)), np.float32)


def _stroke_width(crop: npt.NDArray[np.float32]) -> float:
    """Return the width of the strokes in pixels: twice their area over their perimeter."""
    stroke = cv2.copyMakeBorder((crop > 0.5 * crop.max()).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    area = np.count_nonzero(stroke)
    perimeter = area - np.count_nonzero(cv2.erode(stroke, _NEIGHBOURS))
    return 2 * area / perimeter


def _fit(crop: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Scale a crop, aspect kept, so that its longer side is 20 pixels."""
    height, width = crop.shape
    scale = _BOX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Averaging over areas is what antialiases; where there is nothing to average, a cubic keeps edges smooth.
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(crop, size, interpolation=interpolation)
    return np.clip(resized, 0, 1).astype(np.float32, copy=False)


def _corner(digit: npt.NDArray[np.float32]) -> tuple[int, int]:
    """Return the top and left at which a digit's centre of mass is on pixel (14, 14) and no ink is cut off."""
    middle = SIDE // 2
    corner = []
    for axis, length in enumerate(digit.shape):
        profile = digit.sum(axis=1 - axis)
        centre = float(profile @ np.arange(length, dtype=np.float32)) / float(profile.sum())
        corner.append(min(max(round(middle - centre), 0), SIDE - length))
    return corner[0], corner[1]
