"""Letters of other alphabets (omniglot): what is not a digit, though some look like O, I or l."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.data.hands.catalogue import KnownHands, hand_called
from inkdigits.data.hands.disk import array_sum, check_sum, locate
from inkdigits.data.stored_files import advised, npz_array, read_bytes
from inkdigits.errors import DataCorruptError, printable

LETTER_SIDE = 105


@dataclass(frozen=True, eq=False)
class Letters:
    """Letters as they were drawn."""

    images: npt.NDArray[np.bool_]  # (N,105,105), true is ink
    alphabets: tuple[str, ...]  # of each letter


def load_letters(data_dir: str | Path | None = None) -> Letters:
    """Load the letters of omniglot's two small background sets, each once; see `settings.data_dirs`.

    Raises:
        DataNotFoundError: they are not on disk.
        DataCorruptError: their file is damaged or of another version.
        DataError: the file cannot be read.

    """
    hand = hand_called("omniglot")
    (file, known), *_ = hand.files.items()
    path = locate(hand, file, data_dir)
    raw = read_bytes(path)
    with advised(hand.name):
        return _parse(raw, hand, known, printable(path))


def _parse(raw: bytes, hand: KnownHands, known: str, name: str) -> Letters:
    """Return what a file holds, whose pictures are packed, eight pixels a byte, along their last axis."""
    arrays = {key: npz_array(raw, key, name) for key in hand.arrays}
    packed, alphabets = arrays["packed"], arrays["alphabets"]
    if packed.dtype != np.uint8 or packed.shape[1:] != (LETTER_SIDE, (LETTER_SIDE + 7) // 8):
        raise DataCorruptError(f"the pictures of {name} are {packed.dtype} {packed.shape}, not bits of (N,105,105)")
    if alphabets.shape != (len(packed),):
        raise DataCorruptError(f"{name} has {len(packed)} pictures but {alphabets.size} alphabets")
    check_sum(array_sum(arrays), known, name)
    images = np.unpackbits(packed, axis=-1, count=LETTER_SIDE).view(np.bool_)
    return Letters(images, tuple(alphabets.tolist()))
