"""Augmentation: what Keras' ImageDataGenerator does, for whole batches; and digits that others write again."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import affine_transform

from inkdigits.data import Dataset
from inkdigits.synthesis.writers import Hands
from inkdigits.training.data.augmentation import augment, draw_transforms, rewrite_some
from inkdigits.training.recipes.recipe import Augmentation

NOTEBOOK = Augmentation(rotation=10, shift=0.1, zoom=0.1)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def as_floats(digits: Dataset, count: int) -> torch.Tensor:
    return torch.from_numpy(digits.images[:count].astype(np.float32) / 255).unsqueeze(1)


def keras_transform(image: np.ndarray, *, theta: float, tx: float, ty: float, zx: float, zy: float) -> np.ndarray:
    """Keras' `apply_affine_transform`, by its documentation: rotation · shift · zoom about the centre, order 1."""
    rotation = np.array([[math.cos(theta), -math.sin(theta), 0], [math.sin(theta), math.cos(theta), 0], [0, 0, 1]])
    shift = np.array([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    zoom = np.diag([zx, zy, 1.0])
    centre = (image.shape[0] - 1) / 2
    to_centre = np.array([[1, 0, centre], [0, 1, centre], [0, 0, 1]])
    matrix = to_centre @ rotation @ shift @ zoom @ np.linalg.inv(to_centre)
    return affine_transform(image, matrix[:2, :2], matrix[:2, 2], order=1, mode="nearest")


def test_it_moves_pixels_where_keras_moves_them(training_digits: Dataset) -> None:
    pictures = as_floats(training_digits, 20)
    transforms = draw_transforms(20, NOTEBOOK, generator()).double().numpy()
    ours = augment(pictures, NOTEBOOK, generator()).squeeze(1).numpy()
    for picture, transform, result in zip(pictures.squeeze(1).numpy(), transforms, ours, strict=True):
        # Keras counts rows first, so the angle turns round and the axes change places.
        linear, offset = transform[:, :2], transform[:, 2]
        zoom_x, zoom_y = np.hypot(*linear[:, 0]), np.hypot(*linear[:, 1])
        angle = math.atan2(linear[1, 0], linear[0, 0])
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        shift_x, shift_y = turn.T @ offset * 14  # half of 28 pixels
        expected = keras_transform(picture, theta=-angle, tx=shift_y, ty=shift_x, zx=zoom_y, zy=zoom_x)
        np.testing.assert_allclose(result, expected, atol=2e-5)


@given(rotation=st.floats(0, 90), shift=st.floats(0, 0.5), zoom=st.floats(0, 0.5), seed=st.integers(0, 2**31))
@settings(max_examples=30)
def test_amounts_stay_in_range_and_grey_values_too(rotation: float, shift: float, zoom: float, seed: int) -> None:
    augmentation = Augmentation(rotation, shift, zoom)
    transforms = draw_transforms(50, augmentation, generator(seed))
    sizes = transforms[:, :, :2].norm(dim=1)
    assert (sizes - 1).abs().max() <= zoom + 1e-5
    angles = torch.atan2(transforms[:, 1, 0], transforms[:, 0, 0]).rad2deg()
    assert angles.abs().max() <= rotation + 1e-3
    assert transforms[:, :, 2].norm(dim=1).max() <= 2 * shift * math.sqrt(2) + 1e-5
    pictures = torch.rand(50, 1, 28, 28, generator=generator(seed))
    varied = augment(pictures, augmentation, generator(seed))
    assert varied.min() >= pictures.min() - 1e-6
    assert varied.max() <= pictures.max() + 1e-6


def test_each_axis_is_zoomed_and_shifted_apart() -> None:
    transforms = draw_transforms(1000, NOTEBOOK, generator())
    sizes = transforms[:, :, :2].norm(dim=1)
    assert abs(np.corrcoef(sizes.numpy().T)[0, 1]) < 0.1
    assert abs(np.corrcoef(transforms[:, :, 2].numpy().T)[0, 1]) < 0.1


def test_the_seed_decides_everything(training_digits: Dataset) -> None:
    pictures = as_floats(training_digits, 10)
    first, again, other = (augment(pictures, NOTEBOOK, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_no_augmentation_changes_nothing(training_digits: Dataset) -> None:
    pictures = as_floats(training_digits, 3)
    assert torch.equal(augment(pictures, Augmentation(), generator()), pictures)


def test_what_comes_in_from_outside_takes_the_nearest_pixel() -> None:
    white = torch.ones(5, 1, 28, 28)
    varied = augment(white, Augmentation(shift=0.5), generator())
    torch.testing.assert_close(varied, white)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_a_gpu_draws_the_same_variations(training_digits: Dataset) -> None:
    pictures = as_floats(training_digits, 10)
    here = augment(pictures, NOTEBOOK, generator())
    there = augment(pictures.cuda(), NOTEBOOK, generator()).cpu()
    torch.testing.assert_close(here, there, rtol=1e-4, atol=1e-4)


def test_a_share_of_the_digits_is_written_again(training_digits: Dataset) -> None:
    images = torch.from_numpy(training_digits.images[:200].copy()).unsqueeze(1)
    labels = torch.from_numpy(training_digits.labels[:200].copy())
    again, chosen = rewrite_some(images, labels, 0.5, seed=1, hands=Hands(training_digits))
    assert again.dtype == torch.uint8
    assert again.shape == images.shape
    assert 60 < int(chosen.sum()) < 140
    changed = (again != images).flatten(1).any(1)
    assert (changed == chosen).all()
    rows, columns = torch.arange(28.0)[:, None], torch.arange(28.0)
    for image in again[chosen, 0].float():
        assert 200 < image.max() <= 255
        assert abs(float((image * rows).sum() / image.sum()) - 14) < 1.6
        assert abs(float((image * columns).sum() / image.sum()) - 14) < 1.6
    same, _ = rewrite_some(images, labels, 0.5, seed=1, hands=Hands(training_digits))
    assert (same == again).all()


def test_none_is_written_again_unless_asked_for(training_digits: Dataset) -> None:
    images = torch.from_numpy(training_digits.images[:10].copy()).unsqueeze(1)
    again, chosen = rewrite_some(images, torch.zeros(10, dtype=torch.int64), 0.0, seed=1, hands=Hands(training_digits))
    assert again is images
    assert not chosen.any()
