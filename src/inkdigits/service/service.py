"""What the routes share: the settings, the model, the threads that read, the counts and the corrections."""

from __future__ import annotations

import os
from dataclasses import dataclass

from starlette.requests import Request

from inkdigits.service.corrections import Corrections
from inkdigits.service.metrics import Metrics
from inkdigits.service.model_holder import ModelHolder
from inkdigits.service.reading_pool import ReadingPool
from inkdigits.service.settings import Settings

__all__ = ["Service", "service_of"]


_LEAST_THREADS = 2  # a large page does not hold up the small pictures behind it


@dataclass(frozen=True)
class Service:
    """What the routes share.

    Attributes:
        settings: what the service was told.
        metrics: what it counts.
        model: the model that is used.
        pool: the threads that read.
        corrections: where corrections are kept; None if they are not.

    """

    settings: Settings
    metrics: Metrics
    model: ModelHolder
    pool: ReadingPool
    corrections: Corrections | None

    @classmethod
    def start(cls, settings: Settings) -> Service:
        """Load the model and start the threads.

        Raises:
            ModelFileError: the model file is missing, damaged, foreign or unsafe.
            OutputError: the folder for corrections cannot be written to.

        """
        metrics = Metrics()
        threads = max(_LEAST_THREADS, (os.cpu_count() or 1) // settings.workers)
        return cls(
            settings,
            metrics,
            ModelHolder(settings.model, metrics),
            ReadingPool(threads, settings.max_concurrency, settings.timeout, metrics),
            Corrections.in_folder(settings.corrections) if settings.corrections else None,
        )

    def close(self) -> None:
        """Wait for what is being read."""
        self.pool.close()


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service: Service = request.app.state.service
    return service
