"""The service on Ray Serve answers as the one that `inkdigits serve` starts: the same tests, asked of the other."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from ..service.conftest import digit, string  # noqa: F401 - fixtures of the tests that follow
from ..service.test_inference_protocol import *  # noqa: F403
from ..service.test_reading import *  # noqa: F403


class Deployed:
    """An application on Ray Serve, asked over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=60, trust_env=False)


@pytest.fixture(scope="module")
def served() -> Iterator[Deployed]:
    """The service on a Ray of its own with a core, deployed as `serve run` does it."""
    import ray
    from ray import serve

    from inkdigits.service.deployment import Arguments, app

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ray.init(num_cpus=1, object_store_memory=100_000_000, include_dashboard=False, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(app(Arguments(cpus=0.5)))
    deployed = Deployed(f"http://127.0.0.1:{port}")
    yield deployed
    deployed.client.close()
    serve.shutdown()
    ray.shutdown()
