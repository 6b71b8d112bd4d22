"""The figures of a reader in words, for the screen and for the page."""

from __future__ import annotations

from itertools import compress

from inkdigits.evaluation.judgement import CAUSES
from inkdigits.evaluation.metrics import ACCEPTANCE
from inkdigits.evaluation.proportions import Proportion, Proportions
from inkdigits.evaluation.reader_evaluation import ReaderEvaluation

_HEADINGS = ("pictures", "exact", "95%\ninterval", "accepted", "exact of\naccepted", "no digit,\nsaid so")


def summarise(evaluation: ReaderEvaluation) -> dict[str, str]:
    """Return what to say about each figure, by its name for people; figures of nothing are left away."""
    shares = evaluation.shares
    causes = (f"{CAUSES[cause]} {count}" for cause, count in evaluation.causes().items())
    said = {
        "pictures": _pictures(evaluation),
        "exact": _with_interval(shares.exact),
        "exact lines": _with_interval(shares.exact_lines) if shares.exact_lines.whole > shares.exact.whole else "",
        "character errors": _share(shares.character_error_rate.value),
        "exact by length": _lengths(evaluation),
        "accepted": _with_interval(shares.accepted),
        "exact of accepted": _with_interval(shares.exact_of_accepted),
        "no digit, and said so": _with_interval(shares.no_digit_rejected),
        "no digit, yet accepted": _with_interval(shares.falsely_accepted),
        "the same at 95%": _false_accepts(evaluation),
        "digit told from none": "" if evaluation.auroc is None else f"AUROC {evaluation.auroc:.4f}",
        "wrong": ", ".join(causes) or "none",
        "time": f"{evaluation.seconds:.2f} s, {1000 * evaluation.seconds / shares.n:.1f} ms a picture",
    }
    return {name: words for name, words in said.items() if words}


def tabulate(evaluation: ReaderEvaluation, column: str) -> list[tuple[str, ...]]:
    """Return the figures of each value of a column as rows of text: headings first, and last the mean of the values.

    Columns of the table without a figure are left away; the evaluation was asked for figures by this column.
    """
    rows: list[tuple[str, ...]] = [(column, *_HEADINGS)]
    rows += [_group_row(value or "(empty)", shares) for value, shares in evaluation.by[column].items()]
    mean = evaluation.mean_over(column)
    if mean is not None:
        rows.append(("mean of the values", "", _share(mean), "", "", "", ""))
    told = [any(row[place] for row in rows[1:]) for place in range(len(rows[0]))]
    return [tuple(compress(row, told)) for row in rows]


def _group_row(name: str, shares: Proportions) -> tuple[str, ...]:
    interval = shares.exact.interval
    return (
        name,
        f"{shares.n:,}",
        _share(shares.exact.value),
        f"{100 * interval[0]:.1f}–{100 * interval[1]:.1f}" if interval else "",
        _share(shares.accepted.value),
        _share(shares.exact_of_accepted.value),
        _share(shares.no_digit_rejected.value),
    )


def _lengths(evaluation: ReaderEvaluation) -> str:
    """Return the shares of the lengths that occur most, the shortest first."""
    by_length = evaluation.by_length
    told = sorted(by_length, key=lambda length: -by_length[length].whole)[:8]  # JSON has all
    return ", ".join(
        f"{length}: {_share(share.value)} of {share.whole:,}" for length, share in by_length.items() if length in told
    )


def _false_accepts(evaluation: ReaderEvaluation) -> str:
    share = _share(evaluation.false_accepts)
    return f"{share}, where {ACCEPTANCE:.0%} of those with digits are accepted" if share else ""


def _with_interval(share: Proportion) -> str:
    if share.interval is None:
        return ""
    low, high = share.interval
    return f"{_share(share.value)}  ({share.part:,} of {share.whole:,}; 95% interval {low:.1%} to {high:.1%})"


def _pictures(evaluation: ReaderEvaluation) -> str:
    shares = evaluation.shares
    words = [f"{shares.n:,}"]
    if shares.errors:
        words.append(f"{shares.errors:,} of them unreadable")
    if evaluation.left_out:
        words.append(f"{evaluation.left_out:,} more left out")
    return ", ".join(words)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
