"""Digits that are written again are others, in MNIST's form, and the same for the same seed."""

import torch

from inkdigits.data import Dataset
from inkdigits.synthesis.writers import Hands
from inkdigits.training.data.rewriting import rewrite_some


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
