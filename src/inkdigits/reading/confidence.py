"""How sure a symbol is: the share of such symbols that are right, learned from made-up pages.

It depends on how a symbol stands among the digits of its page: how small, how faint, and whether the border cuts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inkdigits.reading.symbols import Box, ReadLine, Symbol, cut_box

_EDGE = 0.1  # of a symbol's height: so much about it is looked at, and so much may be beyond the page


@dataclass(frozen=True)
class Calibration:
    """The weights of a logistic regression; see `features_of` (J. Platt, "Probabilistic outputs for SVMs", 1999)."""

    agreement: float = 1.0  # of how far the three models agree on the symbol
    seen: float = 0.0  # of the detector's score
    line: float = 0.0  # of the detector's scores in the whole line: a faint digit among plain ones is likely one
    length: float = 0.0  # of how many symbols the line has
    print: float = 0.0  # of the other writing about the symbol: a round letter in a word is no 0
    unread: float = 0.0  # of the pieces of ink about its number that were not read
    size: float = 0.0  # of its height beside the page's digits: letters, and what shows through, are smaller
    contrast: float = 0.0  # of its contrast beside theirs: what shows through is fainter
    cut: float = 0.0  # of its reaching beyond the page: what is left of a letter or a rule looks like a 1 or a 7
    lone: float = 0.0  # of its being nearly all ink of its page, which the detector did not find
    shift: float = 0.0  # what is added

    def calibrated(self, line: ReadLine, *, own: bool = False) -> ReadLine:
        """Return a line whose symbols are as sure as they are often right.

        With an `own` model that is how sure it is that a digit is there; which one it is, that model alone says.
        """
        if not line.symbols:
            return line
        weights = list(vars(self).values())[:-1]
        sure = 1 / (1 + np.exp(-(features_of(line) @ weights + self.shift)))
        said = _by_own_model if own else _with_confidence
        return replace(line, symbols=tuple(map(said, line.symbols, sure.tolist())))


def _by_own_model(symbol: Symbol, there: float) -> Symbol:
    """Return a symbol that is so surely there, as sure as a model of one's own is which digit it is."""
    value = float(symbol.probabilities[symbol.symbol]) if symbol.is_digit else 1.0
    return replace(symbol, confidence=there * value)


def _with_confidence(symbol: Symbol, confidence: float) -> Symbol:
    """Return a symbol that is so sure, and no less sure which digit it is than that it is this one."""
    probabilities = symbol.probabilities
    if symbol.is_digit and probabilities[symbol.symbol] < confidence:
        others = max(1 - float(probabilities[symbol.symbol]), 1e-9)
        probabilities = probabilities * ((1 - confidence) / others)
        probabilities[symbol.symbol] = confidence
    return replace(symbol, confidence=confidence, probabilities=probabilities)


def features_of(line: ReadLine) -> npt.NDArray[np.float64]:
    """Return float64 (N,10), what is known of each symbol of a line: a column for each weight of `Calibration`."""
    agreement = _log_odds([symbol.confidence for symbol in line.symbols])
    seen = _log_odds([symbol.seen for symbol in line.symbols])
    whole = np.full(len(seen), seen.mean())
    length = np.full(len(seen), np.log(len(seen)))
    print_about = [symbol.near_print for symbol in line.symbols]
    unread = [min(symbol.unread, 2) for symbol in line.symbols]  # more pieces of ink say no more
    size, contrast = np.log([(max(each.size, 0.01), max(each.contrast, 0.01)) for each in line.symbols]).T
    is_cut = [symbol.is_cut for symbol in line.symbols]
    is_lone = [symbol.is_lone for symbol in line.symbols]
    return np.stack([agreement, seen, whole, length, print_about, unread, size, contrast, is_cut, is_lone], axis=1)


def _log_odds(probabilities: list[float]) -> npt.NDArray[np.float64]:
    sure = np.clip(probabilities, 0.003, 0.997)
    return np.asarray(np.log(sure / (1 - sure)))


def in_context(lines: Sequence[ReadLine], grey: npt.NDArray[np.uint8], margin: int = 0) -> list[ReadLine]:
    """Return lines whose symbols know their size and contrast beside those of the page's digits, and what cuts them.

    Print that shows through from the back of a page is read as faint digits, letters about a table as small ones, and
    what the border leaves of a letter or a rule as a 1 or a 7 (experiments/LOG.md). `lines` are all that was read on
    the page, uint8 (H,W), as it was turned to be read, with a margin of so many pixels that is not the page's own.
    """
    contrasts = {id(symbol): _contrast(grey, symbol.box) for line in lines for symbol in line.symbols}
    known = [(digit.height, contrasts[id(digit)]) for line in lines for digit in line.digits]
    if not known:
        return list(lines)
    usual_height, usual_contrast = np.maximum(np.median(known, axis=0), 1.0).tolist()
    placed = []
    for line in lines:
        of_marks = line.height if line.digits else usual_height
        symbols = [
            replace(
                symbol,
                size=min((symbol.height if symbol.is_digit else of_marks) / usual_height, 1.0),
                contrast=min(contrasts[id(symbol)] / usual_contrast, 1.0),
                is_cut=_beyond(symbol.box, grey.shape) + margin > _EDGE * symbol.height,
            )
            for symbol in line.symbols
        ]
        placed.append(replace(line, symbols=tuple(symbols)))
    return placed


def _contrast(grey: npt.NDArray[np.uint8], box: Box) -> float:
    """Return by how many levels ink and paper differ in a box."""
    part = cut_box(grey, box, _EDGE)
    dark, light = np.percentile(part, (5, 95)).tolist() if part.size else (0.0, 0.0)
    return float(light - dark)


def _beyond(box: Box, shape: tuple[int, ...]) -> float:
    """Return by how many pixels a box reaches beyond the page; less than 0 if it lies within."""
    left, top, right, bottom = box
    return -min(left, top, shape[1] - right, shape[0] - bottom)
