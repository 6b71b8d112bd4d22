"""A report that is one file: figures and styles are inside, and nothing is fetched when it is opened."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from inkdigits.evaluation import charts, figures
from inkdigits.evaluation.evaluate import Evaluation
from inkdigits.files import make_folder, write_atomically
from inkdigits.modelfile import ModelInfo

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from inkdigits.reading import Reading

__all__ = ["write_figures", "write_report"]

_SAMPLES = 12


def write_report(
    folder: str | Path,
    evaluation: Evaluation,
    images: npt.NDArray[np.uint8],
    *,
    info: ModelInfo | None = None,
    history: Sequence[Mapping[str, Any]] | None = None,
    readings: Sequence[Reading] = (),
    title: str = "How well the digits are read",
) -> Path:
    """Write `report.html`.

    Args:
        folder: where; it is made if need be.
        evaluation: what the report is about.
        images: uint8 (N,28,28), the digits that were evaluated.
        info: what the model file says about itself.
        history: one record an epoch, if the training is to be shown.
        readings: people's own pictures, read.
        title: the heading.

    Returns:
        the path of the page.

    Raises:
        OutputError: the folder cannot be written to.

    """
    sections = [_numbers(evaluation), _samples(evaluation, images)]
    if readings:
        sections.append(_pictures(readings))
    sections += [_mistakes(evaluation, images), _classes(evaluation), _calibration(evaluation)]
    if history:
        sections.append(_learning(history))
    if info is not None:
        sections.append(_origin(info))
    template = Template((files("inkdigits.evaluation") / "report.html").read_text(encoding="utf-8"))
    subtitle = f"Model {evaluation.model}, judged on the {evaluation.split} split of {evaluation.data}."
    page = template.substitute(title=escape(title), subtitle=escape(subtitle), body="\n".join(sections))
    return write_atomically(make_folder(folder) / "report.html", page)


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
        ("accuracy", f"{evaluation.accuracy:.2%}", f"95 % interval {low:.2%} to {high:.2%}"),
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
    first = [index for index in range(min(_SAMPLES, evaluation.n)) if index not in wrong][: _SAMPLES - len(wrong)]
    chosen = np.array([*first, *wrong], np.int64)
    figure = figures.plot_predictions(
        images[chosen],
        evaluation.probabilities[chosen],
        evaluation.labels[chosen],
        indices=chosen.tolist(),
    )
    caption = (
        "The first digits and the surest mistakes. Under each: the prediction, its confidence and the true digit, "
        "blue where right and red where wrong. Bars: the ten probabilities."
    )
    return _section("Digits and what was read", _image(figure, caption))


def _pictures(readings: Sequence[Reading]) -> str:
    """Show people's own pictures as they were read."""
    entries = []
    for reading in readings:
        name = escape(Path(reading.source).name)
        if reading.error is not None:
            entries.append(
                f'<figure><figcaption>{name}: <b class="error">{escape(str(reading.error))}</b></figcaption>'
            )
            entries.append("</figure>")
            continue
        read = escape(reading.text.replace("\n", " / ")) or "no digit"
        drawing = io.BytesIO()
        reading.draw().save(drawing, format="PNG")
        source = _data_uri(drawing.getvalue())
        entries.append(
            f'<figure><img src="{source}" alt="{name}, read as {read}">'
            f'<figcaption>{name}: <b class="{reading.status}">{read}</b> ({reading.status})</figcaption></figure>'
        )
    note = "<p>Read by the model that ships with the package, with each digit brought to 28×28 as MNIST was made.</p>"
    return _section("Pictures that are not MNIST", f'{note}<div class="pictures">{"".join(entries)}</div>')


def _mistakes(evaluation: Evaluation, images: npt.NDArray[np.uint8]) -> str:
    figure = figures.plot_mistakes(images, evaluation.probabilities, evaluation.labels)
    return _section("The surest mistakes", _image(figure, "Digits that were read wrong, the most confident first."))


def _classes(evaluation: Evaluation) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{row.digit}</th><td>{row.precision:.2%}</td><td>{row.recall:.2%}</td>"
        f"<td>{row.f1:.2%}</td><td>{row.support:,}</td></tr>"
        for row in evaluation.classes
    )
    table = (
        '<div class="scroll"><table><caption>Each digit: of those read as it, how many are (precision); of those that '
        "are, how many were read as it (recall).</caption><thead><tr><th scope='col'>digit</th>"
        "<th scope='col'>precision</th><th scope='col'>recall</th><th scope='col'>F1</th><th scope='col'>pictures</th>"
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    confusion = _image(
        charts.confusion_figure(evaluation.confusion), "How often the digit of a row was read as that of a column."
    )
    return _section("Digit by digit", confusion + table)


def _calibration(evaluation: Evaluation) -> str:
    figure = charts.reliability_figure(evaluation.probabilities, evaluation.labels)
    caption = "How often digits of a confidence were right; the numbers say how many digits a point stands for."
    return _section("Can the confidence be believed?", _image(figure, caption))


def _learning(history: Sequence[Mapping[str, Any]]) -> str:
    caption = "Training figures are of augmented pictures, with dropout and smoothed labels; validation ones are not."
    return _section("How it learned", _image(charts.learning_curves(history), caption))


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
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in entries.items())
    return _section("How it was made", f'<dl class="made">{items}</dl>')


def _section(heading: str, content: str) -> str:
    return f"<section><h2>{escape(heading)}</h2>{content}</section>"


def _image(figure: Figure, caption: str) -> str:
    source = _data_uri(figures.encode(figure, dpi=110))
    return f'<figure><img src="{source}" alt="{escape(caption)}"><figcaption>{escape(caption)}</figcaption></figure>'


def _data_uri(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()
