"""Write docs/cli.md from what the commands print with --help; with --check, only say whether it is up to date."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ |= {"COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "TERM": "dumb"}  # before typer looks at them
os.environ.pop("FORCE_COLOR", None)

import typer
from typer.testing import CliRunner

from inkdigits.cli.app import app

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """# The command line

Written by `scripts/write_cli_docs.py` from what each command prints with `--help`; a test holds the two together.

stdout carries data, stderr carries progress and words. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some inputs of a
batch failed, 130 interrupted. `NO_COLOR` is respected, progress is shown only on a terminal, and
`inkdigits --install-completion` completes commands in your shell.
"""


def commands() -> Iterator[str]:
    """Yield every command and sub-command, and the command itself as an empty text."""
    yield ""
    for name, command in typer.main.get_command(app).commands.items():
        yield name
        yield from (f"{name} {below}" for below in getattr(command, "commands", {}))


def help_text(command: str) -> str:
    """Return what a command prints with --help, without colours, on 100 columns."""
    answer = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="inkdigits")
    return "\n".join(line.rstrip() for line in answer.stdout.strip().splitlines())


def page() -> str:
    """Return the whole page."""
    sections = (
        f"## `{f'inkdigits {command}'.strip()}`\n\n```text\n{help_text(command)}\n```\n" for command in commands()
    )
    return "\n".join([HEAD, *sections])


def main() -> int:
    """Write the page, or check it."""
    text = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PAGE} is out of date; run: python scripts/write_cli_docs.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
