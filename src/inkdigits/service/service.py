"""What the routes share: settings, the model, the places of those who are read for, counts, corrections, lessons."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from inkdigits.extras import missing_modules
from inkdigits.pool import Bounds
from inkdigits.service.correction_store import Corrections
from inkdigits.service.reading_pool import ReadingPool
from inkdigits.service.served_models import ServedModels
from inkdigits.service.service_metrics import Metrics
from inkdigits.service.service_settings import Settings
from inkdigits.service.teaching import TaughtFiles, Teaching

__all__ = ["Service", "service_of"]


@dataclass(frozen=True)
class Service:
    """What the routes share."""

    settings: Settings
    metrics: Metrics
    models: ServedModels
    pool: ReadingPool
    corrections: Corrections | None  # where they are kept, if they are
    teaching: Teaching | None  # from them, if it learns
    explains: bool  # whether what explanations are drawn with is installed

    @classmethod
    def start(cls, settings: Settings) -> Service:
        """Load the model in processes that read.

        Raises:
            ModelFileError: the model file is missing, damaged, foreign or unsafe.
            OutputError: the folder for corrections cannot be written to.

        """
        metrics = Metrics()
        bounds = Bounds(seconds=settings.picture_seconds, memory=settings.reader_memory)
        corrections = Corrections.in_folder(settings.corrections) if settings.corrections else None
        taught = None
        if settings.corrections and settings.teaches:
            taught = TaughtFiles(settings.corrections, settings.model)
        models = ServedModels(taught.in_use if taught else lambda: settings.model, settings.workers, bounds, metrics)
        pool = ReadingPool(settings.workers, settings.max_concurrency, settings.timeout, metrics)
        teaching = Teaching(corrections, taught, models) if corrections and taught else None
        return cls(settings, metrics, models, pool, corrections, teaching, explains=not missing_modules("evaluate"))


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service: Service = request.app.state.service
    return service
