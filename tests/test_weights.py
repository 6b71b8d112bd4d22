"""The bundled model is the one that its card describes."""

import json
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import inkdigits
from inkdigits.files import sha256
from inkdigits.reading.confidence import Calibration
from inkdigits.reading.detector import Detector
from inkdigits.reading.line_model import LineModel

WEIGHTS = Path(str(files("inkdigits.weights")))


def test_the_card_has_the_checksum_and_the_figures_of_the_file() -> None:
    card = (WEIGHTS / "bundled.md").read_text(encoding="utf-8")
    assert sha256((WEIGHTS / "bundled.onnx").read_bytes()) in card
    info = inkdigits.Classifier().info
    assert info.data["sha256"] in card
    assert info.licence in card
    assert set(info.metrics) == {"validation", "test"}
    for split, figures in info.metrics.items():
        assert f"| {split} | {figures['n']:,} | {figures['accuracy']:.2%} |" in card


def test_the_card_of_the_line_model_has_the_checksum_of_the_file() -> None:
    card = (WEIGHTS / "lines.md").read_text(encoding="utf-8")
    assert sha256((WEIGHTS / "lines.onnx").read_bytes()) in card
    assert LineModel().info.data["sha256"] in card


def test_the_card_of_the_page_detector_has_the_checksum_and_the_thresholds_of_the_file() -> None:
    card = (WEIGHTS / "pages.md").read_text(encoding="utf-8")
    assert sha256((WEIGHTS / "pages.onnx").read_bytes()) in card
    info = Detector().info
    assert info.data["sha256"] in card
    assert set(info.thresholds) == {"single", "line", "no_digit", "number"}
    assert all(f"{threshold:.1%}" in card for threshold in info.thresholds.values())
    assert set(info.calibration) == {field.name for field in fields(Calibration)}


def test_the_cards_name_the_fonts_of_print_with_their_licences() -> None:
    for model, fonts in (("lines", ("DejaVu", "STIX")), ("pages", ("DejaVu", "STIX", "Computer Modern"))):
        thanks = (WEIGHTS / f"{model}.md").read_text(encoding="utf-8").partition("with thanks:")[2]
        assert all(f"{font} (" in thanks for font in fonts)


def test_all_models_together_are_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.glob("*.onnx")) < 5_000_000


def test_it_is_small() -> None:
    assert (WEIGHTS / "bundled.onnx").stat().st_size < 1_000_000


def test_it_reads_as_well_as_its_card_says(mnist_dir: Path) -> None:
    evaluation = inkdigits.evaluate("bundled", "mnist", "validation", data_dir=mnist_dir)
    promised = inkdigits.Classifier().info.metrics["validation"]
    assert evaluation.n == promised["n"] == 5000
    # Another processor may round the last digit of a probability otherwise, and so one digit in 5,000.
    assert abs(evaluation.correct - promised["correct"]) <= 2
    assert abs(evaluation.ece - promised["ece"]) < 0.001


def test_the_cards_say_the_limits_that_the_service_says() -> None:
    limits = json.loads((WEIGHTS / "limits.json").read_text(encoding="utf-8"))
    assert {path.stem for path in WEIGHTS.glob("*.onnx")} == set(limits)
    for model, sentences in limits.items():
        said = " ".join((WEIGHTS / f"{model}.md").read_text(encoding="utf-8").partition("## Limits")[2].split())
        assert said == " ".join(f"- {sentence}" for sentence in sentences)
