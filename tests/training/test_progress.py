"""How a run is shown: on a terminal, in a notebook, or not at all."""

from dataclasses import replace
from typing import Any

import pytest

from inkdigits.training.loop import progress
from inkdigits.training.loop.history import EpochRecord, StepReport
from inkdigits.training.loop.progress import LiveProgress, NotebookProgress, shown

RECORD = EpochRecord(1, 0.5, 0.8, 0.2, 0.9, 0.01, 2.0, 1000.0)
STEP = StepReport(epoch=2, epochs=4, position=50, size=100, seen=150, total=400, loss=0.25, accuracy=0.75)


class Shown:
    """What IPython gives for something that may be displayed again."""

    def __init__(self) -> None:
        self.now: dict[str, str] = {}

    def update(self, data: dict[str, str], raw: bool) -> None:
        assert raw
        self.now = data


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Shown:
    display = pytest.importorskip("IPython.display")
    handle = Shown()

    def show(data: Any, **how: Any) -> Shown:
        return handle

    monkeypatch.setattr(display, "display", show)
    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    return handle


def test_a_notebook_shows_a_bar_and_then_a_table(notebook: Shown) -> None:
    with shown("auto") as live:
        assert isinstance(live, NotebookProgress)
        live.on_data("reading <pictures>", 30, 30)
        assert "reading &lt;pictures&gt;: 30 of 30" in notebook.now["text/html"]
        live.on_epoch([RECORD])
        live.on_step(STEP)
        assert '<progress value="150" max="400"' in notebook.now["text/html"]
        assert "epoch 2/4: loss 0.2500, accuracy 75.00%, 0 s left" in notebook.now["text/html"]
        assert "90.00%" in notebook.now["text/html"]
        live.on_epoch([RECORD, RECORD])
    assert "<progress" not in notebook.now["text/html"]
    assert notebook.now["text/html"].count("<tr") == 3


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    for told in ("auto", False):
        with shown(told) as live:
            assert live is None
    assert capsys.readouterr() == ("", "")


def test_a_file_gets_a_line_an_epoch_once(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(True) as live:
        assert isinstance(live, LiveProgress)
        live.on_data("reading pictures", 1, 2)
        live.on_step(STEP)
        live.on_epoch([RECORD])
        live.on_epoch([RECORD])
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with shown("auto") as live:
        assert isinstance(live, LiveProgress)
        live._bar.refresh()
        live.on_data("reading pictures", 1, 2)
        live._bar.refresh()
        live.on_data("reading pictures", 2, 2)
        live.on_step(STEP)
        live._bar.refresh()
        live.on_step(replace(STEP, epoch=4, seen=400))
        live._bar.refresh()
    written = capsys.readouterr().err
    assert written.index("preparing") < written.index("epoch 2/4") < written.index("writing the model")
    assert "reading pictures" in written
    assert "epoch 2/4" in written
    assert "loss 0.2500  accuracy 75.00%" in written
