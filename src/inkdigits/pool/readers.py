"""Readers in processes of their own."""

from __future__ import annotations

import math
import multiprocessing
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from threading import Condition, Event, Lock, Thread, main_thread
from types import TracebackType
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from inkdigits.errors import PictureError
from inkdigits.pool.process import OUT_OF_MEMORY, Bounds, begin, work_on
from inkdigits.reading.model_file import BUNDLED, find_model
from inkdigits.reading.reader import Reader

_Result = TypeVar("_Result")

_DIED = (ProcessExpired, BrokenProcessPool)


def fork_readers_with(*modules: str) -> None:
    """Start the process that readers are forked from; it imports modules, whatever this process does meanwhile.

    They are those in which the readers' work is defined: otherwise each reader imports them at its first work.
    """
    forkserver.set_forkserver_preload(["inkdigits.pool.process", *modules])
    resource_tracker.ensure_running()  # which lets signals through again once it runs
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # inherited: Ctrl-C is for this process alone
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Readers:
    """Processes with a model loaded, forked from one that has everything imported; a dead one is replaced.

    Args:
        model: "bundled", an `.onnx` model file, or a run folder. A copy is kept, so that a process that is replaced
            has the same model as the others.
        processes: how many there are.
        bounds: what the work on a picture may cost.
        min_confidence: less sure digits are uncertain; the model's own threshold if None.

    Raises:
        ModelFileError: there is no such file.

    """

    def __init__(
        self, model: str | Path, processes: int, bounds: Bounds, *, min_confidence: float | None = None
    ) -> None:
        self.bounds, self.processes = bounds, processes
        self._kept = None if model == BUNDLED else tempfile.TemporaryDirectory(prefix="inkdigits-model-")
        path = find_model(model)
        if self._kept is not None:
            path = Path(shutil.copy(path, self._kept.name))
        self.model = path
        context = multiprocessing.get_context("forkserver")
        fork_readers_with()  # unless it runs
        given = [str(path), bounds, min_confidence]
        self._start = partial(ProcessPool, processes, initializer=begin, initargs=given, context=context)
        self._pool = self._start()
        self._attempts: dict[ProcessFuture[Any], ProcessPool] = {}
        self._replacing, self._closed = Lock(), Event()
        self._keepers, self._fewer = 0, Condition()
        if self._pool.active:  # pebble starts them when it is asked
            Thread(target=self._watch, name="readers", daemon=True).start()

    def submit(
        self, work: Callable[[Reader], _Result], seconds: float = math.inf, *, tries: int = 2
    ) -> Future[_Result]:
        """Have some work done; cancelling the future takes it from the queue, or kills the process that is at it.

        Args:
            work: what to do with a reader; it and its result must be picklable.
            seconds: that it may take, if fewer than the bounds have.
            tries: how often it is begun: another picture may have killed its reader, or filled its memory before.

        Returns:
            a future with the work's result or error; a PictureError says that it took too long ("timeout") or cost
            too much ("too_costly").

        """
        outcome: Future[_Result] = Future()
        allowed = min(self.bounds.seconds, seconds)
        self._try(work, allowed, outcome, tries)
        return outcome

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closed.set()
        if kind is not None:  # nobody waits for the rest
            self._pool.stop()  # type: ignore[no-untyped-call]
        # All that was asked for is done, or cancelled. A Ctrl-C that came while a queue woke pebble's thread can lose
        # the next such call, for which pebble would wait for ever: what is left ends with this process.
        closing = Thread(target=self.close, name="closing readers", daemon=True)
        closing.start()
        closing.join(self.bounds.seconds)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the processes, as long as a block runs, for whoever may still have work for them."""
        with self._fewer:
            self._keepers += 1
        try:
            yield
        finally:
            with self._fewer:
                self._keepers -= 1
                self._fewer.notify_all()

    def retire(self) -> None:
        """Close once nobody keeps the processes."""
        with self._fewer:
            self._fewer.wait_for(lambda: not self._keepers)
        self.close()

    def close(self) -> None:
        """Wait for what was asked for, then end all processes."""
        self._closed.set()
        if self._pool.active:
            self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()
        if self._kept is not None:
            self._kept.cleanup()

    def _try(self, work: Callable[[Reader], _Result], seconds: float, outcome: Future[_Result], tries: int) -> None:
        attempt = self._schedule(work, seconds)

        def give_up(done: Future[_Result]) -> None:
            if done.cancelled():
                attempt.cancel()  # type: ignore[no-untyped-call]

        def note(done: Future[Any]) -> None:
            if done.cancelled() or outcome.done():
                return
            error = done.exception()
            if isinstance(error, _DIED) and tries > 1:
                with suppress(RuntimeError):  # it is being closed, and takes no more work
                    self._try(work, seconds, outcome, tries - 1)
                    return
            if outcome.set_running_or_notify_cancel():
                if error is None:
                    outcome.set_result(done.result())
                else:
                    outcome.set_exception(_in_words(error, seconds))

        outcome.add_done_callback(give_up)
        attempt.add_done_callback(note)

    def _schedule(self, work: Callable[[Reader], _Result], seconds: float) -> ProcessFuture[_Result]:
        pool = self._pool
        try:
            attempt = pool.schedule(work_on, args=[work, seconds], timeout=seconds)
        except RuntimeError:  # pebble has given it up
            self._replace(pool)
            pool = self._pool
            attempt = pool.schedule(work_on, args=[work, seconds], timeout=seconds)
        self._attempts[attempt] = pool
        attempt.add_done_callback(lambda done: self._attempts.pop(attempt))
        return attempt

    def _watch(self) -> None:
        """Replace what pebble gives up, as it does with all processes where one died that was idle."""
        while not self._closed.wait(0.2) and main_thread().is_alive():  # seconds
            pool = self._pool
            if not pool.active:
                self._replace(pool)

    def _replace(self, broken: ProcessPool) -> None:
        with self._replacing:
            if self._pool is broken and not self._closed.is_set():
                self._pool = self._start()
                Thread(target=self._end, args=[broken], name="old readers", daemon=True).start()

    def _end(self, broken: ProcessPool) -> None:
        """End what is left of processes that were given up, and try again elsewhere what they were to do."""
        broken.stop()  # type: ignore[no-untyped-call]
        broken.join()
        for attempt, pool in list(self._attempts.items()):  # pebble forgets those that it had not begun to hand out
            if pool is broken:
                with suppress(InvalidStateError):
                    attempt.set_exception(BrokenProcessPool("its processes were given up"))


def _in_words(error: BaseException, seconds: float) -> BaseException:
    """Return what befell a process as an error of a picture; other errors as they are."""
    if isinstance(error, TimeoutError):
        return PictureError(f"the picture was not read within {seconds:g} seconds", "scale it down", code="timeout")
    if isinstance(error, _DIED):
        no_memory = getattr(error, "exitcode", None) == OUT_OF_MEMORY
        what = "more memory than it may" if no_memory else "more than it may: its reader died"
        return PictureError(f"the picture takes {what}", "scale it down", code="too_costly")
    return error
