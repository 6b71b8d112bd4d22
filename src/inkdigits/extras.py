"""Optional dependencies: what each extra brings, and the error that names it when it is missing."""

from __future__ import annotations

from importlib.util import find_spec

from inkdigits.errors import MissingExtraError

# extra → the modules that the code behind it imports
EXTRAS: dict[str, tuple[str, ...]] = {
    "evaluate": ("matplotlib", "sklearn", "fontTools", "brotli"),
    "train": ("torch", "onnx", "safetensors", "tensorboard", "matplotlib", "sklearn", "fontTools", "brotli"),
    "keras": ("keras", "torch", "onnx"),
    "heic": ("pillow_heif",),
    "pdf": ("pypdfium2",),
    "parquet": ("pyarrow",),
    "serve": ("fastapi", "uvicorn", "httptools", "prometheus_client", "python_multipart"),
    "scale": ("ray", "pyarrow", "optuna"),
}


def missing_modules(extra: str) -> list[str]:
    """Return the modules of an extra that are not installed, without importing any."""
    return [module for module in EXTRAS[extra] if find_spec(module) is None]


def require(extra: str, feature: str) -> None:
    """Raise MissingExtraError unless an extra is installed that a feature, words that begin a sentence, needs."""
    if missing_modules(extra):
        raise MissingExtraError(feature, extra)
