"""Ray, started on this machine for as long as it is needed, or a cluster that is already there."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from inkdigits.errors import ClusterError, UsageError, printable
from inkdigits.extras import require

LIVES = 3  # how many times the workers of a trial or a run may die; what kills them more often will go on doing so


@contextmanager
def connected(address: str | None = None, *, workers: int | None = None) -> Iterator[None]:
    """Run a block on a Ray cluster.

    Where this process is connected already, that connection is used and left open.

    Args:
        address: `HOST:PORT` of a cluster's head, `ray://HOST:PORT` of its client server, or `auto` for the one that
            runs on this machine; `RAY_ADDRESS`, which Ray's own tools set, if not given; and if that is not set
            either, Ray is started here and stopped after the block.
        workers: how many processor cores a Ray that is started here hands out; all if not given.

    Raises:
        MissingExtraError: Ray is not installed.
        UsageError: the address is none.
        ClusterError: there is no such cluster, it runs another version of Ray or Python, or Ray cannot be started.

    """
    require("scale", "Work on many machines")
    # Ray reports its use to its makers unless told otherwise; nothing leaves this machine unasked.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what Ray's core says, we say in a line
    import ray

    if ray.is_initialized():
        yield
        return
    _start(address or os.environ.get("RAY_ADDRESS") or "local", workers)
    try:
        yield
    finally:
        ray.shutdown()


def cpus() -> int:
    """Return how many processor cores the cluster has now, at least 1."""
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def _start(address: str, workers: int | None) -> None:
    import ray

    options: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
    if address == "local":
        options |= {"num_cpus": workers, "include_dashboard": False}
    elif address != "auto":
        _knock(address)
    try:
        with _quiet():
            ray.init(address, **options)
    except Exception as error:  # what Ray raises here has no common name
        raise _explained(address, error) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Ray's core writes to the terminal as it starts from it; what matters is raised."""
    stderr = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def _knock(address: str) -> None:
    """Raise unless somebody listens at an address: Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        raise UsageError(
            f"'{printable(address)}' is not an address of a Ray cluster", "give HOST:PORT, ray://HOST:PORT or auto"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), 5).close()  # seconds
    except (OSError, OverflowError, UnicodeError) as error:
        raise ClusterError(
            f"no Ray cluster answers at {address}: {error}",
            "check that `ray start --head` ran there and that this machine may connect",
        ) from error


def _explained(address: str, error: Exception) -> ClusterError:
    """Return what Ray says about a start that failed, in a line, with what to do."""
    said = str(error).strip()
    if "Version mismatch" in said:
        return ClusterError(
            f"the cluster at {address} runs another version: {' '.join(said.split())}",
            "install the same versions of Ray and Python on both",
        )
    first = said.splitlines()[0] if said else type(error).__name__
    if "object store memory" in said:
        return ClusterError(f"Ray cannot start: {first}", "give it more memory")
    if address == "local":
        return ClusterError(f"Ray cannot start here: {first}", "its own log is under /tmp/ray/session_latest/logs")
    return ClusterError(f"cannot use the Ray cluster at {address}: {first}", "see `ray status` there")
