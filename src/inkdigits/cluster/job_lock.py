"""One job at a time writes to an output, on any file system: a file that says who does, renewed as long as they live.

Object stores have no locks. Whoever finds the file absent or long unrenewed writes their own name into it, waits, and
looks whose name stands there. Should two jobs still meet, after a stop of minutes, say, nothing is lost: what a part of
the output holds depends on its number alone, and it is written whole. The machines' clocks must agree to some seconds.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace

from inkdigits.cluster.storage import StoragePath, explained
from inkdigits.errors import InkdigitsError, OutputError, printable

_RENEWED_EVERY = 15.0  # seconds
_STALE_AFTER = 60.0
_SETTLED_AFTER = 1.0  # until a rival who looked at the same moment has written too


@contextmanager
def locked(place: StoragePath, output: str) -> Iterator[None]:
    """Hold the lock at a place during the block.

    Args:
        place: the file that says who holds it.
        output: what it is about, as the user named it.

    Raises:
        OutputError: somebody else holds it, or the file cannot be written.

    """
    mine = _Holder(uuid.uuid4().hex, socket.gethostname(), os.getpid())
    _refuse_if_taken(place, output, mine)
    _renew(place, mine)
    time.sleep(_SETTLED_AFTER)
    _refuse_if_taken(place, output, mine)
    over = threading.Event()

    def keep() -> None:
        while not over.wait(_RENEWED_EVERY):
            # A failure is no matter: the lock goes stale only after several, and parts then fail as well.
            with suppress(InkdigitsError, OSError):
                if _holder(place) != mine:
                    return  # somebody took us for dead
                _renew(place, mine)

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        if _holder(place) == mine:
            place.delete()


@dataclass(frozen=True)
class _Holder:
    """Who holds a lock."""

    id: str
    host: str
    process: int
    renewed: float = field(default=0.0, compare=False)

    @property
    def age(self) -> float:
        """Seconds since it was renewed, if the clocks agree."""
        return time.time() - self.renewed

    @property
    def has_ended(self) -> bool:
        """Whether it is a process that ran on this machine and is gone."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # it is another user's
            return False
        return False


def _holder(place: StoragePath) -> _Holder | None:
    """Return who holds a lock; None if nobody does, or what stands there was cut short."""
    try:
        return _Holder(**json.loads(place.read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _renew(place: StoragePath, mine: _Holder) -> None:
    place.write_bytes(json.dumps(asdict(replace(mine, renewed=time.time()))).encode())


def _refuse_if_taken(place: StoragePath, output: str, mine: _Holder) -> None:
    with explained(OutputError, f"cannot read {printable(output)}"):
        holder = _holder(place)
    if holder is None or holder == mine or holder.age > _STALE_AFTER or holder.has_ended:
        return
    raise OutputError(
        f"another job writes to {printable(output)}: process {holder.process} on {holder.host}, {holder.age:.0f} s ago",
        f"wait for it; if it has died, try again in {_STALE_AFTER - holder.age:.0f} s",
    )
