"""The model that is used now, and its replacement while requests go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread

import numpy as np
from prometheus_client import Gauge

from inkdigits.errors import InkdigitsError, ModelFileError
from inkdigits.files import sha256
from inkdigits.pool import Bounds, Readers
from inkdigits.reading.model_file import BUNDLED, ModelInfo, find_model
from inkdigits.reading.reader import Reader
from inkdigits.service.logs import log
from inkdigits.service.schemas import AboutModel
from inkdigits.service.service_metrics import Metrics


@dataclass(frozen=True)
class LoadedModel:
    """A model that answers."""

    readers: Readers  # processes that read with it
    about: AboutModel

    @cached_property
    def explainers(self) -> Readers:
        """A process that explains what was read: it loads libraries and training digits, which readers need not."""
        return Readers(self.readers.model, 1, Bounds(memory=2**30))  # half for matplotlib and MNIST's digits

    def retire(self) -> None:
        """End its processes once nobody needs them."""
        self.readers.retire()
        if "explainers" in self.__dict__:  # it was asked for
            self.explainers.retire()


class ServedModels:
    """Holds the model that is used, and replaces it at once or not at all.

    Args:
        source: says which model to use: "bundled", an `.onnx` model file, or a run folder; asked again at each reload.
        processes: how many readers it has.
        bounds: what the work on a picture may cost.
        metrics: told which model is used.

    Raises:
        ModelFileError: the model file is missing, damaged, foreign or unsafe, or cannot read a drawing.

    """

    def __init__(self, source: Callable[[], str], processes: int, bounds: Bounds, metrics: Metrics) -> None:
        self._source = source
        self._processes = processes
        self._bounds = bounds
        self._metrics = metrics
        self._reloading = Lock()
        self.current = self._load(source())
        self._info(self.current.about).set(1)

    def reload(self) -> AboutModel:
        """Use what the source says now; see `use`."""
        return self.use(self._source())

    def use(self, source: str) -> AboutModel:
        """Load a model in new processes, and use them from the next request on; return what is said of it.

        Raises:
            ModelFileError: as for a new holder; the model that was used is used still.

        """
        with self._reloading:
            try:
                model = self._load(source)
            except InkdigitsError as error:
                self._metrics.reloads.labels("kept").inc()
                log.error("model kept: the new one cannot be used: %s", error)
                raise
            old, self.current = self.current, model
            self._info(old.about).set(0)
            self._info(model.about).set(1)
            self._metrics.reloads.labels("loaded").inc()
        Thread(target=old.retire, name="old readers", daemon=True).start()
        log.info("model loaded", extra={"fields": {"model": model.about.name, "version": model.about.version}})
        return model.about

    def _info(self, model: AboutModel) -> Gauge:
        return self._metrics.model.labels(model.name, model.version)

    def _load(self, source: str) -> LoadedModel:
        """Load a model and have it read a drawing in a process of its own, so that what is broken harms no other."""
        path = find_model(source)
        readers = Readers(source, self._processes, self._bounds)
        try:
            info = readers.submit(_try_out, self._bounds.starting, tries=1).result()
        except Exception as error:  # whatever libraries raise over a model that they cannot run
            readers.close()
            if isinstance(error, ModelFileError):
                raise
            raise ModelFileError(f"{path.name} cannot read a drawing: {error}", "choose another") from error
        return LoadedModel(readers, _about(path, info))


def _try_out(reader: Reader) -> ModelInfo:
    """Read a drawing, and return what the model's file says."""
    drawing = np.full((64, 64), 255, np.uint8)
    drawing[12:52, 30:35] = 0
    reader.read(drawing, single=True)
    return reader.classifier.info


def _about(path: Path, info: ModelInfo) -> AboutModel:
    metrics = {split: dict(figures) for split, figures in info.metrics.items()}
    matrices = {split: figures.pop("confusion") for split, figures in metrics.items() if "confusion" in figures}
    return AboutModel(
        name=info.name,
        version=sha256(path.read_bytes())[:12],
        card=_card(path, info),
        metrics=metrics,
        confusion=next(({"split": split, "rows": rows} for split, rows in matrices.items()), None),
        limits=_limits(path),
    )


def _card(path: Path, info: ModelInfo) -> str:
    """Return the card that lies beside a model file, or else one made of the file's metadata."""
    card = path.with_suffix(".md")
    if card.is_file():
        return card.read_text(encoding="utf-8")
    rows = {
        "training data": info.data,
        "recipe": info.recipe.get("name", "not stated"),
        "figures": info.metrics,
        "uncertain below": info.reject_threshold,
        "licence": info.licence,
    }
    table = "\n".join(f"| {name} | {json.dumps(value, ensure_ascii=False)} |" for name, value in rows.items())
    return f"# Model: {info.name}\n\n| | |\n| --- | --- |\n{table}\n"


def _limits(path: Path) -> list[str]:
    """Return what a model cannot do, as far as it is known: that of the bundled one, from which its card is written."""
    if path != find_model(BUNDLED):
        return []
    limits: dict[str, list[str]] = json.loads(path.with_name("limits.json").read_text(encoding="utf-8"))
    return limits[path.stem]
