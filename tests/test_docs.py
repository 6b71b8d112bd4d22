"""Documents say what the code does."""

import ast
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from typer.main import get_command

import inkdigits
from inkdigits.cli.app import app

REPOSITORY = Path(__file__).parents[1]
PAGES = [*(REPOSITORY / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG"))]
PAGES += [*sorted((REPOSITORY / "docs").glob("*.md"))]


def test_the_command_lines_page_is_what_help_prints() -> None:
    check = [sys.executable, str(REPOSITORY / "scripts" / "write_cli_docs.py"), "--check"]
    answer = subprocess.run(check, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_the_figures_of_scale_are_those_that_were_measured() -> None:
    check = [sys.executable, str(REPOSITORY / "scripts" / "write_scale_docs.py"), "--check"]
    answer = subprocess.run(check, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_what_contributing_says_to_be_somewhere_is_there() -> None:
    page = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    answers = re.findall(r"^\| .+ \| `([\w/]+\.py)` \| `(\w+)` \|$", page, re.MULTILINE)
    assert len(answers) == 10
    for file, name in answers:
        code = (Path(inkdigits.__file__).parent / file).read_text(encoding="utf-8")
        assert re.search(rf"(def|class) {name}\b", code), f"{name} is not in {file}"


def test_every_public_name_is_documented() -> None:
    text = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8")
    assert [name for name in inkdigits.__all__ if name not in text] == []


@pytest.mark.parametrize("page", [page for page in PAGES if "```python" in page.read_text(encoding="utf-8")], ids=str)
def test_python_in_documents_compiles(page: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert compile(block, str(page), "exec").co_names, block  # it uses something, and is no mere comment


def found_in_docstrings(pattern: str) -> list[str]:
    found: set[str] = set()
    for module in (REPOSITORY / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                found |= set(re.findall(pattern, ast.get_docstring(node) or ""))
    return sorted(found)


@pytest.mark.parametrize("name", found_in_docstrings(r"\binkdigits(?:\.\w+)+"))
def test_names_in_docstrings_exist(name: str) -> None:
    assert pydoc.locate(name) is not None


@pytest.mark.parametrize("words", found_in_docstrings(r"`inkdigits((?: [a-z]+)+)"))
def test_commands_in_docstrings_exist(words: str) -> None:
    command = get_command(app)
    for word in words.split():
        if isinstance(command, click.Group):
            assert word in command.commands
            command = command.commands[word]
