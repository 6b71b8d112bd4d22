"""A program in another environment, which stays open and answers one line with one line."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from types import TracebackType

__all__ = ["Companion"]


class Companion:
    """A running program; as a context manager, it is ended at the end of the block.

    Args:
        command: the program and its arguments.
        environment: its environment variables.

    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __enter__(self) -> Companion:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def listen(self) -> str:
        """Return the next line that it says.

        Raises:
            RuntimeError: it has ended; it has said why.

        """
        assert self._process.stdout is not None  # noqa: S101 - for the type checker
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("a reader ended before its time; it has said why")
        return answer

    def ask(self, line: str) -> str:
        """Say a line and return what it answers."""
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.listen()
