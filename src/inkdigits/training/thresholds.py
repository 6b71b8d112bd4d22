"""Below which confidence a reading is uncertain, or no digit: chosen on pictures made up from validation digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from inkdigits.data.dataset import Dataset
from inkdigits.evaluation.calibration import lowest_confidence
from inkdigits.reading.confidence import Calibration, features_of
from inkdigits.reading.decide import Thresholds, only_digit
from inkdigits.reading.ensemble import Ensemble
from inkdigits.reading.read_page import read_page
from inkdigits.reading.symbols import ReadLine, Symbol
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import KINDS, WrittenPage, write_page
from inkdigits.synthesis.writers import Hands, SourceMix


class Aims:
    """What the thresholds are to reach, and on what they are chosen."""

    single_right: float = 0.997  # share of the accepted single digits that are right
    line_right: float = 0.91  # the same of lines; those of whole pages are harder than most real ones
    falsely_accepted: float = 0.03  # share of the pictures without a digit
    missed: float = 0.015  # share of the digits that were read right, but are taken for none
    foreign: float = 0.3  # share of the hands: people's own pictures are not by MNIST's writers alone
    lost: int = 3  # one number that is lost harms as much as so many that are invented: those are marked as uncertain
    seed: int = 4_000  # of the pictures; no other part of the project writes pictures with it


_Reading: TypeAlias = tuple[WrittenPage, tuple[ReadLine, ...]]  # what is written, and what was read
Readings: TypeAlias = list[_Reading]

_SMALL = ("string", "boxes", "cheque")
_USUAL = ("easy", "medium")  # what people bring is no harder; the hardest pages would refuse it


@dataclass(frozen=True)
class Outcomes:
    """How pictures were read."""

    confidences: npt.NDArray[np.float64]  # float64 (N,), of the least sure digit; 0 where none was found
    right: npt.NDArray[np.bool_]  # bool (N,): whether the text is exactly the truth


def read_made_up(
    kind: str, level: str, count: int, *, single: bool = False, models: Ensemble, digits: Dataset
) -> Readings:
    """Write so many pictures of a kind at a level, read them, and return what is written and read, without pixels.

    Args:
        kind: one of `KINDS`.
        level: one of `LEVELS`.
        count: how many pictures.
        single: read each as one digit.
        models: what reads.
        digits: validation digits, which none of them was trained on.

    """
    hands = Hands(digits, shares=SourceMix(foreign=Aims.foreign))
    readings: Readings = []
    for place in range(count):
        rng = np.random.default_rng((Aims.seed, list(LEVELS).index(level), place))
        page = write_page(hands, LEVELS[level], rng, kind=kind)
        read = read_page(page.grey, models, single=single)
        readings.append((replace(page, grey=page.grey[:0]), read.lines))
    return readings


def choose_thresholds(
    read: Callable[..., Readings], *, pictures: int, progress: Callable[[str], None] = lambda what: None
) -> tuple[dict[str, float], dict[str, float]]:
    """Return what decides in reading, and what makes confidence a probability: as `ModelInfo` has them.

    Args:
        read: `read_made_up` with models and digits.
        pictures: how many to read of each kind at each level; twice as many of one digit and of none, and an eighth of
            whole pages.
        progress: told what is being read.

    """
    progress("strings, boxes and pages")
    counts = {kind: pictures if kind in _SMALL else max(1, pictures // 8) for kind in KINDS if kind != "single"}
    pages = {
        level: [reading for kind, count in counts.items() for reading in read(kind, level, count)] for level in LEVELS
    }
    progress("pictures of one digit and of none, as if they were pages")
    lone = [
        (page, tuple(line for line in lines if line.symbols[0].is_lone))
        for level in LEVELS
        for kind in ("single", "nothing")
        for page, lines in read(kind, level, pictures)
    ]
    calibration = fit_calibration(chain(lone, *pages.values()))
    sure = {
        level: [(page, tuple(map(calibration.calibrated, lines))) for page, lines in readings]
        for level, readings in pages.items()
    }
    strings = _judge_lines(chain.from_iterable(sure[level] for level in _USUAL))
    only = {}
    for kind in ("single", "nothing"):
        progress(f"pictures of {'one digit' if kind == 'single' else 'none'}")
        readings = chain.from_iterable(read(kind, level, 2 * pictures, single=True) for level in LEVELS)
        only[kind] = _judge_only_digits(readings, calibration)
    single, nothing = only["single"], only["nothing"]
    known = single.confidences[single.right]
    thresholds = {
        "single": max(
            lowest_confidence(single.confidences, single.right, Aims.single_right),
            float(np.quantile(nothing.confidences, 1 - Aims.falsely_accepted)),
        ),
        "line": lowest_confidence(strings.confidences, strings.right, Aims.line_right),
        "no_digit": float(np.quantile(known, Aims.missed)) if len(known) else 0.0,
        "number": most_right(chain.from_iterable(sure.values())),
    }
    return thresholds, asdict(calibration)


def fit_calibration(readings: Iterable[_Reading]) -> Calibration:
    """Return what makes confidence the share of symbols that are right.

    A glyph that is all ink of its page has a weight of its own, fitted after all others, which stay as they are.
    """
    read = [(line, page) for page, lines in readings for line in lines if line.symbols]
    if not read:
        return Calibration()
    right = np.array([_is_right(symbol, page) for line, page in read for symbol in line.symbols])
    known = np.concatenate([features_of(line) for line, _ in read])
    lone = known[:, -1] > 0
    if not right[~lone].any() or right[~lone].all():
        return Calibration()
    fitted = LogisticRegression(C=10, max_iter=1000).fit(known[~lone, :-1], right[~lone])
    weight = 0.0
    if lone.any():
        odds, sign = fitted.decision_function(known[lone, :-1]), np.where(right[lone], -1, 1)
        weight = minimize_scalar(lambda more: np.logaddexp(0, sign * (odds + more)).sum(), bounds=(-10, 10)).x
    return Calibration(*[*fitted.coef_[0].tolist(), float(weight), *fitted.intercept_.tolist()])


def most_right(readings: Iterable[_Reading]) -> float:
    """Return the confidence from which on numbers are kept, so that most are right less those that are not there.

    One that is lost harms as much as `Aims.lost` that are invented: those are marked as uncertain.
    """
    found = [
        (number.confidence, np.mean([_is_right(digit, page) for digit in number.digits]) > 0.5)
        for page, lines in readings
        for line in lines
        for number in line.numbers
        if number.digits
    ]
    numbers = sorted(found, reverse=True)
    gain = np.cumsum([Aims.lost if right else -1 for _, right in numbers])
    return numbers[int(gain.argmax())][0] if len(gain) and gain.max() > 0 else 0.5


def _is_right(symbol: Symbol, page: WrittenPage) -> bool:
    """Say whether such a symbol is written with its middle within the box that was read, on a line."""
    left, top, right, bottom = symbol.box
    middles = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
    inside = ((middles >= (left, top)) & (middles <= (right, bottom))).all(axis=1)
    return bool((inside & (page.labels == symbol.symbol) & (page.line >= 0)).any())


def _judge_only_digits(readings: Iterable[_Reading], calibration: Calibration) -> Outcomes:
    confidences, right = [], []
    for page, lines in readings:
        only = only_digit([calibration.calibrated(line) for line in lines], Thresholds())
        confidences.append(only[0].symbols[0].confidence if only else 0.0)
        right.append(bool(only) and (str(only[0].symbols[0].symbol),) == page.digits)
    return Outcomes(np.array(confidences), np.array(right))


def _judge_lines(readings: Iterable[_Reading]) -> Outcomes:
    read = [(line, page) for page, lines in readings for line in lines]
    right = ["".join(str(digit.symbol) for digit in line.digits) in page.digits for line, page in read]
    return Outcomes(np.array([line.least for line, _ in read]), np.array(right))
