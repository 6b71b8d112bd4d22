"""The whole reader judged: from pictures of digits, strings, pages or nothing, to what was read."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inkdigits.errors import PictureError
from inkdigits.evaluation.judgement import CAUSES, Judgement
from inkdigits.evaluation.labels import LabelledPicture, check_columns, leave_out, read_labels
from inkdigits.evaluation.metrics import area_under_curve, false_accept_rate
from inkdigits.evaluation.proportions import Proportion, Proportions, count_proportions
from inkdigits.reading.reader import Reader
from inkdigits.results.reading import Reading


@dataclass(frozen=True)
class ReaderEvaluation:
    """How well pictures are read from end to end.

    Attributes:
        shares: of all pictures.
        by_length: which are exact, by the number of digits in the label.
        by: shares of the pictures with each value of a column, by the column.
        auroc: how well pictures with digits are told from those without, 0 to 1; None if either are none.
        false_accepts: share of the pictures without a digit that are accepted where 95% of those with digits are.
        confusion: int64 (10,10), true digit by row, of the single digits that were read as a single digit.
        left_out: how many rows of the CSV were not judged, because the caller asked for that.
        seconds: how long it took.
        judgements: each reading beside its label, in the order of the CSV.

    """

    shares: Proportions
    by_length: dict[str, Proportion]
    by: dict[str, dict[str, Proportions]]
    auroc: float | None
    false_accepts: float | None
    confusion: npt.NDArray[np.int64] = field(repr=False)
    left_out: int
    seconds: float
    judgements: list[Judgement] = field(repr=False)

    def mean_over(self, column: str) -> float | None:
        """Return the mean of `exact` over the values of a column of `by`, each counting the same; None of nothing."""
        values = [shares.exact.value for shares in self.by[column].values() if shares.exact.value is not None]
        return sum(values) / len(values) if values else None

    def causes(self) -> dict[str, int]:
        """Return how many readings are wrong in each way that occurs, in the order of `CAUSES`."""
        counts = Counter(judgement.cause for judgement in self.judgements)
        return {cause: counts[cause] for cause in CAUSES if counts[cause]}

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as `inkdigits evaluate --json` prints them."""
        figures = self.shares.to_dict()
        by_length = {length: [share.whole, share.value] for length, share in self.by_length.items()}
        return {
            **{name: figures[name] for name in ("n", "exact", "character_error_rate")},
            "by_length": by_length,
            **{name: figures[name] for name in ("accepted", "exact_of_accepted", "no_digit_rejected", "errors")},
            "seconds": round(self.seconds, 4),
            "with_digits": self.shares.exact.whole,
            "left_out": self.left_out,
            "exact_lines": figures["exact_lines"],
            "falsely_accepted": figures["falsely_accepted"],
            "auroc": self.auroc,
            "false_accepts_at_95": self.false_accepts,
            "intervals": self.shares.intervals(),
            "by": {
                column: {value: shares.to_dict() for value, shares in values.items()}
                for column, values in self.by.items()
            },
            "mean_over": {column: self.mean_over(column) for column in self.by},
            "causes": self.causes(),
            "confusion": self.confusion.tolist(),
        }


def evaluate_reader(
    reader: Reader,
    labels: str | Path,
    *,
    single: bool = False,
    by: Sequence[str] = (),
    without: Sequence[str] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ReaderEvaluation:
    """Judge a reader on labelled pictures; of a file with several pages, the first is read.

    Args:
        reader: what reads.
        labels: a CSV as `read_labels` takes it.
        single: take each picture as exactly one digit.
        by: columns of the CSV; for each of their values there will be figures.
        without: leave out rows: "COLUMN" where that is not empty, "COLUMN=TEXT" where it contains the text.
        progress: told how many pictures are done, of how many.

    Raises:
        DataError: the CSV is missing or damaged, or no row is left.
        UsageError: the CSV lacks a column that was named.

    """
    rows = read_labels(labels)
    pictures = leave_out(rows, without)
    check_columns(rows, by)
    begin = time.perf_counter()
    judgements = []
    for picture in pictures:
        judgements.append(Judgement(picture, _read(reader, picture, single)))
        progress(len(judgements), len(pictures))
    return judge(judgements, by=by, left_out=len(rows) - len(pictures), seconds=time.perf_counter() - begin)


def judge(
    judgements: Sequence[Judgement], *, by: Sequence[str] = (), left_out: int = 0, seconds: float = 0.0
) -> ReaderEvaluation:
    """Return the figures of pictures that have been read already.

    Args:
        judgements: at least one.
        by: columns of their CSV; for each of their values there will be figures.
        left_out: how many rows of the CSV are not among them.
        seconds: how long reading took.

    """
    written = [judgement for judgement in judgements if judgement.has_digits]
    lengths = [len(judgement.picture.digits) for judgement in written]
    others = [judgement for judgement in judgements if not judgement.has_digits]
    return ReaderEvaluation(
        shares=count_proportions(judgements),
        by_length={length: shares.exact for length, shares in _shares_by(lengths, written).items()},
        by={column: _shares_by([one.picture.columns[column] for one in judgements], judgements) for column in by},
        auroc=area_under_curve(
            [one.reading.digit_score for one in written], [one.reading.digit_score for one in others]
        ),
        false_accepts=false_accept_rate([one.confidence for one in written], [one.confidence for one in others]),
        confusion=_confusion(written),
        left_out=left_out,
        seconds=seconds,
        judgements=list(judgements),
    )


def _read(reader: Reader, picture: LabelledPicture, single: bool) -> Reading:
    try:
        return reader.read(picture.path, single=single)
    except PictureError as error:
        return Reading(str(picture.path), error=error)


def _shares_by(values: Iterable[Any], judgements: Iterable[Judgement]) -> dict[str, Proportions]:
    """Return the shares of the judgements with each value, in the order of the values."""
    groups: defaultdict[Any, list[Judgement]] = defaultdict(list)
    for value, judgement in zip(values, judgements, strict=True):
        groups[value].append(judgement)
    return {str(value): count_proportions(groups[value]) for value in sorted(groups)}


def _confusion(judgements: Iterable[Judgement]) -> npt.NDArray[np.int64]:
    """Return int64 (10,10) of the single digits that were read as one digit, true digit by row."""
    confusion = np.zeros((10, 10), np.int64)
    for judgement in judgements:
        written, read = judgement.picture.label, judgement.text
        if len(written) == len(read) == 1:
            confusion[int(written), int(read)] += 1
    return confusion
