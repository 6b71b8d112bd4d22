"""The report of a model: its figures, its mistakes, and what made it, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inkdigits.evaluation import charts, figures
from inkdigits.evaluation.cards import cards, digit_card, picture_card
from inkdigits.evaluation.digit_evaluation import Evaluation
from inkdigits.evaluation.html_page import chart, definitions, section, table, write_page
from inkdigits.files import make_folder
from inkdigits.reading.model_file import ModelInfo
from inkdigits.results.percent import percent

if TYPE_CHECKING:
    from inkdigits.results.reading import Reading


def write_report(
    folder: str | Path,
    evaluation: Evaluation,
    images: npt.NDArray[np.uint8],
    *,
    info: ModelInfo,
    history: Sequence[Mapping[str, Any]] = (),
    readings: Sequence[Reading] = (),
    own_readings: Sequence[Reading] = (),
    title: str = "How well the digits are read",
) -> Path:
    """Write `report.html` and return its path.

    Args:
        folder: where; it is made if need be.
        evaluation: what the report is about.
        images: uint8 (N,28,28), the digits that were evaluated.
        info: what the model file says about itself.
        history: one record an epoch, if the training is to be shown.
        readings: pictures that are not MNIST, read by the models that ship with the package.
        own_readings: the same, read by the model that was evaluated.
        title: the heading.

    Raises:
        OutputError: the folder cannot be written to.

    """
    sections = [_numbers(evaluation), _samples(evaluation, images)]
    if readings:
        sections.append(_pictures(readings, own_readings))
    sections += [_mistakes(evaluation, images), _classes(evaluation), _calibration(evaluation)]
    if history:
        sections.append(_learning(history))
    sections.append(_origin(info))
    subtitle = f"Model {evaluation.model}, judged on the {evaluation.split} split of {evaluation.data}."
    return write_page(folder, title, subtitle, sections)


def write_figures(folder: str | Path, evaluation: Evaluation, images: npt.NDArray[np.uint8]) -> list[Path]:
    """Write the report's figures as PNG files of their own and return their paths."""
    target = make_folder(folder)
    drawn = {
        "confusion": charts.confusion_figure(evaluation.confusion),
        "reliability": charts.reliability_figure(evaluation.probabilities, evaluation.labels),
        "mistakes": figures.plot_mistakes(images, evaluation.probabilities, evaluation.labels),
    }
    return [figures.save(figure, target / f"{name}.png") for name, figure in drawn.items()]


def _numbers(evaluation: Evaluation) -> str:
    low, high = evaluation.interval
    tiles = [
        ("accuracy", f"{evaluation.accuracy:.2%}", f"95% interval {low:.2%} to {high:.2%}"),
        ("read wrong", f"{evaluation.n - evaluation.correct:,}", f"of {evaluation.n:,} digits"),
        ("calibration error", f"{evaluation.ece:.2%}", "mean distance of confidence from accuracy"),
        ("loss", f"{evaluation.loss:.4f}", "mean cross-entropy, nats"),
    ]
    items = (
        f"<div><dt>{escape(name)}</dt><dd>{value}<small>{escape(note)}</small></dd></div>"
        for name, value, note in tiles
    )
    return f'<dl class="numbers">{"".join(items)}</dl>'


def _samples(evaluation: Evaluation, images: npt.NDArray[np.uint8]) -> str:
    """Show the first digits, and after them some that were read wrong, so that both can be seen."""
    wrong = figures.worst_mistakes(evaluation.probabilities, evaluation.labels, 3)
    most = 12
    first = [index for index in range(min(most, evaluation.n)) if index not in wrong][: most - len(wrong)]
    note = (
        "The first digits and the surest mistakes. Under each: what was read, how sure that is, and the true digit. "
        "Bars: the ten probabilities."
    )
    return section("Digits and what was read", _digits(evaluation, images, [*first, *wrong.tolist()], note))


def _digits(evaluation: Evaluation, images: npt.NDArray[np.uint8], chosen: Sequence[int], note: str) -> str:
    """Return cards of some digits under a note."""
    shown = []
    for index in chosen:
        probabilities, label = evaluation.probabilities[index].tolist(), int(evaluation.labels[index])
        read = int(np.argmax(probabilities))
        verdict = f"{read}  {percent(probabilities[read], 1)}" + ("" if read == label else f", is {label}")
        shown.append(
            digit_card(images[index], probabilities, verdict, "right" if read == label else "wrong", f"#{index}")
        )
    return f'<p class="note">{escape(note)}</p>{cards(shown, "digits")}'


def _pictures(readings: Sequence[Reading], own_readings: Sequence[Reading]) -> str:
    """Show pictures as they were read."""
    own = [[("the network trained here", reading)] for reading in own_readings] or [[] for _ in readings]
    shown = [picture_card(reading, others) for reading, others in zip(readings, own, strict=True)]
    note = (
        "Read by the models that ship with the package. A dashed box and a ? ask for a look; under each digit, the "
        "28×28 that the digit model saw."
    )
    return section("Pictures that are not MNIST", f'<p class="note">{note}</p>{cards(shown, "pictures")}')


def _mistakes(evaluation: Evaluation, images: npt.NDArray[np.uint8]) -> str:
    wrong = figures.worst_mistakes(evaluation.probabilities, evaluation.labels)
    if not len(wrong):
        return section("The surest mistakes", "<p>Every digit was read right.</p>")
    note = "Digits that were read wrong, the most confident first."
    return section("The surest mistakes", _digits(evaluation, images, wrong.tolist(), note))


def _classes(evaluation: Evaluation) -> str:
    rows = [
        (str(row.digit), f"{row.precision:.2%}", f"{row.recall:.2%}", f"{row.f1:.2%}", f"{row.support:,}")
        for row in evaluation.classes
    ]
    caption = (
        "Precision: of those read as a digit, how many are it. Recall: of those that are it, how many were read so."
    )
    figures_of_each = table(("digit", "precision", "recall", "F1", "pictures"), rows, caption)
    confusion = chart(
        charts.confusion_figure(evaluation.confusion), "How often the digit of a row was read as that of a column."
    )
    return section("Digit by digit", confusion + figures_of_each)


def _calibration(evaluation: Evaluation) -> str:
    figure = charts.reliability_figure(evaluation.probabilities, evaluation.labels)
    caption = "How often digits of a confidence were right; the numbers say how many digits a point stands for."
    return section("Can the confidence be believed?", chart(figure, caption))


def _learning(history: Sequence[Mapping[str, Any]]) -> str:
    caption = "Training figures are of augmented pictures, with dropout and smoothed labels; validation ones are not."
    return section("How it learned", chart(charts.learning_curves(history), caption))


def _origin(info: ModelInfo) -> str:
    """Say what made the model."""
    entries = {
        "recipe": f"{info.recipe.get('name', 'unknown')}, seed {info.seed}",
        "network": info.recipe.get("model", "unknown"),
        "epochs": f"{info.recipe.get('epochs', 'unknown')}, last one taken",
        "training data": f"{info.data.get('name', 'unknown')}, {info.data.get('n', 0):,} pictures",
        "their SHA-256": info.data.get("sha256", "unknown"),
        "temperature": f"{info.temperature:.3f}, fitted on validation digits",
        "uncertain below": f"{info.reject_threshold:.1%} confidence",
        "inkdigits": info.version or "unknown",
        "licence": info.licence,
    }
    return section("How it was made", definitions({name: str(value) for name, value in entries.items()}))
