"""Run folders: where a training run keeps its settings, its checkpoint and what came of it.

A run folder such as `runs/fast-20260131-120000/` holds

- `config.json`: recipe, seed, data with checksums, versions, commit, machine
- `checkpoint.safetensors`: all it takes to go on
- `history.csv`, `history.json`: one row an epoch; `events.out.tfevents.*`: the same for TensorBoard
- `learning_curve.png`
- `metrics.json`: figures on the validation digits, written last: a run that has them is complete
- `model.onnx`: the model file
- `.lock`: held by the process that trains in it
"""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import chain, count
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from inkdigits.errors import CheckpointError, OutputError, argument, printable
from inkdigits.files import make_folder, write_atomically
from inkdigits.version import __version__

RUNS = Path("runs")


class _File:
    """A file of a run, by its name in the folder."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, run: RunFolder, kind: object = None) -> Path:
        return run.path / self._name


@dataclass(frozen=True)
class RunFolder:
    """The files of one run, by name."""

    path: Path

    config_file = _File("config.json")
    checkpoint_file = _File("checkpoint.safetensors")
    model_file = _File("model.onnx")
    metrics_file = _File("metrics.json")
    learning_curve_file = _File("learning_curve.png")

    def remove(self) -> None:
        """Remove the run from its folder, and leave what else lies there.

        Raises:
            OutputError: a file cannot be removed.

        """
        # The config last: without it, the folder is no run any more.
        written = [self.checkpoint_file, self.model_file, self.metrics_file, self.learning_curve_file]
        written += [self.path / "history.csv", self.path / "history.json"]
        try:
            for file in (*written, *self.path.glob("events.out.tfevents.*"), self.config_file):
                file.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"cannot remove the run in {printable(self.path)}: {error.strerror}") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process out, as long as a block runs; a process that dies keeps out nobody.

        Raises:
            CheckpointError: another process trains here.
            OutputError: the folder cannot be written to.

        """
        lock = FileLock(self.path / ".lock", blocking=False)
        try:
            lock.acquire()
        except Timeout as error:
            raise CheckpointError(
                f"another process is training in {printable(self.path)}", "wait for it, or stop it first"
            ) from error
        except OSError as error:
            raise OutputError(f"cannot write to {printable(self.path)}: {error.strerror}") from error
        try:
            yield
        finally:
            lock.release()

    def read_config(self) -> dict[str, Any]:
        """Return what `create_run` wrote.

        Raises:
            CheckpointError: there is no such file, or it is damaged.

        """
        try:
            config = json.loads(self.config_file.read_bytes())
        except (OSError, ValueError) as error:
            raise CheckpointError(
                f"there is no run to go on with in {printable(self.path)}: its config.json cannot be read",
                "name a folder that 'inkdigits train' made",
            ) from error
        if not isinstance(config, dict) or "recipe" not in config:
            raise CheckpointError(f"{printable(self.config_file)} is not a run's config.json")
        return config


def create_run(out: str | Path | None, config: dict[str, Any], *, overwrite: bool = False) -> RunFolder:
    """Make a new run folder, `runs/<recipe>-<time>` if `out` is not given, and write its config.json.

    With `overwrite`, it takes the place of a run that the folder holds.

    Raises:
        OutputError: the folder cannot be written to, or holds a run already.

    """
    run = RunFolder(_new_folder(config["recipe"]["name"]) if out is None else Path(out))
    if overwrite and run.config_file.exists():
        with run.locked():
            run.remove()
    if run.config_file.exists():
        raise OutputError(
            f"{printable(run.path)} holds a run already",
            f"go on with it by {argument('resume', True)}, replace it by {argument('overwrite', True)}, "
            f"or name another folder by {argument('out')}",
        )
    make_folder(run.path)
    write_atomically(run.config_file, json.dumps(config, indent=1, sort_keys=True) + "\n")
    return run


def _new_folder(recipe: str) -> Path:
    """Return a folder under `runs/` that is not there yet."""
    path = RUNS / f"{recipe}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    others = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(found for found in chain([path], others) if not found.exists())


def find_run(out: str | Path | None, recipe: str | None = None) -> RunFolder:
    """Return the run to go on with: the folder `out`, or the newest under `runs/`, of any recipe or of this one.

    Raises:
        CheckpointError: there is none.

    """
    if out is not None:
        return RunFolder(Path(out))
    found = sorted(
        (config.stat().st_mtime_ns, config.parent)
        for config in RUNS.glob(f"{recipe or '*'}-*/config.json")
        if not RunFolder(config.parent).metrics_file.exists()
        and (recipe is None or RunFolder(config.parent).read_config()["recipe"]["name"] == recipe)
    )
    if not found:
        what = f"unfinished run of '{recipe}'" if recipe else "unfinished run"
        raise CheckpointError(f"there is no {what} under {RUNS}/", f"name the run's folder by {argument('out')}")
    return RunFolder(found[-1][1])


def provenance() -> dict[str, Any]:
    """Return what made a run: versions, commit and machine."""
    return {
        "versions": {"inkdigits": __version__, "python": platform.python_version()}
        | {name: _version(name) for name in ("numpy", "onnxruntime", "torch")},
        "commit": _commit(),
        "machine": f"{platform.system()} {platform.machine()}",
        "threads": torch.get_num_threads(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """Return the commit of the source tree that runs; none for an installed package."""
    package = Path(__file__).parents[2]
    if not (package.parents[1] / ".git").exists():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - nothing in it comes from outside
            ["git", "-C", str(package), "rev-parse", "HEAD"],  # noqa: S607 - the user's own git
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
