"""A picture of one digit becomes what every model that was trained on MNIST expects."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from inkdigits.errors import PictureError, printable
from inkdigits.pictures.decode import Picture, decode, name_of, rereadable
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.decide import Thresholds, only_digit
from inkdigits.reading.detector import Detector
from inkdigits.reading.ensemble import Ensemble
from inkdigits.reading.line_model import LineModel
from inkdigits.reading.read_page import read_page


def to_mnist(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return the one digit in a picture as MNIST would hold it, by the way on which pictures are read.

    What is 28×28 already is taken as it is, but for its polarity and its place. Where no digit is found, the heaviest
    piece of ink is taken: who asks knows that there is one.

    Args:
        picture: a path, the bytes of a file, an open binary file, a data URL, a Pillow image, or an array or tensor
            (H,W), (H,W,3) RGB or (H,W,4) RGBA; 28×28 also as a row of 784.

    Returns:
        uint8 (28,28), 0 paper to 255 ink, a digit of 20×20 with its centre of mass in the middle.

    Raises:
        PictureError: it is not a picture that can be read, or an empty one; its `code` says why.

    """
    name, picture = name_of(picture), rereadable(picture)
    only = only_digit(read_page(decode(picture).grey, _models(), single=True).lines, Thresholds())
    if not only:
        raise PictureError(f"{printable(name)} shows no digit", code="no_digit")
    return only[0].symbols[0].image


@cache
def _models() -> Ensemble:
    return Ensemble(Detector(), LineModel(), Classifier())
