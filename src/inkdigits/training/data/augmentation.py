"""Training pictures varied at random: turned, shifted, zoomed, slanted, bent; some written again by other hands."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from inkdigits.imaging.normalise import normalise
from inkdigits.synthesis.pens import random_height
from inkdigits.synthesis.writers import Hands
from inkdigits.training.loop.seeds import mix
from inkdigits.training.recipes.recipe import Augmentation

_KNOTS = 5  # along each side: one knot for about a stroke's length, so that strokes bend and do not fray


def draw_transforms(count: int, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Draw the matrices that map each output pixel to the place in the picture where its grey value is taken.

    The order is that of Keras' ImageDataGenerator, rotation · shift · zoom about the picture's centre; the slant comes
    last. Returned is float32 (count,2,3), in units of half the picture's side, as torch's `affine_grid` takes them.
    """

    def draw(extent: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * extent

    angle = draw(augmentation.rotation).deg2rad()
    cosine, sine = angle.cos(), angle.sin()
    # A shift by a fraction of the side is twice that in units of half the side.
    shift_x, shift_y = draw(2 * augmentation.shift), draw(2 * augmentation.shift)
    zoom_x, zoom_y = 1 + draw(augmentation.zoom), 1 + draw(augmentation.zoom)
    slant = draw(augmentation.slant) if augmentation.slant else torch.zeros(count)
    across, along = cosine * zoom_x, sine * zoom_x
    first_row = torch.stack([across, across * slant - sine * zoom_y, cosine * shift_x - sine * shift_y], dim=1)
    second_row = torch.stack([along, along * slant + cosine * zoom_y, sine * shift_x + cosine * shift_y], dim=1)
    return torch.stack([first_row, second_row], dim=1)


def draw_bends(count: int, deviation: float, generator: torch.Generator) -> Tensor:
    """Draw smooth displacements: those of a coarse grid of knots, between which cubic B-splines run.

    The elastic distortion of Simard et al. (2003), with a spline in place of their Gaussian filter. `deviation` is that
    of each knot's displacement along each axis, in pixels. Returned is float32 (count,28,28,2): x and y, in units of
    half the picture's side.
    """
    knots = torch.randn(count, 2, _KNOTS, _KNOTS, generator=generator) * (deviation / (28 / 2))
    splines = _splines()
    return (splines @ knots @ splines.T).permute(0, 2, 3, 1)


def augment(images: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Vary pictures at random; what is drawn in from outside takes the nearest pixel's value.

    Args:
        images: float32 (N,1,28,28), on any device.
        augmentation: how far each may be varied; with all amounts zero the pictures come back as they are.
        generator: a CPU generator, so that every device gets the same variations from the same seed.

    Returns:
        float32 (N,1,28,28), on the same device.

    """
    if replace(augmentation, rewritten=0.0) == Augmentation():
        return images
    transforms = draw_transforms(len(images), augmentation, generator).to(images.device)
    grid = _places(transforms, images.shape[-1])
    if augmentation.bend:
        grid += draw_bends(len(images), augmentation.bend, generator).to(images.device)
    return functional.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _places(transforms: Tensor, side: int) -> Tensor:
    """Return where each pixel's grey value is taken, float32 (N,side,side,2): x and y.

    What `functional.affine_grid` returns, by one sum in place of many small products: three times as quick on a CPU.
    """
    middles = (2 * torch.arange(side, device=transforms.device) + 1) / side - 1
    across, down, shift = transforms[:, None, None].unbind(-1)
    return across * middles[:, None] + (down * middles[:, None, None] + shift)


@cache
def _splines() -> Tensor:
    """Return how much each knot weighs at each pixel along a side: float32 (28,5), each row adds up to 1."""
    places = torch.linspace(0.5, _KNOTS - 1.5, 28)
    distances = (places[:, None] - torch.arange(_KNOTS)).abs()
    near = (4 - 6 * distances**2 + 3 * distances**3) / 6
    far = (2 - distances).clamp(min=0) ** 3 / 6
    weights = torch.where(distances < 1, near, far)
    return weights / weights.sum(dim=1, keepdim=True)


def rewrite_some(images: Tensor, labels: Tensor, fraction: float, seed: int, hands: Hands) -> tuple[Tensor, Tensor]:
    """Have other hands write a fraction of the digits again, uint8 (N,1,28,28), 0 paper to 255 ink.

    Returns:
        uint8 (N,1,28,28), and bool (N,): which of them were written again; both where `images` are.

    """
    if not fraction:
        return images, torch.zeros(len(images), dtype=torch.bool, device=images.device)
    rng = np.random.default_rng(seed)
    chosen = rng.random(len(images)) < fraction
    result = images.cpu().numpy().copy()
    values = labels.cpu().numpy()
    for row in np.flatnonzero(chosen):
        own = np.random.default_rng(mix(seed, int(row)))
        result[row, 0] = _written_again(int(values[row]), hands, own)
    return torch.from_numpy(result).to(images.device), torch.from_numpy(chosen).to(images.device)


def _written_again(label: int, hands: Hands, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    height = random_height(rng)
    ink = hands.writer(rng).digit(label, height, rng)
    stretched = 0.25  # share of digits that fill a square, whatever their shape, as other collections have them
    slender = 0.4  # of its height: a 1 without an upstroke, which would become a blot
    if ink.shape[1] > slender * ink.shape[0] and rng.random() < stretched:
        side = max(ink.shape)
        ink = np.asarray(cv2.resize(ink, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)
    return normalise(np.where(ink < 0.1, np.float32(0), ink))  # less ink is none
