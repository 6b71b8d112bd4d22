"""`inkdigits evaluate` and `inkdigits show`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from inkdigits.cli.show import _open as open_figure
from inkdigits.samples import LABELS

from ..running import inkdigits


def test_figures_come_as_json_and_a_report_beside_them(tmp_path: Path) -> None:
    answer = inkdigits("evaluate", "--data", "optdigits", "--json", "--report", "report", folder=tmp_path)
    assert answer.exit_code == 0, answer.stderr
    figures = json.loads(answer.stdout)
    assert (figures["data"], figures["split"], figures["n"]) == ("optdigits", "test", 360)
    # A model of MNIST on other writers' digits of 8×8 pixels: far above chance, and not perfect.
    assert 0.85 < figures["accuracy"] < 1
    assert (tmp_path / "report" / "report.html").exists()
    assert "report.html" in answer.stderr


def test_figures_come_as_a_table(tmp_path: Path) -> None:
    answer = inkdigits("evaluate", "--data", "optdigits", folder=tmp_path)
    assert answer.exit_code == 0, answer.stderr
    assert "95% interval" in answer.stdout
    assert "of 360" in answer.stdout


def test_a_table_of_pictures_judges_the_whole_reader_and_shows_its_mistakes(tmp_path: Path) -> None:
    truth = LABELS.read_text(encoding="utf-8").replace("mouse.png,8", "mouse.png,3").splitlines()
    rows = [f"{LABELS.parent}/{row},{'doubtful' if 'faint' in row else ''}" for row in truth[1:]]
    (tmp_path / "labels.csv").write_text("\n".join(["path,label,note", *rows]))
    options = ("--leave-out", "note=doubt", "--by", "label", "--report", "gallery")
    answer = inkdigits("evaluate", "--data", "labels.csv", *options, "--json", folder=tmp_path)
    assert answer.exit_code == 0, answer.stderr
    figures = json.loads(answer.stdout)
    assert (figures["n"], figures["left_out"], figures["exact"]) == (12, 1, 10 / 11)
    assert figures["by"]["label"]["407"]["exact"] == 1
    page = (tmp_path / "gallery" / "report.html").read_text(encoding="utf-8")
    assert "mouse.png" in page
    assert "marker.png" not in page
    assert "report.html" in answer.stderr


def test_figures_of_pictures_come_as_tables(tmp_path: Path) -> None:
    answer = inkdigits("evaluate", "--data", str(LABELS), "--by", "label", folder=tmp_path)
    assert answer.exit_code == 0, answer.stderr
    assert "100.0%  (12 of 12; 95% interval 75.8% to 100.0%)" in answer.stdout
    assert "mean of the values" in answer.stdout


def test_pictures_that_cannot_be_read_are_named_and_tell_in_the_exit_code(tmp_path: Path) -> None:
    gone = [f"gone-{number}.png\t7" for number in range(7)]
    for rows, code in ([f"{LABELS.parent / 'mouse.png'}\t8", *gone], 3), (gone, 1):
        (tmp_path / "labels.tsv").write_text("\n".join(["path\tlabel", *rows]))
        answer = inkdigits("evaluate", "--data", "labels.tsv", "--json", folder=tmp_path)
        assert answer.exit_code == code
        assert json.loads(answer.stdout)["n"] == len(rows)
        *named, summary = answer.stderr.splitlines()
        assert [line.partition(";")[0] for line in named] == [
            f"inkdigits: there is no file ./gone-{number}.png" for number in range(5)
        ]
        assert summary.startswith(f"{len(rows)} pictures: ")
        assert summary.endswith(", 7 failed")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "--data", "mnits"), "did you mean 'mnist'?"),
        (("evaluate", "--data", "optdigits", "--split", "tset"), "did you mean 'test'?"),
        (("evaluate", "--data", "optdigits", "--single"), "--single goes with"),
        (("evaluate", "--data", "labels.csv", "--split", "test"), "--split does not go with"),
        (("evaluate", "--data", "optdigits", "--by", "kind"), "--by goes with"),
        (("evaluate", "--data", str(LABELS), "--leave-out", "lable=4"), "did you mean 'label'?"),
        (("show", "360", "--data", "optdigits"), "give indices from 0 to 359"),
        (("show", "1", "--mistakes", "3"), "one thing only"),
        (("show", "--augmented", "fats", "--data", "optdigits"), "did you mean 'fast'?"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    answer = inkdigits(*arguments, folder=tmp_path)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "what", [("0", "1", "2"), ("--mistakes", "5"), ("--augmented", "mlp")], ids=["indices", "mistakes", "augmented"]
)
def test_show_draws_a_picture(what: tuple[str, ...], tmp_path: Path) -> None:
    answer = inkdigits("show", *what, "--data", "optdigits", "-o", "shown.png", folder=tmp_path)
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout == "shown.png\n"
    with Image.open(tmp_path / "shown.png") as picture:
        assert min(picture.size) > 100


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_show_opens_a_viewer_on_a_display_alone_and_silences_it(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **how: started.append((*command, how["stderr"])))
    monkeypatch.setattr(shutil, "which", lambda program: program)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    open_figure("a.png")
    monkeypatch.setenv("DISPLAY", ":0")
    open_figure("b.png")
    assert started == [("xdg-open", "b.png", subprocess.DEVNULL)]
