"""Options that several commands have, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from inkdigits.cli.completion import data_sets, models, recipes

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

# Of reading.
Pictures = Annotated[
    list[str],
    typer.Argument(
        metavar="PICTURE...",
        help="Pictures, folders of pictures, patterns, .txt lists of paths, or - for standard input.",
        show_default=False,
    ),
]
Model = Annotated[str, typer.Option(help="'bundled', an .onnx file or a run folder.", autocompletion=models)]
ModelArgument = Annotated[
    str, typer.Argument(help="A run folder, an .onnx model file, or 'bundled'.", autocompletion=models)
]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="Look into folders of folders, at any depth.")]
Single = Annotated[bool, typer.Option("--single", help="Read each picture as exactly one digit.")]
DigitsOnly = Annotated[bool, typer.Option("--digits-only", help="Leave marks and gaps out of the text: 12.50 is 1250.")]
Region = Annotated[
    str | None,
    typer.Option(metavar="X,Y,W,H", help="Read this part of each picture, in pixels or per cent of its sides."),
]
MinConfidence = Annotated[
    float | None, typer.Option(min=0, max=1, help="Less sure digits are uncertain.  [default: the model's own]")
]

# Of training.
RecipeName = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        help="What to train: a name that 'inkdigits recipes' lists, or a file.",
        show_default="fast",
        autocompletion=recipes,
    ),
]
Data = Annotated[
    list[str] | None,
    typer.Option(
        help="mnist, optdigits, or your DIR or file; given again, they are joined.",
        show_default="mnist",
        autocompletion=data_sets,
    ),
]
Base = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="MODEL", help="Go on from a model's weights, with its network.", autocompletion=models
    ),
]
Out = Annotated[Path | None, typer.Option(help="The run folder.", show_default="runs/RECIPE-TIME")]
Seed = Annotated[int | None, typer.Option(min=0, help="Decides all that is random.", show_default="0")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")]
Teachers = Annotated[
    list[Path] | None,
    typer.Option("--teacher", help="Learn from this model's answers too; give it again for more."),
]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1, ….", show_default="auto")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with what was stopped.")]
DataDir = Annotated[Path | None, typer.Option(help="Look for the data here first.")]
Offline = Annotated[bool, typer.Option("--offline", help="Never download.")]

# Of clusters.
Address = Annotated[
    str | None, typer.Option(metavar="HOST:PORT", help="A Ray cluster, or 'auto'; Ray is started here without.")
]
