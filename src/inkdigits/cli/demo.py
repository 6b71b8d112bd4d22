"""`inkdigits demo`: data, training, evaluation, figures and pictures read, in about a minute."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkdigits.cli import options
from inkdigits.cli.console import notice, print_facts, print_table
from inkdigits.errors import DataNotFoundError, OutputError
from inkdigits.extras import require
from inkdigits.files import make_folder, write_atomically

if TYPE_CHECKING:
    from inkdigits.evaluation.digit_evaluation import Evaluation
    from inkdigits.results.reading import Reading
    from inkdigits.training.loop.history import Observer
    from inkdigits.training.runs.trained_run import TrainedRun


def demo(
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("inkdigits-demo"),
    seed: Annotated[int, typer.Option(min=0, help="Decides all that is random.")] = 0,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Walk the whole path: train, evaluate, read pictures, and write a report to open.

    Takes about a minute on two CPU cores. Where MNIST can't be had, scikit-learn's digits take its place.

    [bold]Examples[/bold]

    inkdigits demo

    inkdigits demo --out somewhere-else --offline
    """
    require("train", "The demo")
    from inkdigits.data import load_dataset
    from inkdigits.evaluation.digit_evaluation import evaluate
    from inkdigits.evaluation.report import write_report
    from inkdigits.reading.model_file import open_model
    from inkdigits.reading.reader import Reader
    from inkdigits.samples import sample_pictures
    from inkdigits.training.loop.progress import LiveProgress

    folder = make_folder(out)
    where: dict[str, Any] = {"data_dir": data_dir, "offline": offline}
    with LiveProgress() as progress:
        data = _find_data(where)
        run = _train(folder, data, where, seed, progress)
        notice("evaluating on the test digits …")
        test = load_dataset(data, "test", **where)
        evaluation = evaluate(run.model, test)
        notice("reading the sample pictures with the network just trained, and with the models that ship …")
        own, shipped = (list(Reader(model).read_many(sample_pictures())) for model in (run.model, "bundled"))
        _write_readings(folder, shipped)
        notice("writing the report …")
        report = write_report(
            folder,
            evaluation,
            test.images,
            info=open_model(run.model)[1],
            history=run.history.rows(),
            readings=shipped,
            own_readings=own,
            title="inkdigits: handwritten digits, learned and read",
        )
    _print_outcome(run, evaluation, shipped, own)
    _print_next(folder, report)


def _find_data(where: dict[str, Any]) -> str:
    """Return the name of the data set to train on: MNIST, or the embedded digits where it is not to be had."""
    from inkdigits.data import load_dataset

    try:
        load_dataset("mnist", "train", **where)
    except (DataNotFoundError, OutputError) as error:  # nowhere to be found, or nowhere to keep it
        notice(f"{error}; going on with scikit-learn's 1,797 handwritten digits")
        return "optdigits"
    return "mnist"


def _train(folder: Path, data: str, where: dict[str, Any], seed: int, observer: Observer) -> TrainedRun:
    """Train in the place of what an earlier demo left."""
    from inkdigits.training.runs.whole_run import train

    notice(f"training the recipe 'fast' on {data} …")
    run_folder = folder / "run"
    if (run_folder / "config.json").exists():
        shutil.rmtree(run_folder)
    # About as many steps on the 1,257 digits of the embedded data set as 1 epoch of MNIST has.
    epochs = None if data == "mnist" else 40
    run = train("fast", data, out=run_folder, seed=seed, epochs=epochs, progress=False, observers=[observer], **where)
    for name in ("model.onnx", "history.csv"):
        write_atomically(folder / name, (run.folder / name).read_bytes())
    return run


def _write_readings(folder: Path, readings: Sequence[Reading]) -> None:
    """Write the readings as JSON and as annotated pictures."""
    annotated = make_folder(folder / "readings")
    for reading in readings:
        reading.save(annotated / f"{Path(reading.source).stem}.png")
    entries = [reading.to_dict() | {"source": Path(reading.source).name} for reading in readings]
    write_atomically(folder / "readings.json", json.dumps(entries, ensure_ascii=False, indent=1) + "\n")


def _print_outcome(run: TrainedRun, evaluation: Evaluation, shipped: Sequence[Reading], own: Sequence[Reading]) -> None:
    low, high = evaluation.interval
    print_facts(
        {
            "trained on": f"{evaluation.data}, recipe 'fast', {run.metrics['training_seconds']:.0f} s",
            "test accuracy": f"{evaluation.accuracy:.2%} (95% interval {low:.2%} to {high:.2%})",
            "read wrong": f"{evaluation.n - evaluation.correct:,} of {evaluation.n:,}",
        }
    )
    typer.echo()
    print_table(
        ("sample picture", "models that ship", "network just trained"),
        [(Path(one.source).name, _said(one), _said(other)) for one, other in zip(shipped, own, strict=True)],
    )
    typer.echo("(brackets ask for a look)")


def _said(reading: Reading) -> str:
    """Return what was read on one line, with what should be checked in brackets."""
    return " / ".join(line.marked_text for line in reading.lines) or "no digit"


def _print_next(folder: Path, report: Path) -> None:
    """Say what to open and to type; the program as it was started, where the shell would not find it by its name."""
    command = "inkdigits"
    started = Path(sys.argv[0]).absolute()
    if started.name == command and not shutil.which(command):
        command = str(started.relative_to(Path.cwd()) if started.is_relative_to(Path.cwd()) else started)
    typer.echo(
        f"\nNow open {report}\nand try\n"
        f"    {command} read YOUR.jpg\n"
        f"    {command} read YOUR.jpg --model {folder / 'model.onnx'}\n"
        f"    {command} serve"
    )
