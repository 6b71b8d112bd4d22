"""One job at a time writes to an output, on any file system: a file that says who does, renewed as long as they live.

Object stores have no locks. Whoever finds the file absent or long unrenewed writes their own name into it, waits, and
looks whose name stands there. Should two jobs still meet, after a stop of minutes, say, nothing is lost: what a part of
the output holds depends on its number alone, and it is written whole.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from inkdigits.errors import OutputError, printable
from inkdigits.scale.places import Place, explained

__all__ = ["held"]

_RENEWED_EVERY = 15.0  # seconds
_STALE_AFTER = 60.0
_SETTLED_AFTER = 1.0  # until a rival who looked at the same moment has written too


@contextmanager
def held(place: Place, output: str) -> Iterator[None]:
    """Hold the lease at a place during the block.

    Args:
        place: the file that says who holds it.
        output: what it is about, as the user named it.

    Raises:
        OutputError: somebody else holds it, or the file cannot be written.

    """
    name = uuid.uuid4().hex
    mine = {"id": name, "host": socket.gethostname(), "process": os.getpid()}
    _refuse_if_taken(place, output, name)
    _renew(place, mine)
    time.sleep(_SETTLED_AFTER)
    _refuse_if_taken(place, output, name)
    over = threading.Event()

    def keep() -> None:
        while not over.wait(_RENEWED_EVERY):
            try:
                _renew(place, mine)
            except OutputError:  # it goes stale only after several failures; the job finds out by its parts
                continue

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        place.delete()


def _renew(place: Place, mine: dict[str, Any]) -> None:
    place.write_bytes(json.dumps(mine | {"renewed": time.time()}).encode())


def _refuse_if_taken(place: Place, output: str, mine: str) -> None:
    with explained(OutputError, f"cannot read {printable(output)}"):
        try:
            lease = json.loads(place.read_bytes())
        except (FileNotFoundError, ValueError):  # none, or one that was cut short
            return
    age = time.time() - lease["renewed"]
    if lease["id"] == mine or age > _STALE_AFTER or _has_ended(lease):
        return
    raise OutputError(
        f"another job writes to {printable(output)}: process {lease['process']} on {lease['host']}, {age:.0f} s ago",
        f"wait for it; if it has died, try again in {_STALE_AFTER - age:.0f} s",
    )


def _has_ended(lease: dict[str, Any]) -> bool:
    """Return whether the process that holds a lease ran on this machine and is gone."""
    if lease["host"] != socket.gethostname():
        return False
    try:
        os.kill(lease["process"], 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
