"""What is wrong with a cluster is said in a line, and soon."""

import os
import subprocess
import sys

import pytest

from inkdigits.cluster.ray_cluster import connected
from inkdigits.errors import ClusterError, MissingExtraError, UsageError
from inkdigits.extras import EXTRAS


@pytest.mark.parametrize("address", ["somewhere", "somewhere:ray", ":6379"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="is not an address of a Ray cluster; give HOST:PORT"), connected(address):
        pass


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "a..b:9"])
def test_an_address_where_nobody_answers_is_named_before_ray_tries_it_for_minutes(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("ray.init", lambda address, **_: asked.append(address))
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    with (
        pytest.raises(ClusterError, match=rf"no Ray cluster answers at {address}.*ray start --head"),
        connected(address),
    ):
        pass
    assert not asked


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXTRAS, "scale", ("a_module_that_nobody_has",))
    with pytest.raises(MissingExtraError, match=r"pip install 'inkdigits\[scale\]'"), connected():
        pass


def test_too_little_memory_for_rays_objects_is_said() -> None:
    code = """
from inkdigits.cluster.ray_cluster import connected
with connected(workers=1):
    pass
"""
    small = os.environ | {"RAY_DEFAULT_OBJECT_STORE_MAX_MEMORY_BYTES": "1000000"}
    answer = subprocess.run([sys.executable, "-c", code], env=small, capture_output=True, text=True, check=False)
    assert "ClusterError: Ray cannot start: " in answer.stderr
    assert "give it more memory" in answer.stderr
