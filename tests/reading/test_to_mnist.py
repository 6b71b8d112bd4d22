"""A picture of one digit becomes 28×28."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkdigits
from inkdigits.data import load_dataset
from inkdigits.errors import PictureError
from inkdigits.samples import LABELS


def test_a_photograph_becomes_what_mnist_holds() -> None:
    image = inkdigits.to_mnist(LABELS.with_name("marker.png"))
    assert (image.shape, image.dtype, image.max()) == ((28, 28), np.uint8, 255)
    assert inkdigits.Classifier().predict(image[None]).tolist() == [2]


def test_a_digit_of_mnist_stays_what_it_is(mnist_dir: Path) -> None:
    images = load_dataset("mnist", "validation", data_dir=mnist_dir).images[:20]
    apart = [np.abs(inkdigits.to_mnist(image).astype(int) - image).mean() for image in images]
    assert np.median(apart) < 5  # of 255; a few move by a pixel


def test_a_frame_about_the_digit_is_left_out() -> None:
    with Image.open(LABELS.with_name("marker.png")) as image:
        grey = np.asarray(image.convert("L"))
    framed = np.pad(np.pad(grey, 40, constant_values=int(np.median(grey))), 6, constant_values=0)
    assert inkdigits.Classifier().predict(inkdigits.to_mnist(framed)[None]).tolist() == [2]


def test_an_empty_picture_is_refused_in_words() -> None:
    with pytest.raises(PictureError, match="shows no digit") as error:
        inkdigits.to_mnist(np.full((50, 50), 255, np.uint8))
    assert error.value.code == "no_digit"
