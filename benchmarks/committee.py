"""What networks reach together: `scripts/bench committee runs/accurate/*`.

Reads the test digits with each model, means the probabilities of every committee of the size asked for, and reports
the mean over all committees, so that none is picked. Beside the accuracy stands what the labels allow: 15 of the 10,000
lost the vote of five people each (Northcutt, Athalye, Mueller: "Pervasive Label Errors in Test Sets Destabilize Machine
Learning Benchmarks", NeurIPS 2021; their file mturk/mnist_mturk.json), so that errors are also counted without those.

Appends a row to experiments/committees.csv, prints a table, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from shared.ledger import REPOSITORY, append

import inkdigits

COMMITTEES = REPOSITORY / "experiments" / "committees.csv"
COLUMNS = (
    "date", "recipe", "models", "size", "committees", "test_accuracy_mean", "test_accuracy_sd", "errors_mean",
    "undisputed_errors_mean", "undisputed_accuracy_mean", "errors_shared_by_all",
)  # fmt: skip
# Places among the test digits of the labels for which fewer than three of five people voted.
DISPUTED = (947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729)


@dataclass(frozen=True)
class Errors:
    """How often a set of models is wrong: on all test digits, and on those whose labels are not disputed."""

    everywhere: int
    undisputed: int


def count_errors(probabilities: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> Errors:
    """Count the errors of one set's mean probabilities, (N,10), against labels, (N,)."""
    wrong = probabilities.argmax(axis=1) != labels
    return Errors(int(wrong.sum()), int(np.delete(wrong, DISPUTED).sum()))


def summarise(errors: list[Errors], count: int) -> dict[str, float]:
    """Return means over the sets, and the sample standard deviation of their accuracy, in per cent of all digits."""
    accuracies = [100 * (1 - each.everywhere / count) for each in errors]
    undisputed = statistics.mean(each.undisputed for each in errors)
    return {
        "test_accuracy_mean": round(statistics.mean(accuracies), 4),
        "test_accuracy_sd": round(statistics.stdev(accuracies), 4) if len(accuracies) > 1 else 0.0,
        "errors_mean": round(statistics.mean(each.everywhere for each in errors), 2),
        "undisputed_errors_mean": round(undisputed, 2),
        "undisputed_accuracy_mean": round(100 * (1 - undisputed / (count - len(DISPUTED))), 4),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", type=Path, help="run folders or model files of one recipe")
    parser.add_argument("--size", type=int, default=5, help="models in a committee")
    options = parser.parse_args()
    if len(options.models) < options.size:
        parser.error(f"a committee of {options.size} needs as many models, not {len(options.models)}")
    test = inkdigits.load_dataset("mnist", split="test")
    labels = test.labels.astype(np.int64)
    classifiers = [inkdigits.Classifier(model) for model in options.models]
    answers = [classifier.predict_proba(test.images).astype(np.float64) for classifier in classifiers]
    sets = {
        size: [
            count_errors(sum(members, np.zeros_like(members[0])), labels)
            for members in itertools.combinations(answers, size)
        ]
        for size in (1, options.size)
    }
    shared = np.all([answer.argmax(axis=1) != labels for answer in answers], axis=0)
    row = {
        "date": f"{datetime.now().astimezone():%Y-%m-%d}",
        "recipe": classifiers[0].info.recipe["name"],
        "models": len(answers),
        "size": options.size,
        "committees": len(sets[options.size]),
        "errors_shared_by_all": int(shared.sum()),
        **summarise(sets[options.size], len(labels)),
    }
    append(COMMITTEES, COLUMNS, row)
    print(f"{'models':>6}  {'sets':>5}  {'accuracy':>16}  {'errors':>7}  {'without disputed labels':>24}")
    for size, errors in sets.items():
        figures = summarise(errors, len(labels))
        print(
            f"{size:>6}  {len(errors):>5}  {figures['test_accuracy_mean']:>7.3f} ± {figures['test_accuracy_sd']:.3f} %"
            f"  {figures['errors_mean']:>7.1f}  {figures['undisputed_errors_mean']:>7.1f}"
            f" ({figures['undisputed_accuracy_mean']:.3f} %)"
        )
    print(f"wrong in all {len(answers)} models: {row['errors_shared_by_all']}; disputed labels: {len(DISPUTED)}")
    print(json.dumps(row))


if __name__ == "__main__":
    main()
