"""inkdigits' own Classifier: `inkdigits_reader.py MODEL IMAGES.npy THREADS`."""

import sys

import numpy as np
from stopwatch import answer

from inkdigits import Classifier

classifier = Classifier(sys.argv[1], threads=int(sys.argv[3]))
images = np.load(sys.argv[2], allow_pickle=False)
one = images[:1]


def one_by_one() -> None:
    """Read a digit a hundred times."""
    for _ in range(100):
        classifier.predict_proba(one)


answer({"inkdigits": lambda: classifier.predict(images), "inkdigits, one at a time": one_by_one})
