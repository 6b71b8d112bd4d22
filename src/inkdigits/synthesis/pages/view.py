"""How a camera sees a sheet: turned, tilted, bent, on a desk or filling the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.synthesis.difficulty import Level
from inkdigits.synthesis.pages.sheet import Box


@dataclass(frozen=True)
class View:
    """How a camera is held."""

    tilt: float  # radians by which the sheet is turned
    corners: npt.NDArray[np.float64]  # (4,2): how far each is moved towards the middle, as shares of the area's sides
    desk: Box | None  # how much is seen about the sheet, as a share of its size; None if the sheet fills the picture
    bend: float  # how far lines are bent, as a share of the area's height
    phase: float  # where along the sheet they are bent most
    quarter_turns: int  # clockwise, that make the picture upright

    def bleed(self, width: float, height: float) -> tuple[int, int]:
        """Return how many pixels beside and above an area come into the picture."""
        if self.desk is not None:
            return 0, 0
        reach = abs(np.sin(self.tilt) * np.cos(self.tilt))
        wide, tall = 2.2 * self.corners.max(axis=0)
        return (
            round(height * reach + wide * width + 0.02 * width) + 2,
            round(width * reach + tall * height + 0.02 * height + abs(self.bend) * height) + 2,
        )


@dataclass(frozen=True)
class Geometry:
    """Where each point of a sheet, bleed included, is in the picture."""

    matrix: npt.NDArray[np.float64]  # (3,3), a homography
    size: tuple[int, int]  # width and height of the picture
    bend: float  # pixels of the sheet by which lines are bent
    wave: tuple[float, float]  # radians per pixel of the sheet along its lines, and the phase

    def points(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return where points (K,2) of the sheet are in the picture."""
        moved = points.copy()
        if self.bend:
            moved[:, 1] += self.bend * np.sin(self.wave[0] * points[:, 0] + self.wave[1])
        return np.asarray(cv2.perspectiveTransform(moved[None], self.matrix)[0], np.float32)

    def warp(self, image: npt.NDArray[np.float32], border: int) -> npt.NDArray[np.float32]:
        """Return the sheet as it is seen in the picture."""
        if not self.bend:
            seen = cv2.warpPerspective(image, self.matrix, self.size, flags=cv2.INTER_LINEAR, borderMode=border)
            return np.asarray(seen, np.float32)
        across, down = np.meshgrid(*(np.arange(length, dtype=np.float32) for length in self.size))
        back = np.linalg.inv(self.matrix).astype(np.float32)
        far = back[2, 0] * across + back[2, 1] * down + back[2, 2]
        x = (back[0, 0] * across + back[0, 1] * down + back[0, 2]) / far
        y = (back[1, 0] * across + back[1, 1] * down + back[1, 2]) / far
        table = self.bend * np.sin(self.wave[0] * np.arange(-8, image.shape[1] + 8, dtype=np.float32) + self.wave[1])
        y -= table.astype(np.float32)[np.clip(np.rint(x) + 8, 0, len(table) - 1).astype(np.int32)]
        return np.asarray(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=border), np.float32)


def random_view(level: Level, rng: np.random.Generator, *, on_desk: bool, bent: bool) -> View:
    """Return some view."""
    tilt = float(np.clip(rng.normal(0, level.tilt), -level.most_tilt, level.most_tilt)) * np.pi / 180
    if rng.random() < level.straight:
        tilt = 0.0
    corners = np.abs(rng.normal(0, level.perspective, (4, 2))).clip(0, 3 * level.perspective)
    if rng.random() < max(level.straight, 0.3):
        corners = np.zeros((4, 2))
    desk = None
    if on_desk:
        wide = float(rng.choice([0.03, 0.1, 0.3])) * rng.uniform(0.5, 1.5)
        left, top, right, bottom = np.maximum(wide * rng.uniform(-0.4, 2, 4), -0.02).tolist()
        desk = left, top, right, bottom
    bend = float(rng.normal(0, 0.015)) if bent else 0.0
    turns = int(rng.integers(1, 4)) if rng.random() < level.turned else 0
    return View(tilt, corners, desk, bend, float(rng.uniform(0, 2 * np.pi)), turns)


def geometry(view: View, width: int, height: int, megapixels: float | None, wave: float) -> Geometry:
    """Return where the points of a sheet with an area of so many pixels are seen.

    `megapixels` are the picture's, None keeps the sheet's pixels; `wave` is how many waves a bent line has across.
    """
    bleed = view.bleed(width, height)
    area = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    quad = area + inwards * view.corners * [width, height]
    turn = np.array([[np.cos(view.tilt), np.sin(view.tilt)], [-np.sin(view.tilt), np.cos(view.tilt)]])
    quad = quad @ turn
    left, top, right, bottom = view.desk or (0.0, 0.0, 0.0, 0.0)
    side = float(np.sqrt(width * height))
    low = quad.min(axis=0) - side * np.array([left, top])
    size = quad.max(axis=0) + side * np.array([right, bottom]) - low
    scale = 1.0 if megapixels is None else float(np.sqrt(megapixels * 1e6 / (size[0] * size[1])))
    target = ((quad - low) * scale).astype(np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform((area + bleed).astype(np.float32), target), np.float64)
    picture = max(8, round(size[0] * scale)), max(8, round(size[1] * scale))
    return Geometry(matrix, picture, view.bend * height, (2 * np.pi * wave / width, view.phase))
