"""Models that travel: the model file, and the formats of other frameworks."""

from __future__ import annotations

import shutil
from pathlib import Path

from inkdigits.errors import unknown_name
from inkdigits.extras import require
from inkdigits.files import check_replaceable, open_atomically
from inkdigits.reading.model_file import BUNDLED, find_model, open_session

# format → the suffix of its files
FORMATS = {"keras": ".keras", "onnx": ".onnx", "onnx-int8": ".int8.onnx"}


def export(model: str | Path = BUNDLED, format: str = "onnx", output: str | Path | None = None) -> Path:  # noqa: A002 - the option's name
    """Write a model in a format that others can use.

    Args:
        model: "bundled", a run folder, or an `.onnx` model file.
        format: "onnx" (the model file itself, checked), "onnx-int8" (with weights of 8 bits; needs
            `inkdigits[train]`), or "keras" (needs `inkdigits[keras]`).
        output: the file to write; the model's name in the working folder if not given.

    Returns:
        the path of the file.

    Raises:
        UsageError: the format is unknown.
        ModelFileError: the model file is missing, damaged or foreign.
        MissingExtraError: the format needs an extra.
        OutputError: the file cannot be written.

    """
    if format not in FORMATS:
        raise unknown_name("format", format, FORMATS)
    source = find_model(model)
    stem = source.parent.name if source.name == "model.onnx" else source.stem
    target = Path(output) if output is not None else Path(stem + FORMATS[format])
    check_replaceable(target, [source])
    if format == "keras":
        require("keras", "Writing a .keras file")
        from inkdigits.models.keras_file import write_keras

        return write_keras(source, target)
    if format == "onnx-int8":
        require("train", "Writing int8 weights")
        from inkdigits.models.int8_file import write_int8

        open_session(source)
        return write_int8(source, target)
    open_session(source)
    with source.open("rb") as content, open_atomically(target) as file:
        shutil.copyfileobj(content, file)
    return target
