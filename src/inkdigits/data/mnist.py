"""MNIST: 60,000 digits to learn from and 10,000 to test on, by the hands of some 500 writers.

Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE 86(11), 1998. Y. LeCun and C. Cortes hold the copyright of this derivative of NIST's Special
Databases 1 and 3.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inkdigits.data.dataset import Progress, check_labelled
from inkdigits.data.release import PublishedFile, Release
from inkdigits.data.splits import SPLITS, TEST, TRAIN, VALIDATION, Collection, proportional, stratified

_FILES = (
    ("train-images-idx3-ubyte", "x_train", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    ("train-labels-idx1-ubyte", "y_train", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    ("t10k-images-idx3-ubyte", "x_test", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    ("t10k-labels-idx1-ubyte", "y_test", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)

MNIST = Release(
    name="mnist",
    files=tuple(PublishedFile(*file) for file in _FILES),
    mirrors={
        "OSSCI": "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "CVDF": "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "Keras": "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    },
)

ATTRIBUTION = "Y. LeCun, C. Cortes and C. J. C. Burges, MNIST; CC BY-SA 3.0; http://yann.lecun.com/exdb/mnist/"


def load_mnist(
    split: str,
    *,
    data_dir: str | Path | None = None,
    offline: bool = False,
    validation_seed: int = 0,
    progress: Progress | None = None,
    release: Release = MNIST,
) -> Collection:
    """Return the halves of MNIST that a split needs: the 60,000, the 10,000, or both.

    The test files are not touched for a split without "test". Of the 60,000, 5,000 are for validation, each digit as
    often as it occurs. Arguments and errors are those of `load_dataset`; a `release` has the files and mirrors to use.
    """
    training, testing = SPLITS[split] != ("test",), "test" in SPLITS[split]
    files = release.files[:2] * training + release.files[2:] * testing
    paths = release.locate(files, data_dir, offline=offline, progress=progress)
    arrays = [release.read(file, paths[file]) for file in files]
    images, labels = np.concatenate(arrays[::2]), np.concatenate(arrays[1::2]).astype(np.int64)
    check_labelled(images, labels, release.name)
    parts = np.full(len(labels), TEST)
    if training:
        of_training = labels[: len(arrays[1])]
        counts = proportional(of_training, len(of_training) // 12)  # 5,000 of the 60,000
        for_validation = stratified(of_training, counts, validation_seed)
        parts[: len(of_training)] = np.where(for_validation, VALIDATION, TRAIN)
    homes = dict.fromkeys(path if path.suffix == ".npz" else path.parent for path in paths.values())
    return Collection(
        images=images,
        labels=labels,
        parts=parts,
        name=release.name,
        source="Y. LeCun and C. Cortes, from NIST Special Databases 1 and 3",
        licence="CC BY-SA 3.0",
        location=", ".join(map(str, homes)),
        attribution=ATTRIBUTION,
    )
