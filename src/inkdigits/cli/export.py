"""`inkdigits export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inkdigits.cli import options
from inkdigits.cli.completion import export_formats


def export(
    model: options.ModelArgument,
    file_format: Annotated[
        str, typer.Option("--format", help="onnx, onnx-int8 or keras.", autocompletion=export_formats)
    ] = "onnx",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file to write.")] = None,
) -> None:
    """Write a model in a format that others can use.

    onnx is the model file itself; onnx-int8 keeps its weights in 8 bits each, a quarter of the size; keras is a .keras
    file with the same layers and weights.

    [bold]Examples[/bold]

    inkdigits export bundled --format keras -o digits.keras

    inkdigits export runs/tiny --format onnx-int8 -o tiny.onnx

    inkdigits export runs/notebook --format onnx -o notebook.onnx
    """
    from inkdigits.models.exporting import export as write

    typer.echo(write(model, file_format, output))
