"""What lies behind a sheet: a desk of any colour and texture, the sheet's shadow, another sheet."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["desk_behind", "grain", "smooth_noise"]

Levels = npt.NDArray[np.float32]


def smooth_noise(height: int, width: int, coarse: tuple[int, int], rng: np.random.Generator) -> Levels:
    """Return noise of few cells, smoothed to a size; its standard deviation is about 1."""
    cells = rng.standard_normal((max(2, coarse[0]), max(2, coarse[1])), np.float32)
    return np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def grain(shape: tuple[int, ...], rng: np.random.Generator) -> Levels:
    """Return fine noise of a height and width, which repeats after 256 pixels."""
    height, width = shape
    tile = rng.standard_normal((256, 256), np.float32)
    return np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width]


def desk_behind(mask: Levels, rng: np.random.Generator) -> Levels:
    """Return a desk, 0 to 1, with the shadow of the sheet on it.

    Args:
        mask: float32 (H,W), 1 where the sheet lies.
        rng: the source of chance.

    """
    height, width = mask.shape
    base = float(rng.choice([rng.uniform(0.03, 0.25), rng.uniform(0.25, 0.6), rng.uniform(0.6, 1)]))
    desk = np.full((height, width), base, np.float32)
    kind = rng.random()
    strength = np.float32(base * rng.uniform(0.02, 0.15))
    if kind < 0.35:  # wood
        cells = (int(rng.integers(2, 6)), int(rng.integers(30, 120)))
        cells = cells if rng.random() < 0.5 else cells[::-1]
        desk += strength * smooth_noise(height, width, cells, rng)
    elif kind < 0.55:  # cloth, stone
        desk += strength * smooth_noise(height, width, (60, 90), rng) + strength * grain((height, width), rng)
    elif kind < 0.65:  # tiles, checks
        pitch = int(rng.integers(12, 90))
        checks = (np.arange(height)[:, None] // pitch + np.arange(width)[None] // pitch) % 2
        desk += 3 * strength * checks.astype(np.float32)
    if rng.random() < 0.25:
        _other_sheet(desk, rng)
    if rng.random() < 0.15:
        _pen(desk, rng)
    return np.asarray(desk * (1 - np.float32(rng.uniform(0, 0.7)) * _shadow(mask, rng)), np.float32)


def _shadow(mask: Levels, rng: np.random.Generator) -> Levels:
    """Return the soft shadow beside a sheet."""
    height, width = mask.shape
    small = cv2.resize(mask, (max(2, width // 4), max(2, height // 4)), interpolation=cv2.INTER_AREA)
    reach = 0.02 * max(small.shape)
    shift = np.array([[1, 0, rng.normal(0, reach)], [0, 1, rng.normal(0, reach)]])
    moved = cv2.warpAffine(small, shift, small.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(moved, (0, 0), float(rng.uniform(0.4, 1.5)) * reach + 0.5)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _other_sheet(desk: Levels, rng: np.random.Generator) -> None:
    """Lay another sheet on the desk, blank or ruled."""
    height, width = desk.shape
    corner = rng.uniform(-0.5, 0.8, 2) * [width, height]
    size = rng.uniform(0.4, 1.0, 2) * [width, height]
    angle = rng.normal(0, 0.15)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    quad = (np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size) @ turn + corner
    level = float(rng.uniform(0.4, 1))
    cv2.fillConvexPoly(desk, np.rint(quad).astype(np.int32), level)
    if rng.random() < 0.4:
        for down in np.arange(0.05, 1, rng.uniform(0.04, 0.1)):
            ends = (np.array([[0, down], [1, down]]) * size) @ turn + corner
            start, end = np.rint(ends).astype(int).tolist()
            cv2.line(desk, start, end, 0.75 * level, 1)


def _pen(desk: Levels, rng: np.random.Generator) -> None:
    """Lay a pen on the desk, near a border, where the sheet may cover it."""
    height, width = desk.shape
    start = rng.uniform(0, 1, 2) * [width, height]
    end = start + rng.normal(0, 0.3, 2) * max(height, width)
    thick = max(2, round(0.015 * max(height, width)))
    first, last = np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist()
    cv2.line(desk, first, last, float(rng.uniform(0, 1)), thick)
