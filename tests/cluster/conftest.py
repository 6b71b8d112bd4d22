"""A Ray cluster of two nodes on this machine, a bucket on loopback, and drawings to read."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from inkdigits.cluster.storage import find_storage
from inkdigits.data import load_dataset
from inkdigits.samples import LABELS
from inkdigits.synthesis.difficulty import LEVELS
from inkdigits.synthesis.pages import write_page
from inkdigits.synthesis.writers import Hands

from ..waiting import PATIENCE

OBJECT_STORE = 100_000_000  # bytes; Ray takes no fewer than 75 MiB
DRAWINGS = 24


class Bucket:
    """A bucket of an S3-compatible server."""

    def __init__(self, server: str, client: Any, name: str) -> None:
        self.server, self.client, self.name = server, client, name

    @property
    def address(self) -> str:
        return f"s3://{self.name}"

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def written(self, prefix: str = "") -> dict[str, str]:
        """Return when each object was written."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return {found["Key"]: str(found["LastModified"]) for page in pages for found in page.get("Contents", [])}

    def deny(self, *, denied: bool) -> None:
        """Let nobody in any more, or everybody again."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.server}/moto-api/reset-auth",
            data=b"0" if denied else b"inf",
            headers={"Content-Type": "text/plain"},
            method="POST",
        )
        urllib.request.urlopen(request).close()  # noqa: S310


def answers(port: int) -> bool:
    """Say whether somebody listens on this machine."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture(scope="session")
def _bucket_server() -> Iterator[str]:
    """An S3-compatible server; set where pyarrow looks for it, before any node of a cluster starts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(  # a process of its own, which takes no time from what it serves
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stderr=subprocess.DEVNULL
    )
    while not answers(port):
        assert server.poll() is None
        time.sleep(0.1)
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        yield settings["AWS_ENDPOINT_URL"]
    server.terminate()
    server.wait()


@pytest.fixture
def bucket(_bucket_server: str, request: pytest.FixtureRequest) -> Iterator[Bucket]:
    import boto3

    client = boto3.client("s3")
    name = f"scans-{abs(hash(request.node.nodeid))}"
    client.create_bucket(Bucket=name)
    found = Bucket(_bucket_server, client, name)
    yield found
    found.deny(denied=False)


def _start_cluster() -> Any:
    """Start two nodes with a core each, and connect this process to them."""
    import ray
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": OBJECT_STORE}
    cluster = Cluster(initialize_head=True, head_node_args=node | {"include_dashboard": False})
    cluster.add_node(**node)
    cluster.wait_for_nodes()
    ray.init(cluster.address, logging_level="ERROR", log_to_driver=False)
    return cluster


@pytest.fixture(scope="session")
def cluster(_bucket_server: str) -> Iterator[Any]:
    """A cluster of two nodes with a core each, to which this process is connected."""
    import ray

    with pytest.MonkeyPatch.context() as patch:
        # A worker that has nothing to do waits for the next test, which would have to start another.
        patch.setenv("RAY_idle_worker_killing_time_threshold_ms", "600000")
        # Ray's workers leave the processor to all others, and other tests would take it for minutes.
        patch.setenv("RAY_worker_niceness", "0")
        for what in ("READY", "HEALTH"):  # of Ray Serve's proxy, which is killed where it answers later
            patch.setenv(f"RAY_SERVE_PROXY_{what}_CHECK_TIMEOUT_S", str(PATIENCE))
        cluster = _start_cluster()
        yield cluster
        ray.shutdown()
        cluster.shutdown()


@pytest.fixture(scope="session")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of drawings, with a picture of no digit, a broken file and one of several pages among them."""
    folder = tmp_path_factory.mktemp("drawings")
    digits = load_dataset("optdigits", "test")
    for number in range(DRAWINGS):
        rng = np.random.default_rng(number)
        written = write_page(Hands(digits), LEVELS["easy"], rng, kind="single")
        Image.fromarray(written.grey).save(folder / f"{number:04d}.png")
    shutil.copy(LABELS.with_name("blank-page.jpg"), folder / "0004 blank.jpg")
    (folder / "0008 broken.png").write_bytes((folder / "0008.png").read_bytes()[:100])
    (folder / "0012 empty.png").write_bytes(b"")
    frames = [Image.open(folder / f"{number:04d}.png") for number in range(3)]
    frames[0].save(folder / "0016 pages.tif", save_all=True, append_images=frames[1:])
    return folder


def rows_of(address: str | Path) -> list[dict[str, Any]]:
    """Return the readings in a table, on whatever file system."""
    place = find_storage(str(address))
    return pq.read_table(place.path, filesystem=place.files).to_pylist()


def workers_of(nodes: Iterable[Any]) -> list[int]:
    """Return the processes that read on some nodes of a cluster."""
    raylets = {str(node.all_processes["raylet"][0].process.pid) for node in nodes}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if parent in raylets and b"_PartReader" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:  # it has ended
            continue
    return found
