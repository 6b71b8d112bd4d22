"""What the routes share: the settings, the model, the places of those who are read for, the counts, the corrections."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from inkdigits.pool import Bounds
from inkdigits.service.correction_store import Corrections
from inkdigits.service.reading_pool import ReadingPool
from inkdigits.service.served_models import ServedModels
from inkdigits.service.service_metrics import Metrics
from inkdigits.service.service_settings import Settings

__all__ = ["Service", "service_of"]


@dataclass(frozen=True)
class Service:
    """What the routes share.

    Attributes:
        settings: what the service was told.
        metrics: what it counts.
        models: the model that is used.
        pool: who is read for.
        corrections: where corrections are kept; None if they are not.

    """

    settings: Settings
    metrics: Metrics
    models: ServedModels
    pool: ReadingPool
    corrections: Corrections | None

    @classmethod
    def start(cls, settings: Settings) -> Service:
        """Load the model in processes that read.

        Raises:
            ModelFileError: the model file is missing, damaged, foreign or unsafe.
            OutputError: the folder for corrections cannot be written to.

        """
        metrics = Metrics()
        bounds = Bounds(seconds=settings.picture_seconds, memory=settings.reader_memory)
        return cls(
            settings,
            metrics,
            ServedModels(settings.model, settings.workers, bounds, metrics),
            ReadingPool(settings.workers, settings.max_concurrency, settings.timeout, metrics),
            Corrections.in_folder(settings.corrections) if settings.corrections else None,
        )


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service: Service = request.app.state.service
    return service
