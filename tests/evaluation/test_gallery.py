"""The gallery of failures: one page that is safe to open, bounded, and sorted."""

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from inkdigits.evaluation import gallery
from inkdigits.evaluation.charts import coverage_figure
from inkdigits.evaluation.gallery import write_gallery
from inkdigits.evaluation.judgement import CAUSES, Judgement
from inkdigits.evaluation.labels import LabelledPicture
from inkdigits.evaluation.reader_evaluation import judge
from inkdigits.reading.reader import Reader
from inkdigits.samples import sample_pictures

from .judged import judged


class Page(HTMLParser):
    """Collects headings, pictures and captions."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.alternatives: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        values = dict(attributes)
        self.sources += [value for key, value in attributes if key in {"src", "href"} and value]
        if tag == "img":
            self.alternatives.append(values.get("alt") or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def write(folder: Path, judgements: list[Judgement], by: tuple[str, ...] = ()) -> Page:
    page = write_gallery(folder / "made", judge(judgements, by=by, seconds=1.0), "<labels>.csv")
    assert page == folder / "made" / "report.html"
    return Page(page.read_text(encoding="utf-8"))


def test_each_failure_is_shown_with_its_picture_and_its_columns(tmp_path: Path) -> None:
    path = next(path for path in sample_pictures() if path.name == "string-407.jpg")
    picture = LabelledPicture(str(path), "408", {"path": "scans/407.jpg", "label": "408", "pen": "<b>blue</b>"})
    page = write(tmp_path, [Judgement(picture, Reader().read(path)), judged("1", "1", pen="red")], by=("pen",))
    assert "Digit taken for another: 1" in page.words
    assert page.sources[-1].startswith("data:image/jpeg;base64,")
    assert page.alternatives[-1].startswith("scans/407.jpg, read 407 (")
    assert {"408", "pen: <b>blue</b>", "By pen"} <= set(page.words)


def test_the_page_fetches_nothing_runs_nothing_and_shows_names_as_they_are(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>\n.png"
    page = write(tmp_path, [judged("1", None, path=name), judged("", "7", path=name)])
    assert "script" not in page.tags
    assert page.sources
    assert all(source.startswith("data:image/") for source in page.sources)
    assert all(page.alternatives)
    assert r"<script>alert(1)</script>\n.png" in page.words


def test_causes_stand_in_their_order_and_the_surest_mistakes_first(tmp_path: Path) -> None:
    failures = [
        judged("3", None),
        judged("", "8"),
        judged("7", "1", 0.6),
        judged("7", "2", 0.9),
        judged("12", "1"),
        judged("5", ""),
    ]
    page = write(tmp_path, failures)
    headings = [word for word in page.words if word.split(":")[0] in {words.capitalize() for words in CAUSES.values()}]
    assert headings == [
        "No digit found: 1",
        "Digit missing: 1",
        "Digit taken for another: 2",
        "No digit there, yet accepted: 1",
        "Picture unreadable: 1",
    ]
    mistakes = [word for word in page.words if word.startswith(("read 1 (unc", "read 2 (ok"))]
    assert mistakes == ["read 2 (ok, 90.0% sure)", "read 1 (uncertain, 60.0% sure)"]


def test_a_page_is_bounded_and_says_how_many_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "MOST", 4)
    page = write(tmp_path, [judged("7", "1")] * 5 + [judged("", "1")])
    assert "The surest 2 are shown, 3 are left out." in page.words
    assert page.tags.count("figure") == 1 + 2 + 1  # the curve; of five mistakes two; of one, one


def test_nothing_wrong_is_a_page_too(tmp_path: Path) -> None:
    page = write(tmp_path, [judged("", "")])
    assert "1 labelled pictures of <labels>.csv, 0 of them read wrong." in page.words
    assert not (tmp_path / "made" / "coverage.png").exists()


def points(figure: Figure) -> list[tuple[float, float]]:
    line = figure.axes[0].lines[0]
    return [(float(x), float(y)) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)]


def test_the_curve_starts_with_the_surest_and_ends_with_all() -> None:
    figure = coverage_figure(np.array([0.2, 0.9, 0.5, 0.5]), np.array([False, True, True, False]), accepted=1)
    assert points(figure) == [(25, 100), (75, pytest.approx(200 / 3)), (100, 50)]
