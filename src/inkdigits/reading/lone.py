"""Who says that a picture is one digit is believed: its ink is taken as detected where the detector finds nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.bands import SIGN
from inkdigits.imaging.ink import find_ink
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.segment import single_glyph
from inkdigits.reading.detect import Detections
from inkdigits.reading.models import DigitModel

__all__ = ["propose"]


def propose(grey: npt.NDArray[np.uint8], classifier: DigitModel, trust: float) -> Detections | None:
    """Return the heaviest piece of ink on a page as if it had been detected; None if there is no ink.

    Args:
        grey: uint8 (H,W), the page.
        classifier: says which digit it may be.
        trust: probability that it is a digit at all, 0 to 1.

    """
    glyph = single_glyph(find_ink(grey))
    if glyph is None:
        return None
    scores = np.zeros((1, SIGN), np.float32)
    scores[0, :10] = trust * classifier.predict_proba(normalise(glyph.ink)[None])[0]
    left, top, width, height = glyph.box
    box = np.array([[left, top, left + width, top + height]], np.float32)
    return Detections(scores, box, np.zeros((1, 1), np.float32), grey.size)
