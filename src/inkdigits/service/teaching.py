"""Lessons from kept corrections: one at a time, each in a bounded process of its own; what it leaves is tried first."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool

from inkdigits.errors import InkdigitsError, NotTaughtError
from inkdigits.files import make_folder, sha256
from inkdigits.reading.model_file import find_model
from inkdigits.service.correction_store import Corrections
from inkdigits.service.error_answers import ApiError
from inkdigits.service.logs import log
from inkdigits.service.served_models import ServedModels

try:
    import resource
except ImportError:  # Windows, where only the time on the clock is bounded
    resource = None  # type: ignore[assignment]

_SECONDS = 900.0  # by the clock: behind readers that are busy it may get a tenth of a core
_PROCESSOR_SECONDS = 300  # a hundred digits take ten
_MEMORY = 4 * 2**30  # bytes of addresses; torch maps 1.4 GB of them
_LONGEST_LINE = 2**16  # bytes of what a lesson says of itself
_NICE = 10  # whoever is read for comes first
_NOW, _BEFORE = "model.onnx", "before.onnx"
_DIGITS = 12  # of the base's SHA-256


@dataclass(frozen=True)
class TaughtFiles:
    """The models that a service was taught: the one in use, and the one that it took the place of.

    Attributes:
        kept: the folder of corrections, where they lie in a folder of their own.
        base: what lessons begin with. Another base has other files: what was taught belongs to the old one.

    """

    kept: Path
    base: str

    @property
    def new(self) -> Path:
        """What the last lesson left, until it is in use."""
        return self._file("new/model.onnx")

    def in_use(self) -> str:
        """Return the model to serve: the taught one, if there is one, or else the base."""
        return self._there(_NOW)

    def before(self) -> str | None:
        """Return what would serve if the last lesson were taken back; None if there is none to take back."""
        return self._there(_BEFORE) if self._file(_NOW).exists() else None

    def adopt(self) -> None:
        """Have the new one take the place of the one in use, which is kept."""
        if self._file(_NOW).exists():
            self._file(_NOW).replace(self._file(_BEFORE))
        self.new.replace(self._file(_NOW))

    def take_back(self) -> None:
        """Have the one before take the place of the one in use."""
        if self._file(_BEFORE).exists():
            self._file(_BEFORE).replace(self._file(_NOW))
        else:
            self._file(_NOW).unlink()

    def _there(self, name: str) -> str:
        """Return a file of a name, or else the base."""
        return str(self._file(name)) if self._file(name).exists() else self.base

    def _file(self, name: str) -> Path:
        return self.kept / f"taught-{sha256(find_model(self.base).read_bytes())[:_DIGITS]}" / name


@dataclass
class _State:
    """How it stands with the last lesson, as `schemas.Teaching` has it."""

    state: Literal["idle", "learning", "learned", "failed"] = "idle"
    doing: str = ""
    done: int = 0
    total: int = 0  # 0 where it is unknown
    outcome: dict[str, Any] | None = None  # what a lesson left, as `inkdigits teach --json` says it
    message: str = ""  # why it left nothing


class Teaching:
    """Teaches the model from the corrections that are kept, those in `files.kept`, and takes that back."""

    def __init__(self, corrections: Corrections, files: TaughtFiles, models: ServedModels) -> None:
        self._corrections, self._files, self._models = corrections, files, models
        self._state = _State()
        self._lesson: asyncio.Task[None] | None = None

    def describe(self) -> dict[str, Any]:
        """Return how it stands, as `schemas.Teaching` has it, which means to look into files."""
        return asdict(self._state) | {
            "corrections": self._corrections.count_digits(),
            "model": self._models.current.about.name,
            "can_take_back": self._files.before() is not None,
        }

    def begin(self) -> None:
        """Begin a lesson.

        Raises:
            ApiError: one is under way (409).

        """
        self._refuse_while_learning()
        self._state = _State("learning", "starting")
        self._lesson = asyncio.create_task(self._learn())

    async def take_back(self) -> None:
        """Have the model serve again that the last lesson took the place of.

        Raises:
            ApiError: nothing was taught, or a lesson is under way (409).
            ModelFileError: that one cannot be used any more.

        """
        self._refuse_while_learning()
        self._state = _State("learning", "taking the lesson back")
        try:
            await run_in_threadpool(self._take_back)
        finally:
            self._state = _State()

    async def close(self) -> None:
        """End the lesson that is under way."""
        if self._lesson is not None:
            self._lesson.cancel()
            with suppress(asyncio.CancelledError):
                await self._lesson

    def _refuse_while_learning(self) -> None:
        if self._state.state == "learning":
            raise ApiError(409, "already_learning", "it is learning already; wait until that is done")

    def _take_back(self) -> None:
        before = self._files.before()
        if before is None:
            raise ApiError(409, "nothing_taught", "the model that is used was not taught here")
        self._models.use(before)
        self._files.take_back()

    async def _learn(self) -> None:
        """Teach, try what came of it, and use it; or say why not."""
        try:
            outcome = await self._in_a_process()
            self._state = _State("learning", "trying the new model")
            await run_in_threadpool(self._use_new)
            self._state = _State("learned", outcome=outcome)
            log.info("learned", extra={"fields": {"digits": outcome["n"], **outcome["held_back"]}})
        except Exception as error:  # whatever it is: else it would seem to learn for ever
            known = isinstance(error, InkdigitsError | OSError)
            words = str(error) if known else "something went wrong; the log says what"
            words = words.replace(str(self._files.kept), "the kept corrections")
            self._state = _State("failed", message=words)
            log.error("not taught: %s", words, exc_info=not known)

    def _use_new(self) -> None:
        self._models.use(str(self._files.new))
        self._files.adopt()

    async def _in_a_process(self) -> dict[str, Any]:
        """Return what `inkdigits teach` says of the model that it left; raise InkdigitsError where it left none."""
        folder = await run_in_threadpool(make_folder, self._files.new.parent)
        arguments = (str(self._files.kept), "--base", self._files.base, "--out", str(folder), "--offline", "--json")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "inkdigits", "teach", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            limit=_LONGEST_LINE,
        )
        try:
            _bound(process.pid)
            async with asyncio.timeout(_SECONDS):
                return await self._listen(process)
        except TimeoutError:
            raise NotTaughtError(
                f"it did not learn within {_SECONDS:g} seconds", "export the corrections, and use 'inkdigits teach'"
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def _listen(self, process: asyncio.subprocess.Process) -> dict[str, Any]:
        """Note how far a lesson is, until it ends; return what it left."""
        outcome: dict[str, Any] | None = None
        words = ""
        assert process.stdout is not None  # noqa: S101 - for the type checker: it was asked for
        async for line in process.stdout:
            try:
                told = json.loads(line)
            except ValueError:
                told = None
            if not isinstance(told, dict):  # words for people: the last are those of an error
                words = line.decode(errors="replace").strip().removeprefix("inkdigits: ") or words
            elif "doing" in told:
                self._state = _State("learning", told["doing"], told["done"], told["total"])
            else:
                outcome = told
        if await process.wait() or outcome is None:
            raise NotTaughtError(words or "its process ended: it takes more than it may")
        return outcome


def _bound(process: int) -> None:
    """Let a process take its turn after the others, and no more time and memory than it may; only Linux counts."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, process, _NICE)
    with suppress(OSError, AttributeError, ValueError):
        limit = partial(resource.prlimit, process)
        limit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS + 1))
        limit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        limit(resource.RLIMIT_CORE, (0, 0))
