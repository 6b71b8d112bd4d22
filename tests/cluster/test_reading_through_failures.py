"""Whatever dies or is refused on a cluster, no reading is lost and none is written twice.

`BUCKET_PICTURES=20000 pytest tests/cluster/test_reading_through_failures.py` does it at full size, which takes minutes.
"""

import io
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import Result

from inkdigits.data import load_dataset
from inkdigits.pictures.finding import find_sources
from inkdigits.reading.reader import Reader
from inkdigits.results.formats import write_parquet

from ..running import inkdigits
from ..waiting import wait_until
from .conftest import OBJECT_STORE, Bucket, rows_of, workers_of

BUCKET_PICTURES = int(os.environ.get("BUCKET_PICTURES", "240"))
Cluster = Any


def read(*arguments: object) -> Result:
    return inkdigits("cluster", "read", *arguments)


def start(*arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "inkdigits", "cluster", "read", *map(str, arguments)], stderr=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small pictures of digits, all different."""
    folder = tmp_path_factory.mktemp("digits")
    images, rng = load_dataset("optdigits", "train").images, np.random.default_rng(0)
    for number in range(BUCKET_PICTURES):
        ink = images[number % len(images)] * rng.uniform(0.6, 1.0) + rng.uniform(0, 20, (28, 28))
        cv2.imwrite(str(folder / f"{number:05d}.png"), 255 - ink.clip(0, 255).astype(np.uint8))
    return folder


def test_while_a_second_job_is_refused_a_worker_then_a_node_then_the_driver_die(
    cluster: Cluster, bucket: Bucket, digits: Path
) -> None:
    local = io.BytesIO()
    with ThreadPoolExecutor() as threads:
        uploads = [threads.submit(bucket.put, f"in/{path.name}", path.read_bytes()) for path in digits.iterdir()]
        write_parquet(Reader(threads=1).read_many(find_sources([str(digits)])), local)
    assert not any(upload.exception() for upload in uploads)
    third = cluster.add_node(num_cpus=1, object_store_memory=OBJECT_STORE)
    cluster.wait_for_nodes()
    bucket.client.create_bucket(Bucket=f"{bucket.name}-out")  # a bucket of thousands takes long to list
    out = Bucket(bucket.server, bucket.client, f"{bucket.name}-out")
    output, parts = f"{out.address}/readings.parquet", 60
    arguments = [f"{bucket.address}/in", "-o", output, "--part-size", -(-BUCKET_PICTURES // parts)]
    arguments += ["--address", cluster.address, "--workers", 3]

    def finished() -> dict[str, str]:
        return out.written("readings.parquet/part-")

    driver = start(*arguments)
    wait_until(finished, driver)
    second = read(*arguments, "--overwrite")
    assert second.exit_code == 1
    assert f"another job writes to {output}: process {driver.pid} on" in second.stderr
    wait_until(lambda: len(finished()) > parts // 10, driver)
    os.kill(workers_of(set(cluster.list_all_nodes()) - {third})[0], signal.SIGKILL)
    wait_until(lambda: len(finished()) > parts // 5 and workers_of([third]), driver)
    cluster.remove_node(third, allow_graceful=False)
    wait_until(lambda: len(finished()) > parts // 3, driver)
    driver.kill()
    driver.wait()
    wait_until(lambda: not workers_of(cluster.list_all_nodes()))
    before = finished()
    assert parts // 3 < len(before) < parts
    assert "readings.parquet/_SUCCESS" not in out.written()

    refused = read(*arguments)
    assert refused.exit_code == 1
    assert "go on with --resume" in refused.stderr
    again = read(*arguments, "--resume")
    assert again.exit_code == 0, again.stderr
    assert before.items() <= finished().items()
    assert len(finished()) == parts
    rows = json.dumps(rows_of(output)).replace(f"{bucket.address}/in", str(digits))
    assert json.loads(rows) == pq.read_table(local).to_pylist()


def test_neither_command_nor_node_joins_a_cluster_with_another_version_of_ray(cluster: Cluster) -> None:
    from ray._private import ray_constants
    from ray.experimental.internal_kv import _internal_kv_get, _internal_kv_put

    key, where = b"CLUSTER_METADATA", ray_constants.KV_NAMESPACE_CLUSTER
    metadata = _internal_kv_get(key, namespace=where)
    code = f"""
from inkdigits.cluster.ray_cluster import connected
with connected({cluster.address!r}):
    pass
"""
    try:
        _internal_kv_put(key, json.dumps(json.loads(metadata) | {"ray_version": "1.0"}).encode(), namespace=where)
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        with pytest.raises(RuntimeError, match="Version mismatch"):
            cluster.add_node(num_cpus=1)
    finally:
        _internal_kv_put(key, metadata, namespace=where)
    assert "ClusterError: the cluster at" in answer.stderr
    assert "install the same versions of Ray and Python on both" in answer.stderr
