"""What `inkdigits read` says to a person, on a real terminal; what it says to a program is tested in test_read.py."""

import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from inkdigits.cli.app import app
from inkdigits.cli.for_people import write_for_people
from inkdigits.errors import PictureError
from inkdigits.reading.reader import Reader
from inkdigits.results.characters import Digit, Mark
from inkdigits.results.reading import Reading
from inkdigits.results.transcript import NOTHING_FOUND, Line
from inkdigits.samples import LABELS

pty = pytest.importorskip("pty", reason="this system has no terminals of this kind")

MOUSE, STRING, BLANK = (LABELS.with_name(name) for name in ("mouse.png", "string-407.jpg", "blank-page.jpg"))
COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # and what moves the cursor


def on_a_terminal(*arguments: object, **environment: str) -> tuple[str, int]:
    """Run `inkdigits read` with a terminal as its stdout and stderr; return what that shows, and the exit code."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {
        "TERM": "xterm-256color", "COLUMNS": "100", **environment
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "inkdigits", "read", *map(str, arguments)], stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = bytearray()
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    return shown.decode().replace("\r\n", "\n"), process.wait()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # what Linux says when the other end is closed
        return b""


def digit(value: int, confidence: float = 0.99, *, accepted: bool = True, line: int = 0) -> Digit:
    probabilities = tuple(np.where(np.arange(10) == value, 0.91, 0.01).tolist())
    return Digit(value, confidence, probabilities, (1, 2, 3, 4), accepted, line, np.zeros((28, 28), np.uint8))


def line(text: str, doubtful: str = "", confidence: float = 0.775) -> Line:
    """Return a line of digits, those of which are uncertain that are named."""
    return Line(
        tuple(
            digit(int(one), confidence if one in doubtful else 0.99, accepted=one not in doubtful)
            for one in text
        )
    )  # fmt: skip


def written(*readings: Reading, verbose: bool = False) -> list[str]:
    stream = BytesIO()
    write_for_people(readings, stream, [reading.source for reading in readings], verbose=verbose)
    return stream.getvalue().decode().splitlines()


def test_a_terminal_shows_a_line_a_picture_with_a_sign_and_how_sure_it_is() -> None:
    shown, code = on_a_terminal(MOUSE, STRING, BLANK)
    rows = [re.split(r"  +", row) for row in COLOUR.sub("", shown).splitlines() if re.search(r"  [✓–] ", row)]
    assert [row[1] for row in rows] == ["✓ 8", "✓ 407", "– no digit"]
    assert all(re.fullmatch(r"\d\d%", row[2]) for row in rows[:2])
    assert code == 0
    assert COLOUR.search(shown)


def test_no_colour_and_no_sign_beyond_ascii_where_there_is_none() -> None:
    shown, _ = on_a_terminal(MOUSE, BLANK, NO_COLOR="1", TERM="dumb", PYTHONIOENCODING="ascii")
    assert "\x1b" not in shown
    assert "+ 8 " in shown
    assert "- no digit" in shown


def test_all_that_is_known_of_each_digit_on_request() -> None:
    result = CliRunner().invoke(app, ["read", "--verbose", str(STRING)])
    assert [row.split()[0] for row in result.stdout.splitlines()[1:]] == ["4", "0", "7"]
    both = CliRunner().invoke(app, ["read", "-v", "--json", str(STRING)])
    assert (both.exit_code, both.stderr) == (
        2, "inkdigits: --verbose and --json contradict each other; give one of them\n"
    )  # fmt: skip


def test_what_should_be_checked_stands_in_brackets_and_columns_are_aligned() -> None:
    assert written(
        Reading("a.png", (line("61231", "2"),)),
        Reading("longer.png", (line("407"), line("12", "12"))),
        Reading("longer.png", (line("5"),), page=2),
        Reading("bad.png", error=PictureError("no picture")),
    ) == [
        "a.png       ? 61[2?]31   77%",
        "longer.png  ? 407 | [12?]   77%",
        "  page 2    ✓ 5             99%",
    ]


def test_of_one_picture_each_line_stands_alone_and_the_notes_follow() -> None:
    assert written(Reading("a.png", (line("407"), line("12", "1")), notes=("not sure of: 1 in line 2",))) == [
        "✓ 407     99%",
        "? [1?]2   77%",
        "    not sure of: 1 in line 2",
    ]


def test_marks_are_marked_too_and_a_turned_page_is_mentioned() -> None:
    comma = Mark(",", 0.4, (1, 2, 3, 4), 0, 1, accepted=False)
    rows = written(Reading("a.png", (Line((digit(4), digit(2)), (comma,)),), rotation=90), verbose=True)
    assert rows[0] == "? 4[,?]2   40%"
    assert rows[3].split() == [",?", "40%", "3×4", "at", "1,2"]
    assert rows[4] == "    turned clockwise by 90° to be read"


def test_of_several_pictures_one_without_a_digit_says_why_on_its_own_row() -> None:
    words = Reading("words.png", notes=("this looks like words or print, not digits",))
    blank = Reading("blank.png", notes=(NOTHING_FOUND,))
    assert written(words, blank) == [
        "words.png  – no digit  this looks like words or print, not digits",
        "blank.png  – no digit",
    ]
    assert written(words, blank, verbose=True)[1] == "    this looks like words or print, not digits"


def test_a_terminal_counts_pictures_and_clears_the_count() -> None:
    shown, _ = on_a_terminal(MOUSE, STRING)
    *_, last = re.split(r"reading .* 1/2 ", shown)
    assert "\x1b[2K" in last
    assert "/2 " not in on_a_terminal(MOUSE, STRING, TERM="dumb")[0]
    assert "reading" not in on_a_terminal(MOUSE)[0]


def test_the_tutorial_shows_what_the_command_prints() -> None:
    def but_for_shares(text: str) -> list[str]:
        return [re.sub(r"\d+%", "%", row).rstrip() for row in text.strip("\n").splitlines()]

    docs = Path(__file__).parents[2] / "docs"
    rows, digit = re.findall(r"```text\n(.*?)```", (docs / "tutorial.md").read_text(encoding="utf-8"), re.DOTALL)
    reading = Reader().read(docs / "page.jpg")
    assert but_for_shares(rows) == but_for_shares("\n".join(written(reading)))
    assert but_for_shares(digit)[0] in but_for_shares("\n".join(written(reading, verbose=True)))


def test_an_error_is_broken_between_words_on_a_narrow_terminal() -> None:
    shown, code = on_a_terminal("no-such-picture.png", "--model", "missing-model.onnx", COLUMNS="40")
    assert code == 1
    said = shown.splitlines()
    assert len(said) > 1
    assert all(len(row) <= 40 for row in said)
    assert "missing-model.onnx" in shown
