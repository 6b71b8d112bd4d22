"""`inkdigits doctor`."""

from __future__ import annotations

from typing import Any

from inkdigits.cli import options

__all__ = ["doctor"]

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
    "demo": "train",
    "export --format keras": "keras",
    "serve": "serve",
}


def doctor(as_json: options.AsJson = False) -> None:
    """Say what is installed, where data, cache and models are, and what is missing for which command.

    [bold]Examples[/bold]

    inkdigits doctor

    inkdigits doctor --json
    """
    from inkdigits.cli.console import output_console, print_facts, print_json

    findings = _examine()
    if as_json:
        print_json(findings)
        return
    for heading, entries in findings.items():
        print_facts(entries, heading)
        output_console().print()


def _examine() -> dict[str, dict[str, Any]]:
    """Return what is found, by heading."""
    return {
        "installed": _versions(),
        "places": _places(),
        "commands": {command: _readiness(extra) for command, extra in _COMMANDS.items()},
    }


def _versions() -> dict[str, Any]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from inkdigits.version import __version__

    def installed(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "not installed"

    packages = ("numpy", "onnxruntime", "opencv-python-headless", "pillow", "torch", "onnx", "keras")
    return {"inkdigits": __version__, "python": platform.python_version()} | {
        package: installed(package) for package in packages
    }


def _places() -> dict[str, str]:
    from inkdigits import settings
    from inkdigits.errors import InkdigitsError
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
    from inkdigits.extras import missing_modules

    missing = missing_modules(extra) if extra else []
    if not missing:
        return "ready"
    return f"missing {', '.join(missing)}; run: pip install 'inkdigits[{extra}]'"
