"""inkdigits' own Classifier: `inkdigits_reader.py MODEL IMAGES.npy THREADS`."""

import sys

import numpy as np
from numpy.typing import NDArray
from stopwatch import answer

from inkdigits import Classifier

classifier = Classifier(sys.argv[1], threads=int(sys.argv[3]))
images = np.load(sys.argv[2], allow_pickle=False)
one = images[:1]


def one_by_one() -> NDArray[np.float32]:
    """Read a digit a hundred times."""
    return np.concatenate([classifier.predict_proba(one) for _ in range(100)])


answer({"inkdigits": lambda: classifier.predict_proba(images), "inkdigits, one at a time": one_by_one})
