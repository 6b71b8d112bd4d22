"""The model that is used now, and its replacement while requests go on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from inkdigits.errors import InkdigitsError
from inkdigits.files import sha256
from inkdigits.modelfile import find_model
from inkdigits.reader import Reader
from inkdigits.service.logs import log
from inkdigits.service.metrics import Metrics

__all__ = ["LoadedModel", "ModelHolder"]

_VERSION_DIGITS = 12  # of the model file's SHA-256


@dataclass(frozen=True)
class LoadedModel:
    """A model that answers.

    Attributes:
        reader: reads pictures with it.
        name: its name, such as "compact-0".
        version: the first digits of its file's SHA-256.
        card: its model card as Markdown; what its metadata say, if it has none.

    """

    reader: Reader
    name: str
    version: str
    card: str

    @property
    def limits(self) -> list[str]:
        """What the card says that it cannot do."""
        section = re.search(r"^## Limits\n(.*?)(?=^## |\Z)", self.card, re.DOTALL | re.MULTILINE)
        points = re.split(r"^- ", section[1], flags=re.MULTILINE)[1:] if section else []
        return [" ".join(point.split()) for point in points]

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """The figures of each split, without its confusion matrix."""
        metrics = self.reader.classifier.info.metrics
        return {
            split: {name: figure for name, figure in figures.items() if name != "confusion"}
            for split, figures in metrics.items()
        }

    @property
    def confusion(self) -> dict[str, Any] | None:
        """The confusion matrix of the split that the model's file has one of: `split` and ten `rows` of ten counts."""
        for split, figures in self.reader.classifier.info.metrics.items():
            if "confusion" in figures:
                return {"split": split, "rows": figures["confusion"]}
        return None


class ModelHolder:
    """Holds the model that is used, and replaces it at once or not at all.

    Args:
        model: "bundled", an `.onnx` model file, or a run folder; looked at again at each reload.
        metrics: told which model is used.

    Raises:
        ModelFileError: the model file is missing, damaged, foreign or unsafe.

    """

    def __init__(self, model: str, metrics: Metrics) -> None:
        self._source = model
        self._metrics = metrics
        self._reloading = Lock()
        self.current = _load(model)
        metrics.set_model(self.current.name, self.current.version)

    def reload(self) -> LoadedModel:
        """Load the model file again and use it from the next request on; return it.

        Raises:
            ModelFileError: as for a new holder; the model that was used is used still.

        """
        with self._reloading:
            try:
                model = _load(self._source)
            except InkdigitsError as error:
                self._metrics.count_reload("kept")
                log.error("model kept: the new one cannot be used: %s", error)
                raise
            self.current = model
            self._metrics.set_model(model.name, model.version)
            self._metrics.count_reload("loaded")
        log.info("model loaded", extra={"fields": {"model": model.name, "version": model.version}})
        return model


def _load(source: str) -> LoadedModel:
    """Load a model and read one picture with it, so that what is broken shows now and the next picture is quick."""
    path = find_model(source)
    # One thread a picture: the service reads several at a time.
    reader = Reader(path, threads=1)
    drawing = np.full((64, 64), 255, np.uint8)
    drawing[12:52, 30:35] = 0
    reader.read(drawing, single=True)
    info = reader.classifier.info
    version = sha256(path.read_bytes())[:_VERSION_DIGITS]
    return LoadedModel(reader, info.name, version, _card(path, reader))


def _card(path: Path, reader: Reader) -> str:
    """Return the card that lies beside a model file, or else one made of the file's metadata."""
    card = path.with_suffix(".md")
    if card.is_file():
        return card.read_text(encoding="utf-8")
    info = reader.classifier.info
    rows = {
        "training data": info.data,
        "recipe": info.recipe.get("name", "not stated"),
        "figures": info.metrics,
        "uncertain below": info.reject_threshold,
        "licence": info.licence,
    }
    table = "\n".join(f"| {name} | {json.dumps(value, ensure_ascii=False)} |" for name, value in rows.items())
    return f"# Model: {info.name}\n\n| | |\n| --- | --- |\n{table}\n"
