"""Standard streams that are closed or full, and signals: one line, the right exit code, no trace and no half a file."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inkdigits.samples import LABELS
from tests.waiting import wait_until

STRING = LABELS.with_name("string-407.jpg")


def not_ignored(number: signal.Signals) -> None:
    """Undo that a signal is ignored, as it is where the tests themselves run under nohup or in the background."""
    signal.signal(number, signal.SIG_DFL)


def shell(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a line of sh, in which `$0 "$@"` is the command with its arguments."""
    return subprocess.run(
        ["sh", "-c", f'"$0" -m inkdigits "$@" {command}', sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments", [("read", STRING), ("read", STRING, "--json"), ("recipes",), ("--help",)], ids=str
)
@pytest.mark.parametrize(("where", "why"), [(">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")])
def test_output_that_cannot_be_written_is_one_line(where: str, why: str, arguments: tuple[object, ...]) -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device, not a path of ours
        pytest.skip("this system has no /dev/full")
    ended = shell(where, *arguments)
    assert (ended.returncode, ended.stderr) == (1, f"inkdigits: cannot write to standard output: {why}\n")


def test_a_closed_stdin_is_one_line_where_it_is_to_be_read_and_nothing_elsewhere() -> None:
    ended = shell("<&-", "read", "-")
    assert ended.returncode == 1
    assert ended.stderr.startswith("inkdigits: cannot read the picture: Bad file descriptor;")
    assert ended.stderr.count("\n") == 1
    assert shell("<&-", "read", STRING).stdout == "407\n"


def test_closed_streams_that_are_not_needed_do_no_harm(tmp_path: Path) -> None:
    ended = shell(">&- 2>&- <&-", "read", STRING, "-o", tmp_path / "readings.txt")
    assert ended.returncode == 0
    assert (tmp_path / "readings.txt").read_text() == "407\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_that_ends_a_command_leaves_no_half_written_file(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "inkdigits", "read", "-", "-o", str(tmp_path / "readings.csv")]
    pipes: Any = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, preexec_fn=lambda: not_ignored(number), **pipes) as process:
        wait_until(lambda: list(tmp_path.glob(".*.part")), process)
        process.send_signal(number)
        _, said = process.communicate()
    assert (process.returncode, said) == (-number, "")
    assert list(tmp_path.iterdir()) == []


def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    command = ["nohup", sys.executable, "-m", "inkdigits", "read", "-", "-o", str(tmp_path / "readings.txt")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: list(tmp_path.glob(".*.part")), process)
        process.send_signal(signal.SIGHUP)
        process.communicate(STRING.read_bytes())
    assert (process.returncode, (tmp_path / "readings.txt").read_text()) == (0, "407\n")


@pytest.mark.parametrize("how", [(), ("--workers", "1")], ids=["alone", "workers"])
def test_ctrl_c_keeps_what_is_read_and_says_where_to_go_on(tmp_path: Path, how: tuple[str, ...]) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(300):
        (pictures / f"{number:03}.jpg").symlink_to(STRING)
    output = tmp_path / "readings.jsonl"
    command = [sys.executable, "-m", "inkdigits", "read", str(pictures), "-o", str(output), *how]
    pipes: Any = {"stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, preexec_fn=lambda: not_ignored(signal.SIGINT), **pipes) as process:
        wait_until(lambda: any(path.stat().st_size for path in tmp_path.glob(".*.part")), process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it, to all
        _, said = process.communicate()
    assert process.returncode == 130, said
    kept = [json.loads(line)["text"] for line in output.read_text().splitlines()]
    assert 0 < len(kept) < 300
    assert set(kept) == {"407"}
    assert said == (
        f"{len(kept)} of 300 files were read; the next is {pictures / f'{len(kept):03}.jpg'}\ninkdigits: interrupted\n"
    )
