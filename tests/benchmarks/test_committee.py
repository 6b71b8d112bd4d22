"""How committees are judged."""

import numpy as np
from committee import DISPUTED, count_errors, summarise


def test_errors_are_counted_with_and_without_disputed_labels() -> None:
    labels = np.zeros(10_000, np.int64)
    probabilities = np.zeros((10_000, 10))
    probabilities[:, 0] = 1
    for place in (DISPUTED[0], DISPUTED[-1], 5):
        probabilities[place] = np.eye(10)[7]
    errors = count_errors(probabilities, labels)
    assert (errors.everywhere, errors.undisputed) == (3, 1)
    figures = summarise([errors, errors], 10_000)
    assert figures["test_accuracy_mean"] == 99.97
    assert figures["test_accuracy_sd"] == 0
    assert figures["undisputed_accuracy_mean"] == round(100 * (1 - 1 / 9985), 4)
