"""A picture becomes digits on 28×28; no network, no weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.ink import find_ink
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.segment import single_glyph
from inkdigits.pictures.decode import Picture, decode

__all__ = ["single_digit"]


def single_digit(picture: Picture) -> npt.NDArray[np.uint8] | None:
    """Return the one digit in a picture as MNIST would hold it.

    Args:
        picture: a path, the bytes of a file, an image or an array, as `decode` takes them.

    Returns:
        uint8 (28,28), 0 paper to 255 ink; None where there is no ink.

    Raises:
        PictureError: the picture cannot be read.

    """
    glyph = single_glyph(find_ink(decode(picture).grey))
    return None if glyph is None else normalise(glyph.ink)
