"""Hands from elsewhere: scans, pen strokes, fonts and letters of other people and countries, split by writer."""

from inkdigits.data.hands.catalogue import HANDS, attributions
from inkdigits.data.hands.disk import available
from inkdigits.data.hands.fonts import Font, load_fonts
from inkdigits.data.hands.letters import Letters, load_letters
from inkdigits.data.hands.scans import Scans, load_scans
from inkdigits.data.hands.strokes import Strokes, load_strokes

__all__ = [
    "HANDS",
    "Font",
    "Letters",
    "Scans",
    "Strokes",
    "attributions",
    "available",
    "load_fonts",
    "load_letters",
    "load_scans",
    "load_strokes",
]
