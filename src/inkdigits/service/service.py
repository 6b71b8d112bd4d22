"""What the routes share: settings, the model, the places of those who are read for, counts, corrections, lessons."""

from __future__ import annotations

from starlette.requests import Request

from inkdigits.extras import missing_modules
from inkdigits.pool import Bounds
from inkdigits.service.correction_store import Corrections
from inkdigits.service.reading_pool import ReadingPool
from inkdigits.service.served_models import ServedModels
from inkdigits.service.service_metrics import Metrics
from inkdigits.service.service_settings import Settings
from inkdigits.service.teaching import TaughtFiles, Teaching


class Service:
    """What the routes share.

    Raises:
        ModelFileError: the model file is missing, damaged, foreign or unsafe.
        OutputError: the folder for corrections cannot be written to.

    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.explains = not missing_modules("evaluate")  # with which explanations are drawn
        self.metrics = Metrics()
        self.pool = ReadingPool(settings.workers, settings.max_concurrency, settings.timeout, self.metrics)
        self.corrections = Corrections.in_folder(settings.corrections) if settings.corrections else None
        taught = None
        if settings.corrections and settings.teaches:
            taught = TaughtFiles(settings.corrections, settings.model)
        source = taught.in_use if taught else lambda: settings.model
        bounds = Bounds(seconds=settings.picture_seconds, memory=settings.reader_memory, pixels=settings.max_pixels)
        self.models = ServedModels(source, settings.workers, bounds, self.metrics)
        self.teaching = Teaching(self.corrections, taught, self.models) if self.corrections and taught else None


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service: Service = request.app.state.service
    return service
