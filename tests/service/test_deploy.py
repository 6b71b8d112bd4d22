"""What can be run of the files under deploy/ is run; what can't be built here is read by the system's own checker."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def command_after(instruction: str) -> list[str]:
    match = re.search(rf"^{instruction}.*?(\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert match, instruction
    return json.loads(match[1].replace("\\\n", ""))


def test_the_image_starts_the_service_and_its_health_check_sees_it(serve, tmp_path) -> None:
    program, command, *options = command_after("ENTRYPOINT")
    assert (program, command) == ("inkdigits", "serve")
    token = tmp_path / "token"
    token.write_text("correct-horse-battery-staple")
    served = serve(*(option.replace("/run/secrets/token", str(token)) for option in options))
    python, *check = command_after("HEALTHCHECK")
    assert python == "python"
    check = [part.replace("127.0.0.1:8000", f"127.0.0.1:{served.port}") for part in check]
    assert subprocess.run([sys.executable, *check], check=False).returncode == 0
    served.stop()
    assert subprocess.run([sys.executable, *check], capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("file", ["serve.txt", "test.txt"])
def test_each_package_is_known_by_its_hash(file: str) -> None:
    packages = re.split(r"\n(?=\S)", (DEPLOY.parent / "requirements" / file).read_text(encoding="utf-8").strip())
    named = [package for package in packages if not package.startswith(("#", "--"))]
    assert len(named) > 10
    assert [package for package in named if "--hash=sha256:" not in package] == []


def test_the_image_begins_with_one_that_is_known_by_its_digest() -> None:
    begun, *others = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:\S+@sha256:[0-9a-f]{64}", begun)
    assert set(others) == {"base"}


def test_the_image_runs_as_nobody_in_particular() -> None:
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", DOCKERFILE, re.MULTILINE)
    assert "FROM python:" in DOCKERFILE
    assert ":latest" not in DOCKERFILE
    copied = re.search(r"^COPY ([^-\n]+) \./$", DOCKERFILE, re.MULTILINE)
    assert copied
    for file in (*copied[1].split(), "src"):
        assert (DEPLOY.parent / file).exists()


def test_a_linter_finds_no_fault_with_the_dockerfile() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    linted = subprocess.run([hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_finds_no_fault_with_the_unit_and_little_exposure(tmp_path) -> None:
    unit = tmp_path / "inkdigits.service"
    text = (DEPLOY / "inkdigits.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/inkdigits/bin/inkdigits", sys.executable))
    answer = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert str(unit) not in answer.stderr, answer.stderr
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(unit)]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout[-500:]
