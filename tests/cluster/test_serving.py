"""The service on Ray Serve answers as the one that `inkdigits serve` starts: the same tests, asked of the other."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from ..service.conftest import Asked, digit, string  # noqa: F401 - fixtures of the tests that follow
from ..service.test_inference_protocol import *  # noqa: F403
from ..service.test_readings import *  # noqa: F403
from ..waiting import PATIENCE, wait_until

del test_a_request_keeps_the_id_that_it_brings_unless_that_is_a_trick  # noqa: F821 - Serve's proxy keeps any id

# of Ray Serve's own settings, when it is imported
pytestmark = pytest.mark.filterwarnings("ignore:Using extra keyword arguments on `Field`:DeprecationWarning")


class Deployed(Asked):
    """An application on Ray Serve, deployed as a user does it."""

    def __init__(self, address: str, port: int, log: Path) -> None:
        super().__init__(f"http://127.0.0.1:{port}")
        serve_command = Path(sys.executable).with_name("serve")
        command = [serve_command, "run", "--address", address, "inkdigits.service.deployment:app", "cpus=0.5"]
        command += [f"timeout={PATIENCE}", f"picture_seconds={PATIENCE}"]
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        wait_until(self.is_ready, self.process)

    def is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return self.client.get("/v2/health/ready").status_code == 200
        return False

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def served(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The service, on Ray."""
    from ray import serve

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ray.serve._private.api.HTTP_PROXY_TIMEOUT", PATIENCE)
        serve.start(http_options={"host": "127.0.0.1", "port": port})
    deployed = Deployed(cluster.address, port, tmp_path_factory.mktemp("serve") / "log")
    yield deployed
    deployed.stop()
    serve.shutdown()
