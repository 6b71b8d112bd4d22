"""`inkdigits train`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inkdigits.cli.console import error_console, output_console
from inkdigits.errors import UsageError

if TYPE_CHECKING:
    from inkdigits.learning.history import EpochRecord, StepReport
    from inkdigits.learning.runs import RunFolder
    from inkdigits.training import TrainedRun

__all__ = ["LiveProgress", "train"]


def train(
    recipe: Annotated[
        str | None, typer.Option(help="What to train; 'inkdigits recipes' lists them.", show_default="fast")
    ] = None,
    data: Annotated[
        str | None, typer.Option(help="mnist, optdigits, or your DIR or CSV.", show_default="mnist")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The run folder.", show_default="runs/RECIPE-TIME")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Decides all that is random.", show_default="0")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    teacher: Annotated[
        list[Path] | None, typer.Option(help="Learn from this model's answers too; give it again for more.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1, ….", show_default="auto")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads.", show_default="all cores")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    data_dir: Annotated[Path | None, typer.Option(help="Look for the data here first.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Never download.")] = False,
) -> None:
    """Train a model and write a run folder: model.onnx, history, figures, checkpoint.

    Ctrl-C stops cleanly; --resume goes on from the last checkpoint to the same end.

    [bold]Examples[/bold]

    inkdigits train

    inkdigits train --recipe mlp --seed 3 --out runs/notebook

    inkdigits train --data my-digits/ --epochs 20

    inkdigits train --recipe compact --teacher runs/a --teacher runs/b

    inkdigits train --resume --out runs/notebook
    """
    from inkdigits.extras import require

    require("train", "Training")
    import torch

    import inkdigits.training as training

    run_folder = None
    if resume:
        if teacher:
            raise UsageError("a run that is resumed keeps its teachers", "leave --teacher away")
        given = {"recipe": recipe, "seed": seed, "epochs": epochs, "batch_size": batch_size, "data": data}
        run_folder = _run_to_resume(out, given)
        # Sums are rounded otherwise when more threads share them: the same end needs the same number.
        threads = threads or run_folder.read_config()["threads"]
    if threads is not None:
        torch.set_num_threads(threads)
    with LiveProgress() as progress:
        if run_folder is not None:
            run = training.resume_training(run_folder.path, device=device, offline=offline, observers=[progress])
        else:
            run = training.train(
                recipe or "fast",
                data or "mnist",
                out=out,
                seed=seed or 0,
                epochs=epochs,
                batch_size=batch_size,
                teachers=teacher or (),
                device=device or "auto",
                data_dir=data_dir,
                offline=offline,
                observers=[progress],
            )
    _print_outcome(run)


def _run_to_resume(out: Path | None, given: dict[str, Any]) -> RunFolder:
    """Return the run to go on with, and check that the options given do not contradict it."""
    from inkdigits.learning.runs import find_run

    run = find_run(out, given["recipe"])
    config = run.read_config()
    started = {
        "recipe": config["recipe"]["name"],
        "seed": config["seed"],
        "epochs": config["recipe"]["epochs"],
        "batch_size": config["recipe"]["batch_size"],
        "data": config["data"]["name"],
    }
    for name, value in given.items():
        if value is not None and started[name] not in (value, str(Path(str(value)).resolve())):
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"the run in {run.path} was started with {option} {started[name]}, not {value}",
                f"leave {option} away, or start a new run without --resume",
            )
    return run


def _print_outcome(run: TrainedRun) -> None:
    from rich.table import Table

    figures = run.metrics["validation"]
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("validation accuracy", f"{figures['accuracy']:.2%} of {figures['n']:,}, last epoch")
    table.add_row("training time", f"{run.metrics['training_seconds']:.1f} s")
    table.add_row("model", str(run.model))
    table.add_row("next", f"inkdigits evaluate {run.folder}")
    output_console().print(table)


class LiveProgress:
    """Shows a run as it goes: a bar on a terminal, and one line an epoch anywhere. Use it in a `with` block."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = error_console()
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.4f}  accuracy {task.fields[accuracy]:.2%}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task: Any = None
        self._told = 0

    def __enter__(self) -> LiveProgress:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def on_step(self, report: StepReport) -> None:
        """Move the bar."""
        if self._task is None:
            self._task = self._bar.add_task("", total=None, epoch=0, epochs=0, loss=0.0, accuracy=0.0, rate="")
        speed = self._bar.tasks[0].speed
        self._bar.update(
            self._task,
            total=report.total,
            completed=report.seen,
            epoch=report.epoch,
            epochs=report.epochs,
            loss=report.loss,
            accuracy=report.accuracy,
            rate=f"{speed:,.0f} pictures/s" if speed else "",
        )

    def on_epoch(self, history: Sequence[EpochRecord]) -> None:
        """Print a line for each epoch that has not been told yet."""
        for record in history[self._told :]:
            self._bar.console.print(
                f"epoch {record.epoch:>2}  loss {record.loss:.4f}  accuracy {record.accuracy:.2%}  "
                f"validation {record.validation_accuracy:.2%}  {record.images_per_second:,.0f} pictures/s  "
                f"{record.seconds:.1f} s",
                soft_wrap=True,
            )
        self._told = len(history)
