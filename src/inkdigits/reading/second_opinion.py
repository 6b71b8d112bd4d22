"""The line model's reading of a number, beside what the detector found in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inkdigits.imaging.line_crop import FRAME_WIDTH, MARKS, NON_DIGIT, SYMBOLS, Row, cut_line_crop, normalise_line_crop
from inkdigits.reading.line_model import LineModel, PlacedSymbol, decode_frames, string_probabilities
from inkdigits.reading.symbols import Box, Symbol

_Floats = npt.NDArray[np.float64]
_SLASH = 10 + MARKS.index("/")
_DATE_OR_FRACTION = re.compile(r"\d\d?/\d\d?(/(\d\d|\d{4}))?")
_DAY, _MONTH = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])"
_DATE = re.compile(rf"({_DAY}/{_MONTH}|{_MONTH}/{_DAY})/((19|20)?\d\d)")
_NO_IMAGE = np.zeros((28, 28), np.uint8)


class _Opinions:
    """How the line model's opinion and the detector's become one."""

    zooms: tuple[float, ...] = (1.0, 0.85, 1.18)  # at which the line model looks, while it and the detector differ
    unseen: float = 0.3  # probability of a symbol that only one of both sees
    least: float = 0.01  # what a model's probability is taken for at least,
    most: float = 0.995  # and at most
    near: float = 0.4  # of a digit's height: how far apart the middles of one symbol may be for both
    odd_slash: float = 0.03  # how much less likely a slash is that parts no date and no fraction
    # How much more likely a date is than a number with 1s where its slashes would be: of all numbers so long one in
    # thousands has them there.
    date: float = 20.0


@dataclass(frozen=True)
class DetectedNumber:
    """What the detector found of a number, on a crop of the page."""

    boxes: _Floats  # (N,4): left, top, right and bottom in pixels of the crop
    scores: _Floats  # float64 (N,16), the probability of each symbol
    row: Row  # where it runs

    def at(self, symbols: Sequence[PlacedSymbol]) -> list[int | None]:
        """Return which detection stands where each symbol was read, the nearest first; None where none does."""
        middles = (self.boxes[:, 0] + self.boxes[:, 2]) / 2
        away = np.abs(np.array([_middle(symbol) for symbol in symbols])[:, None] - middles)
        places: list[int | None] = [None] * len(symbols)
        while away.size and away.min() < _Opinions.near * self.row.height:
            symbol, place = np.unravel_index(int(away.argmin()), away.shape)
            places[int(symbol)] = int(place)
            away[symbol], away[:, place] = np.inf, np.inf
        return places


@dataclass(frozen=True)
class _View:
    """What the line model says of a band."""

    frames: npt.NDArray[np.float32]  # (T,22), as `LineModel.frames` gives them
    symbols: Sequence[PlacedSymbol]  # with their boxes on the crop

    @property
    def string(self) -> tuple[int, ...]:
        return tuple(symbol.symbol for symbol in self.symbols)

    def with_symbols(self, string: tuple[int, ...]) -> _View:
        """Return a view that says something else of the same places; of what differs it is as unsure as it was sure."""
        symbols = [
            symbol if symbol.symbol == other else replace(symbol, symbol=other, confidence=1 - symbol.confidence)
            for symbol, other in zip(self.symbols, string, strict=True)
        ]
        return replace(self, symbols=symbols)


def read_number(crop: npt.NDArray[np.uint8], number: DetectedNumber, lines: LineModel) -> list[Symbol]:
    """Return the symbols of a number: as one of the line model's views has them, or as they were detected.

    `crop` is uint8 (H,W), dark on light, the number with some paper about it.
    """
    detected = tuple(number.scores.argmax(axis=1).tolist())
    views: list[_View] = []
    for zoom in _Opinions.zooms:
        views.append(_view(crop, number.row, zoom, lines))
        if views[-1].string == detected:
            break
    best = _most_probable(views, number, detected)
    if best is None:
        return [_as_detected(number, place) for place in range(len(number.boxes))]
    read = zip(best.symbols, number.at(best.symbols), strict=True)
    return [_as_read(symbol, at, views, number) for symbol, at in read if symbol.symbol != NON_DIGIT]


def _view(crop: npt.NDArray[np.uint8], row: Row, zoom: float, lines: LineModel) -> _View:
    band, to_crop = cut_line_crop(crop, row, zoom=zoom)
    # A column of paper at both ends: a stroke at the very end, where a page ends with it, is beside nothing otherwise.
    to_crop[:, 2] -= FRAME_WIDTH * to_crop[:, 0]
    frames = lines.frames(np.pad(normalise_line_crop(band), ((0, 0), (FRAME_WIDTH, FRAME_WIDTH))))
    return _View(frames, [replace(symbol, box=_on_crop(symbol.box, to_crop)) for symbol in decode_frames(frames)])


def _middle(symbol: PlacedSymbol) -> float:
    return (symbol.box[0] + symbol.box[2]) / 2


def _on_crop(box: Box, to_crop: _Floats) -> Box:
    left, top, right, bottom = box
    corners = np.array([[left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]]) @ to_crop.T
    (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return x0, y0, x1, y1


def _most_probable(views: Sequence[_View], number: DetectedNumber, detected: tuple[int, ...]) -> _View | None:
    """Return which view both models together find most probable; None if it is what was detected."""
    scores = number.scores.max(axis=1)

    def read_by_lines(string: tuple[int, ...]) -> float:
        likelihood = np.mean([string_probabilities(view.frames, [string])[0] for view in views])
        text = _as_written(string)
        usual = _Opinions.date if _DATE.fullmatch(text) else _Opinions.odd_slash if _has_odd_slash(text) else 1.0
        return float(np.log(likelihood + 1e-6) + np.log(usual))

    def total(string: tuple[int, ...], seen: Iterable[float]) -> float:
        # One sum for all: what says the same of the same places is exactly as probable, on every processor.
        return read_by_lines(string) + float(np.log([*seen, 1.0]).sum())

    def seen_by_detector(view: _View) -> list[float]:
        near = number.at(view.symbols)
        seen = [_seen(number, at, symbol) for at, symbol in zip(near, view.string, strict=True)]
        most = np.clip(scores, 0, _Opinions.most)
        missed = [1 - float(most[at]) for at in range(len(most)) if at not in near]
        return [*seen, *missed]

    candidates = [
        spelled for view in views for spelled in _spelled(view) if min(spelled.string, default=NON_DIGIT) < 10
    ]
    totals = [total(view.string, seen_by_detector(view)) for view in candidates]
    own = total(detected, np.clip(scores, _Opinions.least, _Opinions.most).tolist())
    best = int(np.argmax(totals)) if totals else 0
    return candidates[best] if totals and totals[best] >= own else None


def _spelled(view: _View) -> Iterator[_View]:
    """Yield a view, and what it says where each slash is a 1, or two 1s are the slashes of a date or a fraction.

    A slash and a slanting 1 are one stroke; what is written about it tells them apart.
    """
    yield view
    text = _as_written(view.string)
    odd = _has_odd_slash(text)
    if odd:
        yield view.with_symbols(tuple(1 if symbol == _SLASH else symbol for symbol in view.string))
    if odd or max(view.string, default=NON_DIGIT) < 10:
        for split in (r"(\d\d?)[1/](\d\d?)[1/](\d\d|\d{4})", r"(\d\d?)[1/](\d\d?)"):
            if parts := re.fullmatch(split, text):
                yield view.with_symbols(tuple(map(SYMBOLS.index, "/".join(parts.groups()))))


def _as_written(string: tuple[int, ...]) -> str:
    return "".join(SYMBOLS[symbol] for symbol in string)


def _has_odd_slash(text: str) -> bool:
    """Say whether a text has a slash that parts no date and no fraction."""
    return "/" in text and not _DATE_OR_FRACTION.fullmatch(text)


def _seen(number: DetectedNumber, at: int | None, symbol: int) -> float:
    """Return the detector's probability of a symbol that the line model reads."""
    if at is None or symbol >= NON_DIGIT:
        return _Opinions.unseen
    return float(np.clip(number.scores[at, symbol], _Opinions.least, _Opinions.most))


def _as_read(symbol: PlacedSymbol, at: int | None, views: Sequence[_View], number: DetectedNumber) -> Symbol:
    """Return a symbol that the line model reads, as sure as both models are."""
    near = _Opinions.near * number.row.height

    def surest(view: _View) -> float:
        same = (other for other in view.symbols if other.symbol == symbol.symbol)
        return max((other.confidence for other in same if abs(_middle(other) - _middle(symbol)) < near), default=0.0)

    sure = float(np.mean([surest(view) for view in views]))
    probabilities = symbol.probabilities.astype(np.float64) + 1e-6
    seen = _Opinions.unseen
    if at is not None:
        probabilities *= np.clip(number.scores[at, :10], 1e-3, 1)
        seen = float(number.scores[at].max())
    confidence = float(np.sqrt(max(sure, _Opinions.least) * _seen(number, at, symbol.symbol)))
    return Symbol(symbol.symbol, probabilities / probabilities.sum(), confidence, symbol.box, _NO_IMAGE, seen)


def _as_detected(number: DetectedNumber, place: int) -> Symbol:
    """Return a symbol that the detector alone answers for."""
    scores = number.scores[place]
    symbol = int(scores.argmax())
    ten = np.clip(scores[:10], 1e-4, 1)
    confidence = float(np.sqrt(np.clip(scores[symbol], _Opinions.least, _Opinions.most) * _Opinions.unseen * 2))
    left, top, right, bottom = number.boxes[place].tolist()
    return Symbol(symbol, ten / ten.sum(), confidence, (left, top, right, bottom), _NO_IMAGE, float(scores[symbol]))
