"""What a release says of itself agrees, and the workflow that tests it holds up to a linter."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import inkdigits

REPOSITORY = Path(__file__).parents[1]
WORKFLOW = REPOSITORY / ".github" / "workflows" / "test.yml"


def test_the_changelog_and_the_citation_are_of_this_version() -> None:
    released = re.findall(r"^## \[([\d.]+)\] - (\S+)$", (REPOSITORY / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    citation = dict(re.findall(r"^([a-z-]+): (.+)$", (REPOSITORY / "CITATION.cff").read_text("utf-8"), re.MULTILINE))
    assert released[0] == (inkdigits.__version__, citation["date-released"].strip('"'))
    assert citation["version"] == inkdigits.__version__


def test_the_workflow_tests_each_python_that_is_supported() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    supported = [name.rpartition(" ")[2] for name in project["classifiers"] if re.search(r":: 3\.\d+$", name)]
    tested = re.search(r"python: \[(.*)\]", WORKFLOW.read_text("utf-8"))
    assert tested
    assert re.findall(r"[\d.]+", tested[1]) == supported
    assert "run: scripts/test" in WORKFLOW.read_text("utf-8")


def test_the_linter_of_workflows_finds_nothing() -> None:
    linter = shutil.which("zizmor", path=str(Path(sys.executable).parent)) or shutil.which("zizmor")
    if linter is None:
        pytest.skip("the workflow's linter needs: pip install '.[dev]'")
    found = subprocess.run([linter, "--offline", "--quiet", WORKFLOW], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
