"""Training pictures turned, shifted and zoomed at random: whole batches at once, on the device they are on."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from inkdigits.learning.recipes import Augmentation

__all__ = ["augment", "draw_transforms"]


def draw_transforms(count: int, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Draw the matrices that map each output pixel to the place in the picture where its grey value is taken.

    The order is that of Keras' ImageDataGenerator: rotation · shift · zoom, about the picture's centre.

    Args:
        count: how many pictures.
        augmentation: how far each may be varied.
        generator: a CPU generator, so that every device gets the same variations from the same seed.

    Returns:
        float32 (count,2,3), in units of half the picture's side, as `affine_grid` takes them.

    """

    def draw(extent: float) -> Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * extent

    angle = draw(augmentation.rotation).deg2rad()
    cosine, sine = angle.cos(), angle.sin()
    # A shift by a fraction of the side is twice that in units of half the side.
    shift_x, shift_y = draw(2 * augmentation.shift), draw(2 * augmentation.shift)
    zoom_x, zoom_y = 1 + draw(augmentation.zoom), 1 + draw(augmentation.zoom)
    first_row = torch.stack([cosine * zoom_x, -sine * zoom_y, cosine * shift_x - sine * shift_y], dim=1)
    second_row = torch.stack([sine * zoom_x, cosine * zoom_y, sine * shift_x + cosine * shift_y], dim=1)
    return torch.stack([first_row, second_row], dim=1)


def augment(images: Tensor, augmentation: Augmentation, generator: torch.Generator) -> Tensor:
    """Vary pictures at random; what is drawn in from outside takes the nearest pixel's value.

    Args:
        images: float32 (N,1,28,28), on any device.
        augmentation: how far each may be varied; with all amounts zero the pictures come back as they are.
        generator: a CPU generator.

    Returns:
        float32 (N,1,28,28), on the same device.

    """
    if augmentation == Augmentation():
        return images
    transforms = draw_transforms(len(images), augmentation, generator).to(images.device)
    grid = functional.affine_grid(transforms, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)
