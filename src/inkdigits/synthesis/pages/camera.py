"""What a camera or a scanner makes of a sheet: a desk behind it, light and shadow, edges, blur, noise, compression."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.synthesis.difficulty import Level
from inkdigits.synthesis.pages.sheet import is_free
from inkdigits.synthesis.pages.view import Geometry
from inkdigits.synthesis.papers import Levels, grain

Boxes = npt.NDArray[np.float32]  # (N,4)


def photograph(
    shine: Levels,
    contrast: float,
    geometry: Geometry,
    boxes: Boxes,
    height: float,
    level: Level,
    rng: np.random.Generator,
    *,
    on_desk: bool,
) -> npt.NDArray[np.uint8]:
    """Return a picture of what `develop` made of a sheet; its boxes and its digits' height are in pixels of that."""
    seen = geometry.warp(shine, cv2.BORDER_REPLICATE)
    if on_desk:
        mask = _mask(shine.shape, geometry)
        seen = seen * mask + _desk_behind(mask, rng) * (1 - mask)
    _add_clutter(seen, boxes, height, level, rng)
    # ink of this contrast is seen in any shadow; fainter ink is in fainter shadows
    light, darkest = _light(geometry.size, level, rng, min(1.0, contrast / 0.3))
    levels = seen * (255 * light)
    gain = 1.0
    if rng.random() < 0.75:  # so many cameras expose for what is bright in the picture
        gain = min(float(rng.uniform(150, 252)) / max(float(np.percentile(levels[::8, ::8], 99)), 1.0), 2.5)
        levels *= np.float32(gain)
    return _expose(levels, height, 255 * contrast * darkest * gain, level, rng)


def _mask(shape: tuple[int, int], geometry: Geometry) -> Levels:
    """Return where a sheet lies in the picture, 0 to 1."""
    tall, wide = shape
    along = np.linspace(0, 1, 25)[:-1]
    edge = np.concatenate(
        [
            np.column_stack([wide * along, 0 * along]),
            np.column_stack([0 * along + wide, tall * along]),
            np.column_stack([wide * (1 - along), 0 * along + tall]),
            np.column_stack([0 * along, tall * (1 - along)]),
        ]
    ).astype(np.float32)
    mask = np.zeros(geometry.size[::-1], np.uint8)
    places = np.rint(geometry.points(edge) * 16).astype(np.int32)
    cv2.fillPoly(mask, [places], 255, cv2.LINE_AA, 4)
    return mask * np.float32(1 / 255)


def _desk_behind(mask: Levels, rng: np.random.Generator) -> Levels:
    """Return a desk, 0 to 1, with the shadow of the sheet on it; the mask is 1 where that lies."""
    height, width = mask.shape
    base = float(rng.choice([rng.uniform(0.03, 0.25), rng.uniform(0.25, 0.6), rng.uniform(0.6, 1)]))
    desk = np.full((height, width), base, np.float32)
    kind = rng.random()
    strength = np.float32(base * rng.uniform(0.02, 0.15))
    if kind < 0.35:  # wood
        cells = (int(rng.integers(2, 6)), int(rng.integers(30, 120)))
        cells = cells if rng.random() < 0.5 else cells[::-1]
        desk += strength * _smooth_noise(mask.shape, cells, rng)
    elif kind < 0.55:  # cloth, stone
        desk += strength * _smooth_noise(mask.shape, (60, 90), rng) + strength * grain(mask.shape, rng)
    elif kind < 0.65:  # tiles, checks
        pitch = int(rng.integers(12, 90))
        checks = (np.arange(height)[:, None] // pitch + np.arange(width)[None] // pitch) % 2
        desk += 3 * strength * checks.astype(np.float32)
    if rng.random() < 0.25:
        _other_sheet(desk, rng)
    if rng.random() < 0.15:
        _pen(desk, rng)
    return np.asarray(desk * (1 - np.float32(rng.uniform(0, 0.7)) * _shadow(mask, rng)), np.float32)


def _smooth_noise(shape: tuple[int, ...], coarse: tuple[int, int], rng: np.random.Generator) -> Levels:
    """Return noise of few cells, smoothed to a height and width; its standard deviation is about 1."""
    cells = rng.standard_normal(coarse, np.float32)
    return np.asarray(cv2.resize(cells, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


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


def _light(size: tuple[int, int], level: Level, rng: np.random.Generator, most: float) -> tuple[Levels, float]:
    """Return the light on each point of the picture, and how much there is where it is darkest."""
    width, height = size
    zoom = 48 / max(size)  # cells across the longer side: light changes slowly
    tall, wide = max(2, round(height * zoom)), max(2, round(width * zoom))
    down, across = np.mgrid[0 : 1 : tall * 1j, 0 : 1 : wide * 1j].astype(np.float32)
    light = np.ones((tall, wide), np.float32)
    strength = most * level.light * float(rng.uniform(0.2, 1))
    if rng.random() < 0.5:  # a window's side
        angle = rng.uniform(0, 2 * np.pi)
        light -= np.float32(0.35 * strength) * (np.cos(angle) * (across - 0.5) + np.sin(angle) * (down - 0.5) + 0.5)
    if rng.random() < 0.3 * level.light:  # a lamp
        place, spread = rng.uniform(0.1, 0.9, 2), rng.uniform(0.08, 0.6)
        near = np.exp(-((across - place[0]) ** 2 + (down - place[1]) ** 2) / spread)
        light *= 1 - np.float32(0.65 * strength) * (1 - near)
    if rng.random() < 0.25 * level.light:  # a lens
        light *= 1 - np.float32(0.8 * strength) * (((across - 0.5) ** 2 + (down - 0.5) ** 2) / 0.5) ** rng.uniform(1, 3)
    if rng.random() < 0.35 * level.light:  # a corner or a side in shadow, softly or with an edge
        angle, where = rng.uniform(0, 2 * np.pi), rng.uniform(-0.1, 0.5)
        side = np.cos(angle) * (across - 0.5) + np.sin(angle) * (down - 0.5) - where
        bent = side + 0.1 * np.sin(rng.uniform(2, 9) * across + rng.uniform(0, 6)) * rng.uniform(0, 1)
        light *= 1 - np.float32(0.75 * strength) * np.clip(bent / rng.uniform(0.04, 0.6) + 0.5, 0, 1)
    light = np.clip(light, 0.12, 1) * np.float32(rng.uniform(1 - 0.3 * level.light, 1))
    darkest = float(light.min())
    return np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR), np.float32), darkest


def _add_clutter(seen: Levels, boxes: Boxes, height: float, level: Level, rng: np.random.Generator) -> None:
    """Add the black edge of a scan, punch holes and creases, where they hide nothing."""
    tall, wide = seen.shape
    if rng.random() < level.clutter:
        reach, corner = rng.uniform(0.005, 0.06) * wide, rng.uniform(0, 1) * tall
        width = (reach, reach) if rng.random() < 0.4 else (0.0, reach)
        wedge = np.array([[0, corner], [width[0], corner], [width[1], tall], [0, tall]])
        if rng.random() < 0.5:
            wedge[:, 0] = wide - wedge[:, 0]
        if rng.random() < 0.5:
            wedge[:, 1] = tall - wedge[:, 1]
        if is_free(boxes, (*wedge.min(axis=0), *wedge.max(axis=0))):
            cv2.fillPoly(seen, [np.rint(wedge).astype(np.int32)], float(rng.uniform(0, 0.25)))
    if rng.random() < level.clutter and max(seen.shape) > 300:  # pixels: less is a part of a sheet, which has none
        x, radius = float(rng.uniform(0.01, 0.07)) * wide, float(rng.uniform(0.006, 0.02)) * max(tall, wide)
        x, shade = x if rng.random() < 0.6 else wide - x, float(rng.choice([rng.uniform(0, 0.3), rng.uniform(0.5, 1)]))
        pitch = float(rng.uniform(0.06, 0.4)) * tall
        for y in np.arange(rng.uniform(0, pitch), tall, pitch):
            if is_free(boxes, (x - 1.3 * radius, y - 1.3 * radius, x + 1.3 * radius, y + 1.3 * radius)):
                cv2.circle(seen, (round(x), round(float(y))), max(1, round(radius)), shade, -1)
    if rng.random() < level.clutter:
        fold = np.zeros(seen.shape, np.uint8)
        ends = rng.uniform(0, 1, 4) * np.array([wide, tall, wide, tall])
        upright = rng.random() < 0.5
        ends[[1, 3] if upright else [0, 2]] = [0, tall if upright else wide]
        first, last = np.rint(ends[:2]).astype(int).tolist(), np.rint(ends[2:]).astype(int).tolist()
        cv2.line(fold, first, last, 255, max(1, round(0.05 * height)), cv2.LINE_AA)
        seen *= 1 + cv2.blur(fold, (3, 3)) * np.float32(rng.normal(0, 0.12) / 255)


def _expose(
    levels: Levels, height: float, contrast: float, level: Level, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Blur, add noise, compress; less where digits are small or faint, so that a person can still read them."""
    if rng.random() < 0.6 * level.rough:
        # ink of less contrast is not blurred as much
        sigma = float(rng.uniform(0.3, 1)) * min(max(0.4, (0.07 if contrast > 40.0 else 0.04) * height), 3.0)
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), sigma), np.float32)
    elif rng.random() < 0.12 * level.rough and height > 15:
        reach = max(2, round(float(rng.uniform(0.03, 0.09)) * height))
        size = (reach, 1) if rng.random() < 0.5 else (1, reach)
        levels = np.asarray(cv2.blur(levels, size), np.float32)
    if rng.random() < 0.6 * level.rough:
        noise = grain(levels.shape, rng)
        if rng.random() < 0.4:
            noise = np.asarray(cv2.GaussianBlur(noise, (3, 3), 0.8) * 2, np.float32)
        # about digits of fewer than 20 pixels there is less noise; it is at most 12 % of the ink's contrast
        levels = levels + noise * np.float32(rng.uniform(0.11, 1) * min(9.0, 0.12 * contrast * min(1.0, height / 20.0)))
    image = np.asarray(np.clip(levels + np.float32(0.5), 0, 255), np.uint8)
    if rng.random() < 0.6 * level.rough:
        quality = int(rng.integers(25 if height > 14 and contrast > 30 else 55, 96))
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return image
