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
    from inkdigits.evaluation.figures import plot_mistakes, plot_prediction
    from inkdigits.export import export
    from inkdigits.reader import Reader
    from inkdigits.reading.to_mnist import to_mnist
    from inkdigits.results.reading import Digit, Line, Mark, Reading
    from inkdigits.training import train

_HOMES = {
    "Classifier": "classifier",
    "Dataset": "data",
    "Digit": "results.reading",
    "Evaluation": "evaluation.evaluate",
    "InkdigitsError": "errors",
    "Line": "results.reading",
    "Mark": "results.reading",
    "Reader": "reader",
    "Reading": "results.reading",
    "evaluate": "evaluation.evaluate",
    "export": "export",
    "load_dataset": "data",
    "plot_mistakes": "evaluation.figures",
    "plot_prediction": "evaluation.figures",
    "to_mnist": "reading.to_mnist",
    "train": "training",
}

__all__ = [
    "Classifier",
    "Dataset",
    "Digit",
    "Evaluation",
    "InkdigitsError",
    "Line",
    "Mark",
    "Reader",
    "Reading",
    "__version__",
    "evaluate",
    "export",
    "load_dataset",
    "plot_mistakes",
    "plot_prediction",
    "to_mnist",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'inkdigits' has no attribute '{name}'")
    value = getattr(import_module(f"inkdigits.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
