"""inkdigits itself: `inkdigits_pictures.py THREADS`."""

import sys

import cv2
from conversation import converse

import inkdigits

threads = int(sys.argv[1])
cv2.setNumThreads(threads)
reader = inkdigits.Reader(threads=threads)


def read(path: str, kind: str) -> tuple[str, str]:
    """Read a picture; one that holds a digit at most, as `--single` does."""
    reading = reader.read(path, single=kind in ("single", "nothing"), digits_only=True)
    return reading.text, reading.status


converse(inkdigits.__version__, read)
