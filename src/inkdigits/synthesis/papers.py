"""Paper to write on: its brightness, light, texture, rules and boxes, and what a camera or a scanner does to it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Levels = npt.NDArray[np.float32]  # (h,w), 0 black to 255 white, or to 1


def random_paper(
    height: int,
    width: int,
    rng: np.random.Generator,
    *,
    scale: float = 1.0,
    trouble: float = 1.0,
    strongest: float = 26.0,
) -> Levels:
    """Return blank paper of so many pixels: plain, shaded, textured or patterned.

    `scale` is the size of what is printed on it, 1 suits digits of 26 pixels; `trouble` how often it is not plain and
    evenly lit, from 0 (never) to 2 (nearly always); a pattern is at most `strongest` levels darker than the paper.
    """
    paper = np.full((height, width), rng.uniform(120, 255), np.float32)
    if rng.random() < 0.45 * trouble:
        paper += _patterns(height, width, rng, scale, strongest)
    if rng.random() < 0.5 * trouble:  # light that changes slowly
        coarse = rng.normal(0, 15, (2, max(2, round(2 * width / height)))).astype(np.float32)
        paper += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.12 * trouble:
        _shade(paper, rng, scale)
    return paper


def expose(levels: Levels, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return what a camera or a scanner makes of levels: blurred, noisy, compressed; uint8 (h,w), 0 black to 255."""
    if rng.random() < 0.6:
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), float(rng.uniform(0.3, 1.2))), np.float32)
    if rng.random() < 0.5:
        noise = rng.normal(0, float(rng.uniform(0.11, 1) * 9.0), levels.shape).astype(np.float32)  # at most 9 levels
        levels = levels + (cv2.GaussianBlur(noise, (0, 0), 0.8) * 2 if rng.random() < 0.4 else noise)
    image = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 95))])
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return image


def grain(shape: tuple[int, ...], rng: np.random.Generator) -> Levels:
    """Return fine noise of a height and width, which repeats after 256 pixels."""
    height, width = shape
    tile = rng.standard_normal((256, 256), np.float32)
    return np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width]


def _shade(paper: Levels, rng: np.random.Generator, scale: float) -> None:
    """Darken one side of an edge, as a shadow, a fold or a printed field does."""
    height, width = paper.shape
    down, across = np.mgrid[:height, :width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else rng.choice([0, np.pi / 2, np.pi, -np.pi / 2])
    side = np.cos(angle) * (across - rng.uniform(0, width)) + np.sin(angle) * (down - rng.uniform(0, height))
    paper -= np.clip(side / (scale * rng.uniform(1, 12)) + 0.5, 0, 1) * np.float32(rng.uniform(8, 60))


def _patterns(height: int, width: int, rng: np.random.Generator, scale: float, strongest: float) -> Levels:
    """Return a printed background: waves, as on cheques, hatching, a grid, or grain."""
    down, across = np.mgrid[:height, :width].astype(np.float32) / np.float32(scale)
    pattern = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 3))):
        kind = rng.random()
        strength = np.float32(rng.uniform(0.15, 1) * strongest)
        if kind < 0.65:
            pattern += strength * _waves(across, down, rng)
        elif kind < 0.8:
            noise = rng.normal(0, 1, (height, width)).astype(np.float32)
            pattern += strength * cv2.GaussianBlur(noise, (0, 0), float(rng.uniform(0.6, 1.6)))
        else:
            pitch = rng.uniform(5, 16)
            from_column = np.abs((across + rng.uniform(0, 9)) % pitch - 1)
            from_row = np.abs((down + rng.uniform(0, 9)) % pitch - 1)
            pattern -= strength * np.clip(1 - np.minimum(from_column, from_row), 0, 1)
    return pattern


def _waves(across: Levels, down: Levels, rng: np.random.Generator) -> Levels:
    """Return lines side by side that swing together, -1 to 1."""
    angle = rng.uniform(0, np.pi)
    pitch = rng.uniform(2.5, 9)
    along = np.cos(angle) * across + np.sin(angle) * down
    aside = -np.sin(angle) * across + np.cos(angle) * down
    swing = rng.uniform(0, 4) * np.sin(2 * np.pi * along / rng.uniform(10, 60) + rng.uniform(0, 6))
    bow = rng.uniform(-0.02, 0.02) * along * along / 10
    wave = np.sin(2 * np.pi * (aside + swing + bow) / pitch)
    sharp = rng.uniform(-0.5, 0.9)  # thin dark lines rather than a soft wave
    return np.asarray(-np.clip((wave - sharp) / (1 - sharp), -1 if sharp < 0 else 0, 1), np.float32)
