"""The examples of docs/http-api.md are run as they stand, against a real service."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..waiting import PATIENCE

PAGE = (Path(__file__).parents[2] / "docs" / "http-api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(bash|python|javascript)\n(.*?)```", PAGE, re.DOTALL)
PROGRAMS = {
    "bash": ["bash", "-ec"],
    "python": [sys.executable, "-c"],
    "javascript": ["node", "--input-type=module", "--eval"],
}
NEEDED = {"bash": "curl", "python": sys.executable, "javascript": "node"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, digit, string) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    (folder / "digit.png").write_bytes(digit)
    (folder / "string.jpg").write_bytes(string)
    return folder


@pytest.fixture(scope="module")
def keeping(serve, folder):
    return serve("--keep-corrections", str(folder / "kept"))


@pytest.mark.parametrize(("language", "code"), EXAMPLES, ids=lambda value: value.splitlines()[0][:60])
def test_an_example_does_what_it_says(keeping, folder, language, code) -> None:
    if shutil.which(NEEDED[language]) is None:
        pytest.skip(f"there is no {NEEDED[language]} on this machine")
    command = [*PROGRAMS[language], code.replace("http://127.0.0.1:8000", keeping.url)]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert answer.returncode == 0, answer.stderr
    assert '"error": {' not in answer.stdout
    promised = re.search(r"(?:print|console\.log)\(.*\);? *(?:#|//) ([^;\n]*)", code)
    if promised:
        assert answer.stdout.strip() == promised[1]
    elif "/v1/" in code:
        assert json.loads(answer.stdout)


def test_each_language_has_an_example() -> None:
    assert {language for language, _ in EXAMPLES} == set(PROGRAMS)
