"""Cards of a report: pictures as they were read, and calibration labels that do not cover each other."""

from html.parser import HTMLParser

import numpy as np

from inkdigits.errors import PictureError
from inkdigits.evaluation.cards import digit_card, picture_card
from inkdigits.evaluation.charts import reliability_figure
from inkdigits.reading.reader import Reader
from inkdigits.results.reading import Reading
from inkdigits.samples import LABELS


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def called(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_a_picture_has_a_box_and_ten_bars_for_each_digit_and_says_who_read_what() -> None:
    reading = Reader(threads=1).read(LABELS.with_name("string-407.jpg"))
    card = picture_card(reading, [("another", Reading("string-407.jpg"))])
    page = Elements(card)
    assert [int(box["x"]) for box in page.called("rect")] == [digit.box[0] for digit in reading.digits]
    assert len(page.called("li")) == 30
    assert "✓ 407" in card
    assert 'another: <b class="no_digit">– no digit</b>' in card


def test_a_name_or_an_error_cannot_become_html() -> None:
    card = picture_card(Reading("<b>.png", error=PictureError("no <i>")))
    assert not Elements(card).called("i")
    assert "&lt;b&gt;.png" in card


def test_the_highest_bar_stands_out() -> None:
    bars = Elements(digit_card(np.zeros((28, 28), np.uint8), [0.1] * 9 + [0.9], "9", "wrong")).called("li")
    assert [bar["class"] for bar in bars] == [""] * 9 + ["most"]


def test_labels_of_the_calibration_do_not_cover_each_other() -> None:
    random = np.random.default_rng(0)
    sure = random.uniform(0.3, 1, 4000)
    probabilities = np.stack([sure, *[(1 - sure) / 9] * 9], axis=1).astype(np.float32)
    figure = reliability_figure(probabilities, (random.random(4000) > sure).astype(np.int64), bins=60)
    figure.canvas.draw()
    labels = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(labels) > 5
    assert not any(one.overlaps(other) for place, one in enumerate(labels) for other in labels[:place])
