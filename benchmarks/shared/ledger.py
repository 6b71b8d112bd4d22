"""The figures under experiments/: one file a benchmark, only ever added to.

`configurations.jsonl` says what a recipe's name meant at a commit: its settings, and how many weights its network had.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from inkdigits.models.digit_networks import build_model
from inkdigits.training.recipes.recipe import Recipe

__all__ = [
    "CONFIGURATIONS",
    "PEERS",
    "REPOSITORY",
    "RESULTS",
    "TIMES",
    "append",
    "commit",
    "machine",
    "note_configuration",
    "read",
    "training_commit",
]

REPOSITORY = Path(__file__).parents[2]
RESULTS = REPOSITORY / "experiments" / "results.csv"
TIMES = REPOSITORY / "experiments" / "times.csv"
PEERS = REPOSITORY / "experiments" / "peers.csv"
CONFIGURATIONS = REPOSITORY / "experiments" / "configurations.jsonl"

# What decides the weights that a run ends with; the measured figures lie among it and decide nothing.
_TRAINING_CODE = (
    *("src/inkdigits/training", "src/inkdigits/models", "src/inkdigits/data"),
    "src/inkdigits/learning",  # where it stood before
    ":(exclude)src/inkdigits/*/measured.*",
)


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file, oldest first; none if there is no such file yet."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def append(path: Path, columns: Sequence[str], row: Mapping[str, object]) -> None:
    """Add a row; nothing in the file is ever changed."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerow(row)


def note_configuration(recipe: Recipe, commit: str) -> None:
    """Add what a recipe is at a commit, unless it stands there already."""
    weights = sum(weight.numel() for weight in build_model(recipe.model).parameters())
    line = json.dumps(
        {"recipe": recipe.name, "commit": commit, "weights": weights, "settings": recipe.to_dict()}, sort_keys=True
    )
    if not CONFIGURATIONS.exists() or line not in CONFIGURATIONS.read_text(encoding="utf-8").splitlines():
        with CONFIGURATIONS.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def commit() -> str:
    """Return the newest commit, 12 digits of it, with a "+" if the package has changes that are not committed."""
    return _git("rev-parse", "HEAD")[:12] + ("+" if _git("status", "--porcelain", "--", "src") else "")


def training_commit(revision: str = "HEAD") -> str:
    """Return the last commit up to a revision that changed how training is done, 12 digits of it.

    Commits to anything else, made while a long benchmark runs, leave it as it is. Of HEAD, a "+" says that there are
    changes which are not committed.
    """
    commit = _git("log", "-1", "--format=%H", revision, "--", *_TRAINING_CODE)[:12]
    changed = revision == "HEAD" and _git("status", "--porcelain", "--", *_TRAINING_CODE)
    return f"{commit}+" if changed else commit


def machine() -> str:
    """Return the processor's name and how many cores there are."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(REPOSITORY), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
