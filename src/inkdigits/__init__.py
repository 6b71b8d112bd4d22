"""inkdigits reads handwritten digits.

The names below are imported when they are first used, so that `import inkdigits` is quick and needs no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from inkdigits.results import explaining
from inkdigits.version import __version__

if TYPE_CHECKING:
    from inkdigits.data import Dataset, load_dataset
    from inkdigits.errors import InkdigitsError
    from inkdigits.evaluation.digit_evaluation import Evaluation, evaluate
    from inkdigits.evaluation.explain import explain
    from inkdigits.evaluation.figures import plot_digits, plot_mistakes, plot_prediction, plot_predictions
    from inkdigits.models.exporting import export
    from inkdigits.reading.classifier import Classifier
    from inkdigits.reading.reader import Reader
    from inkdigits.reading.to_mnist import to_mnist
    from inkdigits.results.characters import Digit, Mark
    from inkdigits.results.reading import Reading
    from inkdigits.results.transcript import Line
    from inkdigits.training.data.variations import augment
    from inkdigits.training.recipes.recipe import RECIPES, Augmentation, Recipe
    from inkdigits.training.runs.digit_classifier import DigitClassifier
    from inkdigits.training.runs.trained_run import TrainedRun
    from inkdigits.training.runs.whole_run import train
    from inkdigits.training.teaching.lessons import teach

_ROOMS = {
    "data": ("Dataset", "load_dataset"),
    "errors": ("InkdigitsError",),
    "evaluation.digit_evaluation": ("Evaluation", "evaluate"),
    "evaluation.explain": ("explain",),
    "evaluation.figures": ("plot_digits", "plot_mistakes", "plot_prediction", "plot_predictions"),
    "models.exporting": ("export",),
    "reading.classifier": ("Classifier",),
    "reading.reader": ("Reader",),
    "reading.to_mnist": ("to_mnist",),
    "results.characters": ("Digit", "Mark"),
    "results.explanation": ("Explanation",),
    "results.reading": ("Reading",),
    "results.transcript": ("Line",),
    "training.data.variations": ("augment",),
    "training.recipes.recipe": ("RECIPES", "Augmentation", "Recipe"),
    "training.runs.digit_classifier": ("DigitClassifier",),
    "training.runs.trained_run": ("TrainedRun",),
    "training.runs.whole_run": ("train",),
    "training.teaching.lessons": ("teach",),
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


def _explain(*what: Any, **how: Any) -> Any:
    return __getattr__("explain")(*what, **how)


explaining.explain = _explain  # `Reading.explain`, which stands far below what it needs
