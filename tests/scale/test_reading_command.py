"""`inkdigits read --engine ray`, as a person types it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from inkdigits.cli.app import app

from .conftest import DRAWINGS

Cluster = Any


def read(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["read", *map(str, arguments), "--engine", "ray"])


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "inkdigits", "read", *map(str, arguments), "--engine", "ray"]


def test_on_a_laptop_ray_starts_and_stops_by_itself(drawings: Path, tmp_path: Path) -> None:
    output = tmp_path / "readings.parquet"
    ray = subprocess.run(
        command(drawings, "-o", output, "--workers", 1, "--part-size", 40), capture_output=True, text=True, check=False
    )
    assert ray.returncode == 3, ray.stderr
    assert ray.stdout == ""
    *_, where, summary = ray.stderr.splitlines()
    assert where == f"the readings are in {output}"
    local = CliRunner().invoke(app, ["read", str(drawings), "-o", str(tmp_path / "local.parquet")])
    assert summary == local.stderr.splitlines()[-1]
    assert pq.read_table(output).to_pylist() == pq.read_table(tmp_path / "local.parquet").to_pylist()


def test_a_driver_that_dies_is_gone_on_from(cluster: Cluster, drawings: Path, tmp_path: Path) -> None:
    output = tmp_path / "readings.parquet"
    # As many as take a while
    arguments = [*[drawings] * 10, "-o", output, "--address", cluster.address, "--part-size", 10]
    driver = subprocess.Popen(command(*arguments), start_new_session=True)
    deadline = time.monotonic() + 120
    while len(list(output.glob("part-*"))) < 3 and driver.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    time.sleep(1)  # its workers see that it is gone
    before = {path.name: path.stat().st_mtime_ns for path in output.glob("part-*")}
    assert len(before) >= 3
    assert not (output / "_SUCCESS").exists()

    refused = read(*arguments)
    assert refused.exit_code == 1
    assert "go on with --resume" in refused.stderr
    again = read(*arguments, "--resume")
    assert again.exit_code == 3, again.stderr
    after = {path.name: path.stat().st_mtime_ns for path in output.glob("part-*")}
    assert before.items() <= after.items()
    rows = pq.read_table(output)["source"].to_pylist()
    assert len(rows) == 10 * (DRAWINGS + 6)
    assert rows == rows[: DRAWINGS + 6] * 10


def test_two_jobs_for_one_output_are_refused(cluster: Cluster, drawings: Path, tmp_path: Path) -> None:
    output = tmp_path / "readings.parquet"
    first = subprocess.Popen(
        command(*[drawings] * 10, "-o", output, "--address", cluster.address), stderr=subprocess.DEVNULL
    )
    lease = output / "_job" / "lease.json"
    deadline = time.monotonic() + 120
    while not lease.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    second = read(drawings, "-o", output, "--address", cluster.address, "--overwrite")
    assert second.exit_code == 1
    assert f"another job writes to {output}: process {first.pid} on" in second.stderr
    first.terminate()
    first.wait()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("-o", "readings.csv"), "name a folder for it: -o readings.parquet"),
        ((), "name a folder for it: -o readings.parquet"),
        (("-o", "out.parquet", "--resume", "--overwrite"), "contradict each other"),
        (("-o", "out.parquet", "--json"), "--json is no option of --engine ray"),
        (("-o", "out.parquet", "--annotate", "drawn"), "--annotate is no option of --engine ray"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: tuple[str, ...], complaint: str) -> None:
    result = read("scans", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_the_options_for_many_need_many(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["read", str(tmp_path), "--resume"])
    assert result.exit_code == 2
    assert "--resume is no option of --engine local" in result.stderr


def test_a_cluster_with_another_version_of_ray_is_refused(cluster: Cluster) -> None:
    from ray._private import ray_constants
    from ray.experimental.internal_kv import _internal_kv_get, _internal_kv_put

    key, where = b"CLUSTER_METADATA", ray_constants.KV_NAMESPACE_CLUSTER
    metadata = _internal_kv_get(key, namespace=where)
    try:
        _internal_kv_put(key, json.dumps(json.loads(metadata) | {"ray_version": "1.0"}).encode(), namespace=where)
        code = f"""
from inkdigits.scale.cluster import connected
with connected({cluster.address!r}):
    pass
"""
        answer = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ
        )
    finally:
        _internal_kv_put(key, metadata, namespace=where)
    assert "ClusterError: the cluster at" in answer.stderr
    assert "install the same versions of Ray and Python on both" in answer.stderr
