"""Teachers: trained models whose answers a network learns beside the labels (Hinton et al. 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from inkdigits.files import sha256
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.model_file import find_model
from inkdigits.training.tasks.digit_task import Teacher


def describe_model(model: str | Path) -> dict[str, str]:
    """Return the path and the SHA-256 of a model file that a run learns from: with the data, they decide it.

    Raises:
        ModelFileError: there is none.

    """
    path = find_model(model)
    return {"path": str(path.resolve()), "sha256": sha256(path.read_bytes())}


def taking_turns(models: Sequence[str | Path]) -> Teacher | None:
    """Return several teachers as one: each answers one chunk in turn.

    The loss is linear in what the network should answer, so that it learns the mean of its teachers at the price of
    one.

    Args:
        models: model files or run folders; none makes no teacher.

    Raises:
        ModelFileError: a model file is missing, damaged, foreign or unsafe.

    """
    classifiers = [Classifier(model, threads=torch.get_num_threads()) for model in models]
    if not classifiers:
        return None

    def answer(images: Tensor, chunk: int) -> Tensor:
        pixels = (images.squeeze(1) * 255).round().to(torch.uint8).cpu().numpy()
        probabilities = classifiers[chunk % len(classifiers)].predict_proba(pixels)
        return torch.from_numpy(probabilities).to(images.device)

    return answer
