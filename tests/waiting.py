"""How long a test waits for what happens sooner or later: a guard against what hangs, never a measure of speed."""

import subprocess
import time
from collections.abc import Callable

PATIENCE = 600.0  # seconds; what takes longer is taken to hang, on however slow a machine


def wait_until(happened: Callable[[], object], process: subprocess.Popen | None = None) -> None:
    """Return when something has happened; a process that should bring it about may not end before.

    Raises:
        AssertionError: the process has ended, or it never happens.

    """
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
