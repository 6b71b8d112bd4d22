"""`inkdigits cluster read`, as a person types it."""

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import Result

from ..running import inkdigits


def read(*arguments: object) -> Result:
    return inkdigits("cluster", "read", *arguments)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "inkdigits", "cluster", "read", *map(str, arguments)]


def test_on_a_laptop_ray_starts_and_stops_by_itself(drawings: Path, tmp_path: Path) -> None:
    output = tmp_path / "readings.parquet"
    ray = subprocess.run(
        command(drawings, "-o", output, "--workers", 1, "--part-size", 40), capture_output=True, text=True, check=False
    )
    assert ray.returncode == 3, ray.stderr
    assert ray.stdout == ""
    where, summary = ray.stderr.splitlines()
    assert where == f"the readings are in {output}"
    local = inkdigits("read", drawings, "-o", tmp_path / "local.parquet")
    assert summary == local.stderr.splitlines()[-1]
    assert pq.read_table(output).to_pylist() == pq.read_table(tmp_path / "local.parquet").to_pylist()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("-o", "readings.csv"), "name a folder for it: -o readings.parquet"),
        ((), "Missing option '--output'"),
        (("-o", "out.parquet", "--resume", "--overwrite"), "contradict each other"),
        (("-o", "s3://b/out.parquet?scheme=http", "--resume", "--overwrite"), "contradict each other"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: tuple[str, ...], complaint: str) -> None:
    result = read("scans", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
