"""What a reader reads wrong, on one page: its figures, and each failure with its picture, sorted by cause."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from inkdigits.errors import PictureError, printable
from inkdigits.evaluation import charts
from inkdigits.evaluation.figures import save
from inkdigits.evaluation.html_page import chart, definitions, image_uri, section, table, write_page
from inkdigits.evaluation.judgement import CAUSES, Cause, Judgement
from inkdigits.evaluation.reader_evaluation import ReaderEvaluation
from inkdigits.evaluation.summary import summarise, tabulate
from inkdigits.files import make_folder
from inkdigits.pictures.decode import open_picture
from inkdigits.results.drawing import PAPER, colour_of, draw_box, font
from inkdigits.results.figure import Figure
from inkdigits.results.reading import Reading

__all__ = ["MOST", "write_gallery"]

MOST = 500  # pictures on a page


def write_gallery(folder: str | Path, evaluation: ReaderEvaluation, data: str) -> Path:
    """Write `report.html`, with pictures and styles inside, and `coverage.png`, which is one of its figures.

    Args:
        folder: where; it is made if need be.
        evaluation: what the page is about.
        data: what was read, for the heading.

    Returns:
        the path of the page.

    Raises:
        OutputError: the folder cannot be written to.

    """
    sections = [section("Figures", definitions(summarise(evaluation)))]
    for column in evaluation.by:
        headings, *rows = tabulate(evaluation, column)
        sections.append(section(f"By {column}", table(headings, rows)))
    written = [judgement for judgement in evaluation.judgements if judgement.has_digits]
    if written:
        coverage = _coverage(written)
        save(coverage, make_folder(folder) / "coverage.png")
        caption = "How many of the surest readings are right; a reading is as sure as its least sure digit."
        sections.append(section("Can the confidence be believed?", chart(coverage, caption)))
    causes = evaluation.causes()
    room = MOST // max(1, len(causes))
    sections += [_failures(cause, evaluation.judgements, room) for cause in causes]
    wrong = sum(causes.values())
    subtitle = f"{evaluation.shares.n:,} labelled pictures of {printable(data)}, {wrong:,} of them read wrong."
    return write_page(folder, "How well pictures are read", subtitle, sections)


def _coverage(written: Sequence[Judgement]) -> Figure:
    confidences = np.array([judgement.confidence for judgement in written])
    right = np.array([judgement.exact for judgement in written])
    return charts.coverage_figure(confidences, right, sum(judgement.accepted for judgement in written))


def _failures(cause: Cause, judgements: Sequence[Judgement], most: int) -> str:
    """Show the readings that are wrong in one way, the surest first."""
    wrong = [judgement for judgement in judgements if judgement.cause == cause]
    wrong.sort(key=lambda judgement: (judgement.confidence, judgement.reading.digit_score), reverse=True)
    heading = f"{CAUSES[cause].capitalize()}: {len(wrong):,}"
    note = f"<p>The surest {most:,} are shown, {len(wrong) - most:,} are left out.</p>" if len(wrong) > most else ""
    shown = "".join(_failure(judgement) for judgement in wrong[:most])
    return section(heading, f'{note}<div class="pictures">{shown}</div>')


def _failure(judgement: Judgement) -> str:
    reading, columns = judgement.reading, judgement.picture.columns
    label, read = (text.replace("\n", " / ") or "no digit" for text in (judgement.picture.label, reading.text))
    if reading.digits:
        sure = f"{reading.status}, {judgement.confidence:.1%} sure"
    else:
        sure = f"{reading.digit_score:.1%} sure that there is one"
    said = str(reading.error or f"read {read} ({sure})")
    others = [f"{column}: {text}" for column, text in columns.items() if column not in ("path", "label") and text]
    lines = [f"<b>{label}</b>", f'<b class="error">{escape(said)}</b>']
    lines += [escape(printable(line)) for line in (columns["path"], *others)]
    image = _image(reading, f"{columns['path']}, {said}")
    return f"<figure>{image}<figcaption>{'<br>'.join(lines)}</figcaption></figure>"


def _image(reading: Reading, words: str) -> str:
    drawing = _draw(reading)
    if drawing is None:
        return ""
    return f'<img src="{image_uri(drawing, "jpeg", quality=80)}" alt="{escape(printable(words))}">'


def _draw(reading: Reading) -> Image.Image | None:
    """Return the picture with a box about each digit and mark; None if it cannot be read, or no longer."""
    if reading.error or reading.picture is None:
        return None
    widest = 460  # pixels, at most
    highest = 320  # pixels of a picture on the page, at most
    try:
        image, width, height = open_picture(reading.picture, "RGB", 4 * widest * highest, reading.page)
    except PictureError:
        return None
    scale = min(widest / width, highest / height, 4)  # enlarged so many times at most
    size = max(1, round(width * scale)), max(1, round(height * scale))
    label = 20  # pixels of a digit above its box
    canvas = Image.new("RGB", (size[0], size[1] + label), PAPER)
    canvas.paste(image.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.NEAREST), (0, label))
    draw = ImageDraw.Draw(canvas)
    for read in reading.characters:
        left, top, across, down = (round(length * scale) for length in read.box)
        draw_box(draw, read, left, top + label, left + across, top + down + label)
        letters, above = font(min(max(down, 9), label)), (left + across // 2, top + label - 1)
        draw.text(above, str(read.value), colour_of(read), letters, "mb", stroke_width=2, stroke_fill=PAPER)
    return canvas
