"""The notebooks run from top to bottom, also where they ran before, and show what their cells say."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from inkdigits.training.runs.whole_run import train

REPOSITORY = Path(__file__).parents[1]
NOTEBOOKS = sorted((REPOSITORY / "docs").glob("*.ipynb"))

# A cell that leaves every tenth digit of MNIST: what the notebooks show is not how well is learned.
FEWER_DIGITS = """
from dataclasses import replace
from inkdigits.data import mnist
load_all = mnist.load_mnist
def load_some(*arguments, **named):
    digits = load_all(*arguments, **named)
    return replace(digits, **{part: getattr(digits, part)[::10] for part in ("images", "labels", "parts")})
mnist.load_mnist = load_some
"""


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_notebooks", REPOSITORY / "scripts" / "run_notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


notebooks = load_script()


def outputs(notebook: dict) -> str:
    """All that the cells show as text."""
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    data = [output.get("data", {"text/plain": output.get("text", "")}) for output in shown]
    return "\n".join(str(text) for kinds in data for kind, text in kinds.items() if kind.startswith("text/"))


def test_the_script_knows_all_of_them() -> None:
    assert [path.name for path in NOTEBOOKS] == sorted(notebooks.NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_what_is_shown_is_fresh_and_tells_nothing_of_the_machine(path: Path) -> None:
    assert notebooks.is_fresh(path), "python scripts/run_notebooks.py"
    text = re.sub(r"data:image/\w+;base64,[\w+/=]+", "", path.read_text(encoding="utf-8"))
    assert re.findall(r"(?<![\w.:/])/(?:home|root|tmp|work|Users|usr)/", text) == []
    assert len(path.read_bytes()) < 3_000_000


@pytest.mark.parametrize("name", notebooks.NOTEBOOKS)
def test_it_runs_from_top_to_bottom(name: str, tmp_path: Path, mnist_dir: Path) -> None:
    if name == "notebook.ipynb":  # as if this were the second "Run all"
        train("instant", "optdigits", epochs=1, out=tmp_path / "runs" / "notebook")
    notebook = notebooks.run(REPOSITORY / "docs" / name, tmp_path, epochs=1, before=FEWER_DIGITS)
    text = outputs(notebook)
    assert "407" in text or "<History of 1 epoch" in text
    assert sum("image/png" in str(cell.get("outputs", "")) for cell in notebook.cells) >= 4
