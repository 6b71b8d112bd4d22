"""Hands as MNIST would have drawn them: scans and strokes on 28×28, by the same way as a picture that is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import Progress
from inkdigits.data.hands.catalogue import hand_called
from inkdigits.data.hands.disk import location
from inkdigits.data.hands.fetching import fetch_hand
from inkdigits.data.hands.scans import SCANNED, Scans, load_scans
from inkdigits.data.hands.strokes import Stroke, Strokes, load_strokes
from inkdigits.data.splits import PARTS, SPLITS, Collection
from inkdigits.imaging.ink import find_ink
from inkdigits.imaging.normalise import normalise
from inkdigits.imaging.segment import single_glyph
from inkdigits.pictures.decode import Picture, decode


def load_hand(
    name: str,
    split: str,
    *,
    data_dir: str | Path | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> Collection:
    """Return as much of a data set of hands as a split needs, as MNIST would hold it.

    A digit in which reading finds no ink is left out, and named in `skipped`. Arguments and errors are those of
    `load_dataset`; a split that it has not is a DataError.
    """
    hand = hand_called(name)
    parts = hand.splits if split == "all" else SPLITS[split]
    for part in parts:
        hand.check_split(part)
    fetch_hand(name, data_dir, offline=offline, progress=progress)
    load: Callable[[str, str, str | Path | None], Scans | Strokes] = load_scans if name in SCANNED else load_strokes
    loaded = [load(name, part, data_dir) for part in parts]
    drawn = list(_drawn(loaded, progress))
    kept = np.array([image is not None for image in drawn])
    skipped = [f"digit {place} of {name} shows no ink" for place in np.flatnonzero(~kept)]
    return Collection(
        images=np.array([image for image in drawn if image is not None], np.uint8).reshape(-1, 28, 28),
        labels=np.concatenate([digits.labels for digits in loaded])[kept],
        parts=np.concatenate([np.full(len(digits), PARTS.index(digits.split)) for digits in loaded])[kept],
        name=name,
        source=hand.author,
        licence=hand.licence,
        location=location(hand, data_dir),
        skipped=tuple(skipped),
        attribution=hand.attribution,
        writers=np.concatenate([digits.writers for digits in loaded])[kept],
    )


def single_digit(picture: Picture) -> npt.NDArray[np.uint8] | None:
    """Return the one digit in a picture, as `decode` takes it and raises errors, as MNIST would hold it.

    It is found without a network: uint8 (28,28), 0 paper to 255 ink; None where there is no ink.
    """
    glyph = single_glyph(find_ink(decode(picture).grey))
    return None if glyph is None else normalise(glyph.ink)


def draw_strokes(strokes: Iterable[Stroke], width: float = 0.1) -> npt.NDArray[np.float32]:
    """Draw a digit's strokes with a round pen.

    Args:
        strokes: float32 (P,2) each, the digit's top and left at 0 and its height 1.
        width: of the pen, as a share of the digit's height; 0.1 is in the middle of what people write with.

    Returns:
        float32 (H,W), 0 paper to 1 ink, about 100 pixels high.

    """
    tall = 100  # pixels: enough that 20 are an average over many
    pen = round(width * tall)
    fine = 4  # bits of a pixel's fraction, by which cv2 places points
    placed = [np.rint((stroke * (tall - pen) + pen) * 2**fine).astype(np.int32) for stroke in strokes]
    right, bottom = np.max([points.max(axis=0) for points in placed], axis=0) // 2**fine + pen + 1
    page = np.zeros((int(bottom), int(right)), np.uint8)
    for points in placed:
        # A line from the first point to itself is a dot, which a polyline of one point is not.
        line = points if len(points) > 1 else np.repeat(points, 2, axis=0)
        cv2.polylines(page, [line.reshape(-1, 1, 2)], False, 255, pen, cv2.LINE_AA, fine)
    return np.asarray(page / np.float32(255), np.float32)


def _drawn(loaded: Sequence[Scans | Strokes], progress: Progress | None) -> Iterator[npt.NDArray[np.uint8] | None]:
    """Yield each digit as MNIST would hold it, uint8 (28,28); None for one without ink."""
    total, done = sum(map(len, loaded)), 0
    for digits in loaded:
        for digit in digits.images if isinstance(digits, Scans) else digits.strokes:
            yield single_digit(digit) if isinstance(digit, np.ndarray) else normalise(draw_strokes(digit))
            done += 1
            if progress is not None:
                progress("drawing digits", done, total)
