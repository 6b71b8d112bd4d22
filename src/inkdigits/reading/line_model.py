"""A line of digits in, the digits of it out: the line model run by ONNX Runtime, and its frames decoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.line_crop import BLANK, CROP_HEIGHT, FRAME_WIDTH, NON_DIGIT
from inkdigits.reading.model_file import BUNDLED_LINES, LINE_INTERFACE, open_model
from inkdigits.reading.symbols import Box


@dataclass(frozen=True)
class PlacedSymbol:
    """A digit, or something else, that was read in a band."""

    symbol: int  # 0 to 9 for a digit, 10 to 15 for a mark, `NON_DIGIT` for what is neither
    confidence: float  # probability that this digit, or mark, stands here, 0 to 1; of neither, that a digit does
    probabilities: npt.NDArray[np.float32]  # (10,), of the ten digits, if it is one; they add up to 1
    box: Box  # in pixels of the band


class LineModel:
    """Reads bands of a page with a line of digits each; opened as `open_model` opens a file."""

    def __init__(self, path: Path = BUNDLED_LINES, *, threads: int | None = None) -> None:
        self._session, self.info = open_model(path, threads, LINE_INTERFACE)

    def frames(self, band: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return what the model says of each frame of a band.

        Args:
            band: uint8 (40,W), 0 paper to 255 ink, as `inkdigits.imaging.line_crop.normalise_line_crop` makes it.

        Returns:
            float32 (W/4,22): probabilities of ten digits, six marks, a sign and a blank, and left, top, right and
            bottom of what is there, in heights of the band from the frame's middle and the band's.

        """
        width = band.shape[1]
        step = 8  # so that few shapes occur
        padded = np.zeros((1, CROP_HEIGHT, -(-width // step) * step), np.uint8)
        padded[0, :, :width] = band
        (frames,) = self._session.run(None, {"bands": padded})
        return np.asarray(frames[0, : -(-width // FRAME_WIDTH)], np.float32)


def decode_frames(frames: npt.NDArray[np.float32]) -> list[PlacedSymbol]:
    """Return what `LineModel.frames` say, from the left: their best classes, repetitions joined (CTC's best path)."""
    best = frames[:, : BLANK + 1].argmax(axis=1)
    symbols = []
    begin = 0
    for end in range(1, len(best) + 1):
        if end < len(best) and best[end] == best[begin]:
            continue
        if best[begin] != BLANK:
            symbols.append(_placed(frames, begin, end, int(best[begin])))
        begin = end
    return symbols


def _placed(frames: npt.NDArray[np.float32], begin: int, end: int, symbol: int) -> PlacedSymbol:
    peak = begin + int(frames[begin:end, symbol].argmax())
    ten = frames[peak, :10]
    left, top, right, bottom = (frames[peak, BLANK + 1 :] * CROP_HEIGHT).tolist()
    across, down = FRAME_WIDTH * peak + FRAME_WIDTH / 2, CROP_HEIGHT / 2
    box = (across + min(left, -0.5), down + top, across + max(right, 0.5), down + max(bottom, top + 1))
    sure = float(ten.max() if symbol == NON_DIGIT else frames[peak, symbol])
    return PlacedSymbol(symbol, sure, ten / max(float(ten.sum()), 1e-9), box)


def string_probabilities(frames: npt.NDArray[np.float32], strings: Sequence[Sequence[int]]) -> npt.NDArray[np.float64]:
    """Return the probability of each of some strings, by CTC's forward recursion (A. Graves et al., ICML 2006).

    Args:
        frames: float32 (T,22), as `LineModel.frames` gives them.
        strings: digits, marks and signs, all strings of one length.

    """
    classes = frames[:, : BLANK + 1].astype(np.float64)
    length = len(strings[0])
    path = np.full((len(strings), 2 * length + 1), BLANK)
    path[:, 1::2] = np.array(strings, dtype=np.int64).reshape(len(strings), length)
    skips = path[:, 3::2] != path[:, 1:-2:2]  # from a digit to the next, unless it is the same one
    emitted = classes[:, path]
    reached = np.zeros(path.shape)
    reached[:, :2] = emitted[0, :, :2]
    for now in emitted[1:]:
        before = reached.copy()
        before[:, 1:] += reached[:, :-1]
        if length > 1:
            before[:, 3::2] += skips * reached[:, 1:-2:2]
        before *= now
        reached = before
    return np.asarray(reached[:, -2:].sum(axis=1))
