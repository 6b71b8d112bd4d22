"""The command as it is typed, run in this process: to start another takes longer than most of what it is asked."""

import contextlib
from pathlib import Path

from typer.testing import CliRunner, Result

from inkdigits.cli.app import app


def inkdigits(*arguments: object, folder: Path | None = None, **environment: str) -> Result:
    """Run `inkdigits` with arguments, in a folder and with other settings of the environment."""
    with contextlib.chdir(folder or Path.cwd()):
        return CliRunner().invoke(app, [*map(str, arguments)], env=environment)
