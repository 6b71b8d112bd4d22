"""Ink and print on paper: how much light each point of a sheet gives back."""

from __future__ import annotations

import cv2
import numpy as np

from inkdigits.synthesis.difficulty import Level
from inkdigits.synthesis.pages.sheet import Sheet
from inkdigits.synthesis.papers import Levels, grain, random_paper

_SMALL = 18  # pixels: smaller digits are not faint, too, or nobody could read them


def develop(sheet: Sheet, height: float, level: Level, rng: np.random.Generator) -> tuple[Levels, float]:
    """Return ink and print on paper, as light sees them; the digits are so many pixels tall.

    Returns:
        float32 (H,W): which share of the light each point gives back, 0 to 1, and by how much less ink gives back than
        paper.

    """
    faint = rng.random() < level.faint and height > _SMALL
    base = float(rng.uniform(0.82, 1.0) if rng.random() < 0.6 else rng.uniform(0.48, 1.0))
    contrast = float(rng.uniform(16, 40) if faint else rng.uniform(60 if height > _SMALL else 95, 220)) / 255
    if sheet.dark:
        return _chalk(sheet, contrast, rng)
    if sheet.paper is not None:  # whose pattern is as strong as it is
        # ink is at least so dark on paper with a pattern
        base, contrast = float(np.median(sheet.paper)), max(contrast, 0.25)
    contrast = min(contrast, 0.97 * base)
    paper = sheet.paper if sheet.paper is not None else _paper(sheet, base, height, contrast, level, rng)
    depth = contrast / base
    ink = _strokes(sheet, height, level, rng)
    shine = paper * (1 - np.float32(depth) * ink)
    if sheet.printed.any():
        print_depth = min(depth * rng.uniform(0.5, 1.1), 0.97) if rng.random() < 0.6 else rng.uniform(0.5, 0.97)
        left = (1 - float(print_depth) * np.arange(256) / 255).astype(np.float32)  # by each strength of print
        shine *= left[sheet.printed]
    return shine, contrast


def _strokes(sheet: Sheet, height: float, level: Level, rng: np.random.Generator) -> Levels:
    """Return what is written, 0 to 1: even as from a pen, or with the grain of pencil, and what shines through."""
    ink = sheet.ink * np.float32(1 / 255)
    if rng.random() < 0.25:
        rough = np.clip(0.75 + np.float32(rng.uniform(0.1, 0.35)) * grain(ink.shape, rng), 0.25, 1)
        ink *= cv2.blur(rough, (2, 2)) if height > 25 else np.maximum(rough, 0.6)
    if rng.random() < level.clutter:
        behind = cv2.GaussianBlur(sheet.ink[:, ::-1], (0, 0), 0.5 + 0.04 * height)
        shift = np.array([[1, 0, rng.normal(0, height)], [0, 1, rng.uniform(-1, 1) * height]])
        seen = cv2.warpAffine(behind, shift, behind.shape[::-1])
        ink = np.maximum(ink, seen * np.float32(rng.uniform(0.06, 0.2) / 255))
    return np.asarray(ink, np.float32)


def _paper(sheet: Sheet, base: float, height: float, contrast: float, level: Level, rng: np.random.Generator) -> Levels:
    """Return blank paper: plain, or with a pattern, which is drawn small and enlarged."""
    tall, wide = sheet.ink.shape
    if rng.random() > 0.45 * level.paper:
        paper = np.full((tall, wide), base, np.float32)
        if rng.random() < 0.3:
            paper += np.float32(0.04 * contrast) * grain((tall, wide), rng)
        return paper
    zoom = min(1.0, float(np.sqrt(160_000 / (tall * wide))))  # pixels that are drawn, and enlarged to the sheet
    # with more, a person would not find the digits either
    small = random_paper(
        max(2, round(tall * zoom)),
        max(2, round(wide * zoom)),
        rng,
        scale=max(0.5, zoom * height / 26),
        trouble=2.0,
        strongest=min(26.0, 0.45 * 255 * contrast) * min(1.0, height / _SMALL),
    )
    large = cv2.resize(small, (wide, tall), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large * np.float32(base / max(float(np.median(small)), 1.0)), np.float32)


def _chalk(sheet: Sheet, contrast: float, rng: np.random.Generator) -> tuple[Levels, float]:
    """Return light strokes on a dark board, wiped or plain."""
    board = float(rng.uniform(0.02, 0.35))
    contrast = max(0.25, min(contrast, 0.97 - board))
    shine = np.full(sheet.ink.shape, board, np.float32)
    ink = sheet.ink * np.float32(1 / 255)
    if rng.random() < 0.6:
        ink *= np.clip(0.85 + np.float32(rng.uniform(0.05, 0.3)) * grain(ink.shape, rng), 0.3, 1)
        coarse = rng.random((6, 9), np.float32)
        wiped = cv2.resize(coarse, ink.shape[::-1], interpolation=cv2.INTER_CUBIC)
        shine += np.float32(0.25 * contrast) * np.clip(wiped, 0, 1)
    return np.asarray(shine + contrast * np.maximum(ink, sheet.printed * np.float32(0.8 / 255))), contrast
