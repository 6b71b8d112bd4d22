"""inkdigits reads handwritten digits.

The names below are imported when they are first used, so that `import inkdigits` is quick and needs no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:
    from inkdigits.classifier import Classifier
    from inkdigits.data import Dataset, load_dataset
    from inkdigits.errors import InkdigitsError
    from inkdigits.evaluation.evaluate import Evaluation, evaluate
    from inkdigits.evaluation.explanation import Explanation, explain
    from inkdigits.evaluation.figures import plot_digits, plot_mistakes, plot_prediction, plot_predictions
    from inkdigits.export import export
    from inkdigits.learning.recipes import RECIPES, Augmentation, Recipe
    from inkdigits.learning.variations import augment
    from inkdigits.reader import Reader
    from inkdigits.reading.to_mnist import to_mnist
    from inkdigits.results.reading import Digit, Line, Mark, Reading
    from inkdigits.teaching import teach
    from inkdigits.training import TrainedRun, train
    from inkdigits.training.digit_classifier import DigitClassifier

_ROOMS = {
    "classifier": ("Classifier",),
    "data": ("Dataset", "load_dataset"),
    "errors": ("InkdigitsError",),
    "evaluation.evaluate": ("Evaluation", "evaluate"),
    "evaluation.explanation": ("Explanation", "explain"),
    "evaluation.figures": ("plot_digits", "plot_mistakes", "plot_prediction", "plot_predictions"),
    "export": ("export",),
    "learning.recipes": ("RECIPES", "Augmentation", "Recipe"),
    "learning.variations": ("augment",),
    "reader": ("Reader",),
    "reading.to_mnist": ("to_mnist",),
    "results.reading": ("Digit", "Line", "Mark", "Reading"),
    "teaching": ("teach",),
    "training": ("TrainedRun", "train"),
    "training.digit_classifier": ("DigitClassifier",),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = ["RECIPES", "Augmentation", "Classifier", "Dataset", "Digit", "DigitClassifier", "Evaluation"]
__all__ += ["Explanation", "InkdigitsError", "Line", "Mark", "Reader", "Reading", "Recipe", "TrainedRun"]
__all__ += ["__version__", "augment", "evaluate", "explain", "export", "load_dataset", "plot_digits"]
__all__ += ["plot_mistakes", "plot_prediction", "plot_predictions", "teach", "to_mnist", "train"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'inkdigits' has no attribute '{name}'")
    value = getattr(import_module(f"inkdigits.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
