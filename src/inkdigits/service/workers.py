"""Several processes that answer, under a parent that keeps them alive."""

from __future__ import annotations

import multiprocessing
import os
import signal
from socket import socket
from types import FrameType

from uvicorn._subprocess import subprocess_started
from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from inkdigits.errors import InkdigitsError
from inkdigits.service.leaving import Server, shut
from inkdigits.service.logs import log
from inkdigits.service.reloads import hear_reloads

__all__ = ["Workers"]

_APP = "inkdigits.service.app"


class Workers(Multiprocess):
    """Keeps workers alive; passes SIGHUP on to them.

    Args:
        config: of each worker.
        sockets: what they listen on.

    """

    _has_served = False

    def __init__(self, config: Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._hear_the_end)

    def init_processes(self) -> None:
        """Start all workers."""
        self.processes = [self._started() for _ in range(self.processes_num)]
        hear_reloads()

    def handle_hup(self) -> None:
        """Have every worker load the model again."""
        for process in self.processes:
            if process.pid is not None and process.process.is_alive():
                os.kill(process.pid, signal.SIGHUP)

    def terminate_all(self) -> None:
        """Have every worker finish what it has begun; nobody waits at a door that no one opens any more."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()

    def keep_subprocess_alive(self) -> None:
        """Replace each worker that has died or hangs, unless all are to end.

        Raises:
            InkdigitsError: none has come up at all.

        """
        if self.should_exit.is_set():
            return  # a worker that has heard the signal too is not missed
        for place, process in enumerate(self.processes):
            if process.is_alive(self.config.timeout_worker_healthcheck):
                self._has_served = self._has_served or process.is_ready(1)
                continue
            process.kill()
            process.join()
            if process.exitcode == STARTUP_FAILURE and not self._has_served:
                self.terminate_all()
                raise InkdigitsError("the service cannot start", "the line above says why")
            _forget(process)
            log.error("worker replaced", extra={"fields": {"process": process.pid, "exit": process.exitcode}})
            self.processes[place] = self._started()

    def _hear_the_end(self, number: int, frame: FrameType | None) -> None:
        """Let nobody in from now on: workers that hear the signal too, as by Ctrl-C, leave when nobody waits."""
        for listener in self.sockets:
            shut(listener)
        self.signal_queue.append(number)

    def _started(self) -> Process:
        process = _Worker(self.config, self.sockets)
        process.start()
        return process


class _Worker(Process):
    """uvicorn's worker, forked from a process that has all modules imported: it is there in a fraction of a second."""

    def __init__(self, config: Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_APP])
        self.process = context.Process(  # type: ignore[assignment]
            target=subprocess_started,
            kwargs={"config": config, "target": self.target, "sockets": sockets, "stdin_fileno": None},
        )

    @property
    def server(self) -> Server:
        """What answers in this worker."""
        if self._server is None:
            self._server = Server(self.config)
        return self._server

    def always_pong(self) -> None:
        """Tell the parent that all is well, as long as there is one; without it, finish what was begun and end."""
        self.parent_conn.close()  # the parent's own end, which came along
        try:
            super().always_pong()
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGTERM)


def _forget(process: Process) -> None:
    """Leave a dead worker out of what the metrics say of the present."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(process.pid)  # type: ignore[no-untyped-call]
