"""Training pictures turned, shifted, zoomed, slanted and bent at random: whole chunks at once, where they are."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from inkdigits.training.recipes.recipe import Augmentation

__all__ = ["augment", "draw_bends", "draw_transforms"]

_KNOTS = 5  # along each side: one knot for about a stroke's length, so that strokes bend and do not fray


def draw_transforms(count: int, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Draw the matrices that map each output pixel to the place in the picture where its grey value is taken.

    The order is that of Keras' ImageDataGenerator, rotation · shift · zoom about the picture's centre; the slant comes
    last.

    Args:
        count: how many pictures.
        augmentation: how far each may be varied.
        generator: a CPU generator, so that every device gets the same variations from the same seed.

    Returns:
        float32 (count,2,3), in units of half the picture's side, as torch's `affine_grid` takes them.

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

    The elastic distortion of Simard et al. (2003), with a spline in place of their Gaussian filter.

    Args:
        count: how many pictures.
        deviation: the standard deviation of each knot's displacement, in pixels, along each axis.
        generator: a CPU generator.

    Returns:
        float32 (count,28,28,2): x and y, in units of half the picture's side.

    """
    knots = torch.randn(count, 2, _KNOTS, _KNOTS, generator=generator) * (deviation / (28 / 2))
    splines = _splines()
    return (splines @ knots @ splines.T).permute(0, 2, 3, 1)


def augment(images: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Vary pictures at random; what is drawn in from outside takes the nearest pixel's value.

    Args:
        images: float32 (N,1,28,28), on any device.
        augmentation: how far each may be varied; with all amounts zero the pictures come back as they are.
        generator: a CPU generator.

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
