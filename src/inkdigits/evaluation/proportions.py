"""What share of some readings is right, accepted, rejected: counts, which add up, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inkdigits.evaluation.judgement import Judgement
from inkdigits.evaluation.metrics import wilson_interval


@dataclass(frozen=True)
class Proportion:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval (Wilson 1927); None of nothing."""
        return wilson_interval(self.part, self.whole) if self.whole else None


@dataclass(frozen=True)
class Proportions:
    """How a number of pictures was read.

    Attributes:
        n: how many pictures.
        exact: of those with digits, whose text is exactly the label.
        exact_lines: of the lines in their labels, which are among those that were read in that picture.
        character_error_rate: insertions, deletions and substitutions that turn the texts into the labels, for each
            character of these, line breaks among them; above 1 where much is read that is not there.
        accepted: of those with digits, whose status is "ok".
        exact_of_accepted: of those accepted, which are exact.
        no_digit_rejected: of those without a digit, whose status is "no_digit".
        falsely_accepted: of those without a digit, whose status is "ok".
        errors: how many could not be read at all; they count as wrong, and as neither rejected nor accepted.

    """

    n: int
    exact: Proportion
    exact_lines: Proportion
    character_error_rate: Proportion
    accepted: Proportion
    exact_of_accepted: Proportion
    no_digit_rejected: Proportion
    falsely_accepted: Proportion
    errors: int

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as they stand in JSON."""
        return {name: found.value if isinstance(found, Proportion) else found for name, found in vars(self).items()}

    def intervals(self) -> dict[str, tuple[float, float] | None]:
        """Return the 95% intervals of the shares, by their names."""
        names = ("exact", "exact_lines", "accepted", "exact_of_accepted", "no_digit_rejected", "falsely_accepted")
        return {name: getattr(self, name).interval for name in names}


def count_proportions(judgements: Sequence[Judgement]) -> Proportions:
    """Count how some readings are."""
    written = [judgement for judgement in judgements if judgement.has_digits]
    empty = [judgement.reading.status for judgement in judgements if not judgement.has_digits]
    accepted = [judgement for judgement in written if judgement.accepted]
    lines = sum(judgement.picture.label.count("\n") + 1 for judgement in written)
    return Proportions(
        n=len(judgements),
        exact=Proportion(sum(judgement.exact for judgement in written), len(written)),
        exact_lines=Proportion(sum(judgement.exact_lines for judgement in written), lines),
        character_error_rate=Proportion(
            sum(judgement.edits for judgement in written), sum(len(judgement.picture.label) for judgement in written)
        ),
        accepted=Proportion(len(accepted), len(written)),
        exact_of_accepted=Proportion(sum(judgement.exact for judgement in accepted), len(accepted)),
        no_digit_rejected=Proportion(empty.count("no_digit"), len(empty)),
        falsely_accepted=Proportion(empty.count("ok"), len(empty)),
        errors=sum(judgement.reading.status == "error" for judgement in judgements),
    )
