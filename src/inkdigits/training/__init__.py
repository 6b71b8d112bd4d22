"""Whole training runs: data, fit, calibration, the model file and its figures, in a run folder."""

from inkdigits.training.source import load_splits, named
from inkdigits.training.trained_run import TrainedRun
from inkdigits.training.whole_run import begin_training, resume_training, train

__all__ = ["TrainedRun", "begin_training", "load_splits", "named", "resume_training", "train"]
