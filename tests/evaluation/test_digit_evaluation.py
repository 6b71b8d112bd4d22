"""Evaluation: every digit counts, whatever the batch size, and the figures and the report show what was found."""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex

from inkdigits.data import Dataset
from inkdigits.errors import OutputError
from inkdigits.evaluation import charts, figures
from inkdigits.evaluation.digit_evaluation import Evaluation, evaluate
from inkdigits.evaluation.report import write_figures, write_report
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.reader import Reader
from inkdigits.results.figure import RIGHT, WRONG
from inkdigits.results.percent import percent
from inkdigits.samples import sample_pictures


@pytest.fixture(scope="module")
def evaluation(model_file: Path, digits: Dataset) -> Evaluation:
    return evaluate(model_file, digits)


def test_all_ten_thousand_are_counted_with_a_batch_size_that_does_not_divide_them(model_file: Path) -> None:
    random = np.random.default_rng(0)
    many = Dataset(
        random.integers(0, 256, (10_000, 28, 28), np.uint8), np.arange(10_000) % 10, "noise", "all", "random", "none"
    )
    whole, batched = evaluate(model_file, many), evaluate(model_file, many, batch_size=333)
    assert whole.n == batched.n == 10_000
    assert whole.confusion.sum() == batched.confusion.sum() == 10_000
    assert whole.correct == batched.correct
    assert whole.loss == pytest.approx(batched.loss, rel=1e-6)


def test_the_figures_agree_with_each_other(evaluation: Evaluation, digits: Dataset) -> None:
    assert evaluation.n == len(digits)
    assert evaluation.correct == np.trace(evaluation.confusion)
    assert evaluation.interval[0] < evaluation.accuracy < evaluation.interval[1]
    assert 0.8 < evaluation.accuracy < 1


def test_the_json_has_the_promised_keys_first(evaluation: Evaluation) -> None:
    found = json.loads(json.dumps(evaluation.to_dict()))
    promised = ["model", "data", "split", "n", "correct", "accuracy", "loss", "ece", "confusion", "seconds"]
    assert [key for key in found if key in promised] == promised
    assert len(found["classes"]) == 10


def test_right_is_blue_and_wrong_is_red(evaluation: Evaluation, digits: Dataset) -> None:
    predictions = evaluation.probabilities.argmax(axis=1)
    for index in (np.flatnonzero(predictions == digits.labels)[0], np.flatnonzero(predictions != digits.labels)[0]):
        row, label = evaluation.probabilities[index], int(digits.labels[index])
        predicted = int(row.argmax())
        picture, bars = figures.plot_prediction(digits.images[index], row, label).axes
        colour = RIGHT if predicted == label else WRONG
        assert picture.xaxis.label.get_color() == colour
        assert picture.get_xlabel() == f"{predicted}  {percent(row[predicted], 1)}  (true {label})"
        assert to_hex(bars.patches[predicted].get_facecolor()) == colour
        assert to_hex(bars.patches[label].get_facecolor()) == RIGHT


def test_no_digits_are_an_empty_figure() -> None:
    none = figures.plot_predictions(np.empty((0, 28, 28), np.uint8), np.empty((0, 10), np.float32))
    assert not any(axis.axison for axis in none.axes)


def test_the_surest_mistakes_come_first(evaluation: Evaluation) -> None:
    worst = figures.worst_mistakes(evaluation.probabilities, evaluation.labels, 5)
    confidence = evaluation.probabilities.max(axis=1)[worst]
    assert list(confidence) == sorted(confidence, reverse=True)
    assert (evaluation.probabilities.argmax(axis=1)[worst] != evaluation.labels[worst]).all()


def test_every_chart_can_be_written_and_nothing_else(evaluation: Evaluation, digits: Dataset, tmp_path: Path) -> None:
    history = [{"epoch": 1, "loss": 1.0, "accuracy": 0.5, "validation_loss": 1.1, "validation_accuracy": 0.4}]
    drawn = {
        "curves.png": charts.learning_curves(history),
        "histogram.svg": charts.class_histogram({"all": digits.labels}),
        "confusion.pdf": charts.confusion_figure(evaluation.confusion),
        "reliability.png": charts.reliability_figure(evaluation.probabilities, evaluation.labels),
        "perfect.png": figures.plot_mistakes(digits.images, np.eye(10, dtype=np.float32)[digits.labels], digits.labels),
    }
    for name, figure in drawn.items():
        assert figures.save(figure, tmp_path / name).stat().st_size > 1000
    with pytest.raises(OutputError, match=r"ends in \.png"):
        figures.save(drawn["curves.png"], tmp_path / "curves.exe")
    assert len(list(tmp_path.iterdir())) == len(drawn)


class Page(HTMLParser):
    """Collects what a page refers to, and the tags that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.references: list[str] = []
        self.images_without_words = 0
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attributes)
        self.references += [value for key, value in attributes if key in {"src", "href"} and value]
        self.images_without_words += tag == "img" and not values.get("alt")


def test_the_report_is_one_file_and_safe_to_open(
    evaluation: Evaluation, model_file: Path, digits: Dataset, tmp_path: Path
) -> None:
    readings = list(Reader().read_many([*sample_pictures()[:2], tmp_path / "<script>.png"], single=True))
    info = Classifier(model_file).info
    text = write_report(tmp_path / "new", evaluation, digits.images, info=info, readings=readings).read_text()
    page = Page()
    page.feed(text)
    assert page.references
    assert all(
        reference.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")) for reference in page.references
    )
    assert page.images_without_words == 0
    assert "script" not in page.tags
    assert "&lt;b&gt;quick&lt;/b&gt;" in text
    assert f"{evaluation.accuracy:.2%}" in text


def test_the_reports_figures_can_be_had_apart(evaluation: Evaluation, digits: Dataset, tmp_path: Path) -> None:
    assert {path.name for path in write_figures(tmp_path, evaluation, digits.images)} == {
        "confusion.png",
        "reliability.png",
        "mistakes.png",
    }
