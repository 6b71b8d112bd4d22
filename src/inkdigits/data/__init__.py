"""Labelled digits: MNIST, scikit-learn's digits, or your own pictures, divided into training, validation and test."""

from inkdigits.data.dataset import Dataset
from inkdigits.data.loading import DATASETS, load_dataset
from inkdigits.data.splits import SPLITS

__all__ = ["DATASETS", "SPLITS", "Dataset", "load_dataset"]
