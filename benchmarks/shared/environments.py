"""Virtual environments of their own for other people's programs."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from shared.ledger import REPOSITORY

__all__ = ["python_with"]


def python_with(requirements: Path, name: str) -> Path:
    """Return the Python of an environment in the repository that has what a file requires; made on first use.

    Args:
        requirements: as pip reads it.
        name: of the folder, such as `.venv-peers`.

    """
    folder = REPOSITORY / name
    python = folder / "bin" / "python"
    if not python.exists():
        print(
            f"Installing {requirements.relative_to(REPOSITORY)} into {name}: some minutes the first time …",
            file=sys.stderr,
        )
        venv.create(folder, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "-r", str(requirements)], check=True)
    return python
