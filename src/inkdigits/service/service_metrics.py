"""What the service counts, in the text format of Prometheus."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """The counts of a service: each is one of `registry`, which Prometheus' client writes as text."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter("inkdigits_requests", "Requests answered.", ("method", "route", "status"), **own)
        self.seconds = Histogram(
            "inkdigits_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            ("route",),
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),  # seconds
            **own,
        )
        self.readings = Counter("inkdigits_readings", "Pictures read.", ("status",), **own)
        self.refused = Counter("inkdigits_refused", "Requests told to come later.", **own)
        self.queue = Gauge("inkdigits_queue", "Requests being read or waiting for it.", **own)
        self.reloads = Counter("inkdigits_model_reloads", "Attempts to load a model again.", ("outcome",), **own)
        self.model = Gauge(
            "inkdigits_model_info", "1 for the model that is used, 0 for those before it.", ("name", "version"), **own
        )
