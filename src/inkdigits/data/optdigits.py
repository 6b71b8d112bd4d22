"""The 1,797 digits that come with scikit-learn, for when MNIST is out of reach.

They are the test set of "Optical Recognition of Handwritten Digits" (E. Alpaydin and C. Kaynak, UCI Machine Learning
Repository, 1998), by 13 writers: 8×8 pictures whose values count the ink in 4×4 blocks, from 0 to 16.
"""

from __future__ import annotations

import numpy as np

from inkdigits import extras
from inkdigits.data.splits import Collection, divide, proportional


def load_optdigits(validation_seed: int = 0) -> Collection:
    """Return all of scikit-learn's digits, redrawn as MNIST draws them.

    Each is enlarged to a 20×20 box, its centre of mass in the middle of 28×28. 360 are for testing, always the same;
    the seed draws 180 for validation from the others, each digit as often as it occurs.

    Raises:
        MissingExtraError: scikit-learn is not installed.

    """
    extras.require("evaluate", "The data set optdigits, which comes with scikit-learn,")
    from sklearn.datasets import load_digits

    from inkdigits.imaging.normalise import normalise

    blocks, labels = load_digits(return_X_y=True)
    labels = labels.astype(np.int64)
    ink = (blocks / 16).astype(np.float32).reshape(-1, 8, 8)  # each level counts the inked ones of 4×4 pixels
    return Collection(
        images=np.stack([normalise(digit) for digit in ink]),
        labels=labels,
        parts=divide(labels, proportional(labels, 360), proportional(labels, 180), validation_seed),
        name="optdigits",
        source="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998 (test set)",
        licence="CC BY 4.0",
        location="inside scikit-learn",
        attribution=(
            'E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, '
            "1998; CC BY 4.0"
        ),
    )
