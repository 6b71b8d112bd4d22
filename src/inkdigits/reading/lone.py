"""A picture that is said to be one digit, or that is as large as those of MNIST: its ink is taken for that digit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.bands import Row, cut_band, normalise_band
from inkdigits.imaging.ink import find_ink, with_dark_ink
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.segment import single_glyph
from inkdigits.line_model import string_probabilities
from inkdigits.reading.models import Models
from inkdigits.reading.symbols import ReadLine, Symbol

__all__ = ["read_lone"]

_NARROWEST = 0.55  # of its height: a wider glyph is not as tall as a digit would be
_LEAST = (
    0.1  # the line model, which sees no digit, may be wrong: one in MNIST of eighty looks to it like something else
)


def read_lone(grey: npt.NDArray[np.uint8], models: Models, trust: float) -> ReadLine | None:
    """Return the heaviest piece of ink on a page as a digit; None if there is no ink.

    The digit model looks at it as MNIST would hold it, the line model at a band about it; what they come to is the
    geometric mean, where a doubt of either one counts.

    Args:
        grey: uint8 (H,W), the page.
        models: what reads it.
        trust: probability that it is a digit at all, 0 to 1.

    """
    glyph = single_glyph(find_ink(grey))
    if glyph is None:
        return None
    left, top, width, height = glyph.box
    image = normalise(glyph.ink)
    probabilities = models.classifier.predict_proba(image[None])[0].astype(np.float64)
    if not models.own:
        row = Row(left, left + width, top + height / 2, 0.0, max(height, _NARROWEST * width, 4.0))
        band, _ = cut_band(with_dark_ink(grey), row)
        (frames,) = models.lines.columns([normalise_band(band)])
        read = string_probabilities(frames, [[digit] for digit in range(10)])
        probabilities = np.sqrt(probabilities * (read / max(float(read.sum()), 1e-9) + 1e-6))
        probabilities /= probabilities.sum()
        trust *= float(np.sqrt(max(float(read.sum()), _LEAST)))
    value = int(probabilities.argmax())
    box = left, top, left + width, top + height
    return ReadLine((Symbol(value, probabilities, trust * float(probabilities[value]), box, image, trust),))
