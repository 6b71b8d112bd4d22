"""What a reader reads wrong, on one page: its figures, and each failure with its picture, sorted by cause."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

from inkdigits.errors import PictureError, printable
from inkdigits.evaluation import charts
from inkdigits.evaluation.cards import cards
from inkdigits.evaluation.figures import save
from inkdigits.evaluation.html_page import chart, definitions, image_uri, section, table, write_page
from inkdigits.evaluation.judgement import CAUSES, Judgement
from inkdigits.evaluation.reader_evaluation import ReaderEvaluation
from inkdigits.evaluation.summary import summarise, tabulate
from inkdigits.files import make_folder
from inkdigits.results.annotate import with_boxes
from inkdigits.results.percent import percent
from inkdigits.results.reading import Reading

MOST = 500  # pictures on a page


def write_gallery(folder: str | Path, evaluation: ReaderEvaluation, data: str) -> Path:
    """Write `report.html`, whose path is returned, and `coverage.png`, which is one of its figures.

    Args:
        folder: where; it is made if need be.
        evaluation: what the page is about.
        data: what was read, for the heading.

    Raises:
        OutputError: the folder cannot be written to.

    """
    sections = [section("Figures", definitions(summarise(evaluation)))]
    for column in evaluation.by:
        headings, *rows = tabulate(evaluation, column)
        sections.append(section(f"By {column}", table(headings, rows)))
    written = [judgement for judgement in evaluation.judgements if judgement.has_digits]
    if written:
        confidences = np.array([judgement.confidence for judgement in written])
        right = np.array([judgement.exact for judgement in written])
        accepted = sum(judgement.accepted for judgement in written)
        coverage = charts.coverage_figure(confidences, right, accepted)
        save(coverage, make_folder(folder) / "coverage.png")
        caption = "How many of the surest readings are right; a reading is as sure as its least sure digit."
        sections.append(section("Can the confidence be believed?", chart(coverage, caption)))
    causes = evaluation.causes()
    room = MOST // max(1, len(causes))
    sections += [_failures(cause, evaluation.judgements, room) for cause in causes]
    wrong = sum(causes.values())
    subtitle = f"{evaluation.shares.n:,} labelled pictures of {printable(data)}, {wrong:,} of them read wrong."
    return write_page(folder, "How well pictures are read", subtitle, sections)


def _failures(cause: str, judgements: Sequence[Judgement], most: int) -> str:
    """Show the readings that are wrong in one way, the surest first."""
    wrong = [judgement for judgement in judgements if judgement.cause == cause]
    wrong.sort(key=lambda judgement: (judgement.confidence, judgement.reading.digit_score), reverse=True)
    heading = f"{CAUSES[cause].capitalize()}: {len(wrong):,}"
    note = f"<p>The surest {most:,} are shown, {len(wrong) - most:,} are left out.</p>" if len(wrong) > most else ""
    shown = (_failure(judgement) for judgement in wrong[:most])
    return section(heading, f"{note}{cards(shown, 'pictures')}")


def _failure(judgement: Judgement) -> str:
    reading, columns = judgement.reading, judgement.picture.columns
    label, read = (text.replace("\n", " / ") or "no digit" for text in (judgement.picture.label, reading.text))
    if reading.digits:
        sure = f"{reading.status}, {percent(judgement.confidence, 1)} sure"
    else:
        sure = f"{percent(reading.digit_score, 1)} sure that there is one"
    said = str(reading.error or f"read {read} ({sure})")
    others = [f"{column}: {text}" for column, text in columns.items() if column not in ("path", "label") and text]
    lines = [f"<b>{label}</b>", f'<b class="error">{escape(said)}</b>']
    lines += [escape(printable(line)) for line in (columns["path"], *others)]
    image = _image(reading, f"{columns['path']}, {said}")
    return f"<figure>{image}<figcaption>{'<br>'.join(lines)}</figcaption></figure>"


def _image(reading: Reading, words: str) -> str:
    """Return the picture with a box about each digit and mark; nothing if it cannot be read, or no longer."""
    try:
        drawing = with_boxes(reading, 460 * 320)  # pixels
    except PictureError:
        return ""
    drawing.thumbnail((460, 320))
    return f'<img alt="{escape(printable(words))}" src="{image_uri(drawing, "jpeg", quality=80)}">'
