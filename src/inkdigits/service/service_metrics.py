"""What the service counts, in the text format of Prometheus."""

from __future__ import annotations

from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class Metrics:
    """The counts of a service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self._registry}
        self._requests = Counter("inkdigits_requests", "Requests answered.", ("method", "route", "status"), **own)
        self._seconds = Histogram(
            "inkdigits_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            ("route",),
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),  # seconds
            **own,
        )
        self._readings = Counter("inkdigits_readings", "Pictures read.", ("status",), **own)
        self._refused = Counter("inkdigits_refused", "Requests told to come later.", **own)
        self._queue = Gauge("inkdigits_queue", "Requests being read or waiting for it.", **own)
        self._reloads = Counter("inkdigits_model_reloads", "Attempts to load a model again.", ("outcome",), **own)
        self._model = Gauge(
            "inkdigits_model_info", "1 for the model that is used, 0 for those before it.", ("name", "version"), **own
        )
        self._in_use: tuple[str, str] | None = None

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def count_reading(self, status: str) -> None:
        """Count a picture that was read, by its reading's status."""
        self._readings.labels(status).inc()

    def count_refusal(self) -> None:
        """Count a request that was told to come later."""
        self._refused.inc()

    def set_queue(self, length: int) -> None:
        """Tell how many requests are being read or wait for it."""
        self._queue.set(length)

    def set_model(self, name: str, version: str) -> None:
        """Tell which model is used from now on."""
        if self._in_use:
            self._model.labels(*self._in_use).set(0)
        self._in_use = name, version
        self._model.labels(name, version).set(1)

    def count_reload(self, outcome: str) -> None:
        """Count an attempt to load a model again: "loaded" or "kept" for the old one."""
        self._reloads.labels(outcome).inc()

    def text(self) -> bytes:
        """Return all counts in Prometheus' text format."""
        return generate_latest(self._registry)
