"""`inkdigits evaluate`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkdigits.cli import options
from inkdigits.cli.completion import data_sets, splits
from inkdigits.cli.console import end_batch, notice, print_facts, print_json, print_table, progress_bar
from inkdigits.errors import UsageError
from inkdigits.extras import require
from inkdigits.files import make_folder

if TYPE_CHECKING:
    from inkdigits.evaluation.digit_evaluation import Evaluation
    from inkdigits.evaluation.reader_evaluation import ReaderEvaluation


def evaluate(
    model: options.ModelArgument = "bundled",
    data: Annotated[
        str, typer.Option(help="mnist, optdigits, a DIR of yours, or labels.csv.", autocompletion=data_sets)
    ] = "mnist",
    split: Annotated[
        str | None,
        typer.Option(help="train, validation, test, all.", show_default="test, or all of a DIR", autocompletion=splits),
    ] = None,
    single: Annotated[bool, typer.Option("--single", help="With labels.csv: one digit a picture.")] = False,
    by: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="With labels.csv: figures for each value of a column.")
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN[=TEXT]",
            help="With labels.csv: leave out rows where a column is not empty, or contains a text.",
        ),
    ] = None,
    as_json: options.AsJson = False,
    report: Annotated[
        Path | None, typer.Option(help="Write report.html, with mistakes, and figures to this DIR.")
    ] = None,
    data_dir: options.DataDir = None,
    offline: options.Offline = False,
) -> None:
    """Judge a model on labelled digits, or the whole reader on labelled pictures.

    With labels.csv (columns path,label) every picture is read from end to end. Marks count where a label has some.

    Exit codes: 0 judged, 1 no picture could be read, 3 some pictures of several could not be read.

    [bold]Examples[/bold]

    inkdigits evaluate

    inkdigits evaluate runs/notebook --report report/

    inkdigits evaluate --data my-pictures/labels.csv --json

    inkdigits evaluate --data labels.csv --by source --leave-out note=ambiguous --report failures/
    """
    require("evaluate", "Evaluating")
    of_pictures = _lists_pictures(Path(data))
    if of_pictures:
        refused: dict[str, object] = {"--split": split}
        why = "does not go with a CSV of pictures; leave it away, or name a folder of digits"
    else:
        refused = {"--single": single, "--by": by, "--leave-out": leave_out}
        why = "goes with a CSV of pictures only; leave it away, or name a labels.csv"
    for option, given in refused.items():
        if given:
            raise UsageError(f"{option} {why}")
    if report is not None:
        make_folder(report)  # before the work, not after it
    if of_pictures:
        figures = _judge_reader(model, Path(data), single, by or [], leave_out or [], report)
        if as_json:
            print_json(figures.to_dict())
        else:
            _print_reader(figures, data)
        _end(figures)
        return
    evaluation = _judge_model(model, data, split, report, data_dir, offline)
    if as_json:
        print_json(evaluation.to_dict())
    else:
        _print_model(evaluation)


def _lists_pictures(data: Path) -> bool:
    """Whether the data are a CSV of pictures, and not one of pixels."""
    from inkdigits.data.table import holds_pixels

    return data.suffix.lower() in (".csv", ".tsv") and not (data.is_file() and holds_pixels(data))


def _judge_reader(
    model: str, labels: Path, single: bool, by: list[str], without: list[str], report: Path | None
) -> ReaderEvaluation:
    from inkdigits.evaluation.reader_evaluation import evaluate_reader
    from inkdigits.reading.reader import Reader

    with progress_bar() as progress:
        task = progress.add_task("reading", total=None)
        evaluation = evaluate_reader(
            Reader(model),
            labels,
            single=single,
            by=by,
            without=without,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    if report is not None:
        from inkdigits.evaluation.gallery import write_gallery

        notice(f"wrote {write_gallery(report, evaluation, str(labels))}")
    return evaluation


def _end(figures: ReaderEvaluation) -> None:
    """Name the first pictures that could not be read, and end with the exit code that tells of them."""
    errors = [one.reading.error for one in figures.judgements if one.reading.error]
    for error in errors[:5]:
        notice(f"inkdigits: {error}")
    if errors:
        end_batch(Counter(one.reading.status for one in figures.judgements), len(figures.judgements))


def _judge_model(
    model: str, data: str, split: str | None, report: Path | None, data_dir: Path | None, offline: bool
) -> Evaluation:
    from inkdigits.evaluation import digit_evaluation
    from inkdigits.reading.classifier import Classifier

    classifier = Classifier(model)
    dataset = digit_evaluation.load_labelled(data, split, data_dir=data_dir, offline=offline)
    evaluation = digit_evaluation.evaluate(classifier, dataset)
    if report is not None:
        from inkdigits.evaluation.report import write_figures, write_report

        page = write_report(report, evaluation, dataset.images, info=classifier.info)
        write_figures(report, evaluation, dataset.images)
        notice(f"wrote {page}")
    return evaluation


def _print_model(evaluation: Evaluation) -> None:
    low, high = evaluation.interval
    present = [figures for figures in evaluation.classes if figures.support]
    weakest = sorted(present, key=lambda figures: figures.recall)[:3]
    print_facts(
        {
            "accuracy": f"{evaluation.accuracy:.2%}  (95% interval {low:.2%} to {high:.2%})",
            "read wrong": f"{evaluation.n - evaluation.correct:,} of {evaluation.n:,}",
            "loss": f"{evaluation.loss:.4f}",
            "calibration error": f"{evaluation.ece:.2%}",
            "lowest recall": ", ".join(f"{figures.digit}: {figures.recall:.2%}" for figures in weakest),
            "time": f"{evaluation.seconds:.2f} s",
        },
        f"{evaluation.model} on {evaluation.data}, {evaluation.split}",
    )


def _print_reader(figures: ReaderEvaluation, data: str) -> None:
    from inkdigits.evaluation.summary import summarise, tabulate

    print_facts(summarise(figures), f"the reader on {data}")
    for column in figures.by:
        typer.echo()
        headings, *rows = tabulate(figures, column)
        print_table(headings, rows, right=headings[1:])
