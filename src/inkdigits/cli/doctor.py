"""`inkdigits doctor`."""

from __future__ import annotations

import typer

from inkdigits import settings
from inkdigits.cli import options
from inkdigits.cli.console import print_facts, print_json
from inkdigits.errors import InkdigitsError
from inkdigits.extras import missing_modules
from inkdigits.version import __version__

_PACKAGES = ("numpy", "onnxruntime", "opencv-python-headless", "pillow", "torch", "onnx", "keras")
# what a person wants to do → the extra that it needs
_COMMANDS = {
    "read": None,
    "cluster": "scale",
    "recipes": None,
    "data": None,
    "data describe --out": "evaluate",
    "evaluate": "evaluate",
    "show": "evaluate",
    "train": "train",
    "teach": "train",
    "demo": "train",
    "export --format keras": "keras",
    "serve": "serve",
    "corrections export": None,
}


def doctor(as_json: options.AsJson = False) -> None:
    """Say what is installed, where data, cache and models are, and what is missing for which command.

    [bold]Examples[/bold]

    inkdigits doctor

    inkdigits doctor --json
    """
    findings = {
        "installed": _versions(),
        "places": _places(),
        "commands": {command: _readiness(extra) for command, extra in _COMMANDS.items()},
    }
    if as_json:
        print_json(findings)
        return
    for heading, entries in findings.items():
        print_facts(entries, heading)
        typer.echo()


def _versions() -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"inkdigits": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _places() -> dict[str, str]:
    from inkdigits.reading.model_file import BUNDLED, find_model, open_model

    places = {"cache": str(settings.cache_dir())}
    for folder in settings.data_dirs():
        there = (folder / "mnist").is_dir() or (folder / "mnist.npz").is_file()
        places[f"data in {folder}"] = "MNIST is here" if there else "no MNIST here"
    try:
        path = find_model(BUNDLED)
        _, info = open_model(path)
        places["bundled model"] = f"{info.name}, {path}"
    except InkdigitsError as error:
        places["bundled model"] = str(error)
    return places


def _readiness(extra: str | None) -> str:
    missing = missing_modules(extra) if extra else []
    return f"missing {', '.join(missing)}; run: pip install 'inkdigits[{extra}]'" if missing else "ready"
