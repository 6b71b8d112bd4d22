"""The one command that makes the shipped models: every stage, what it leaves, and that it goes on where it stopped."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from make_models import WEIGHTS, Plan, fetch_hands, main, make, make_digits, make_lines, make_pages

import inkdigits
from inkdigits.errors import OutputError
from inkdigits.files import sha256
from inkdigits.reading.detector import Detector
from inkdigits.reading.line_model import LineModel
from inkdigits.synthesis.writers import WRITING
from inkdigits.training.recipes.recipe import Recipe
from inkdigits.training.recipes.stream_recipes import LineRecipe, PageRecipe

ONE_EPOCH = Recipe.named("fast").replace(epochs=1)
LINES = LineRecipe(steps=4, further=2, every=2, batch_size=4, channels=(4, 6, 8, 8, 8, 12), context=(1, 2))
PAGES = PageRecipe(steps=2, every=1, batch_size=2, fine=(4, 8), coarse=8, context=(1,))


@pytest.fixture(scope="module", autouse=True)
def _no_other_hands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Those that lie on a machine would only take time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKDIGITS_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A plan as small as can be, and carried out."""
    folder = tmp_path_factory.mktemp("models")
    plan = Plan(
        out=folder / "runs",
        weights=folder / "weights",
        data="optdigits",
        teachers=1,
        teacher=ONE_EPOCH,
        digits=Recipe.named("fast").replace(epochs=6),
        lines=LINES,
        pages=PAGES,
        workers=0,
        validation=1,
        views=1,
        pictures=1,
    )
    make(plan)
    return plan


def test_all_models_can_be_used_and_their_cards_are_of_them(plan: Plan) -> None:
    digits = inkdigits.Classifier(plan.weights / "bundled.onnx").info
    lines = LineModel(plan.weights / "lines.onnx", threads=1).info
    pages = Detector(plan.weights / "pages.onnx", threads=1).info
    for name, info in (("bundled", digits), ("lines", lines), ("pages", pages)):
        card = (plan.weights / f"{name}.md").read_text(encoding="utf-8")
        assert sha256((plan.weights / f"{name}.onnx").read_bytes()) in card
        assert info.data["sha256"] in card
        assert info.licence in card
    assert set(pages.thresholds) == {"single", "line", "no_digit", "number"}
    assert set(digits.metrics) == {"validation", "test"}
    config = json.loads((plan.out / "digits" / "config.json").read_text())
    assert [Path(teacher["path"]).parent.name for teacher in config["teachers"]] == ["teacher-0"]
    assert "make_models.py --stage digits --teachers 1\n" in (plan.weights / "bundled.md").read_text(encoding="utf-8")
    assert set(json.loads((plan.out / "times.json").read_text())) >= {"teachers", "digits", "lines", "pages"}


def test_the_command_gives_the_digit_model_as_many_teachers_as_the_shipped_one_had() -> None:
    card = (WEIGHTS / "bundled.md").read_text(encoding="utf-8")
    assert f"make_models.py --stage digits --teachers {Plan().teachers}\n" in card


def test_hands_that_cannot_be_had_are_named_and_stop_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for variable in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")  # where nobody listens
    fetch_hands()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" is not on disk")[0] for line in lines] == [f"going on without it: {name}" for name in WRITING]


def test_what_is_finished_stays_and_what_was_stopped_ends_the_same(plan: Plan) -> None:
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in plan.out.glob("*/checkpoint.safetensors")}

    before = files()
    assert len(before) == 6
    plan.lines_run.metrics_file.unlink()  # as if it had been killed just before its end
    with pytest.raises(OutputError, match="was begun; go on with it by --resume"):
        make(plan, "lines")
    for again in (make_digits, make_lines, make_pages):  # all but the thresholds, which take longest
        again(dataclasses.replace(plan, resume=True))
    assert files() == before
    assert plan.lines_run.metrics_file.exists()


def test_another_recipe_does_not_go_on_in_the_same_folder(plan: Plan) -> None:
    with pytest.raises(OutputError, match="another recipe, seed or data"):
        make(dataclasses.replace(plan, seed=1, resume=True), "lines")


def test_the_command_says_what_is_wrong_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--steps", "0", "--out", str(tmp_path)])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: a run needs at least 1 step, not 0\n"
