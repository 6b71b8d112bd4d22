"""Tesseract, the command, a process a picture: `tesseract_pictures.py THREADS`.

It is told to read digits only, and by the picture's kind what to expect: a page (6: a block of text), a line (7) or one
character (10).
"""

from __future__ import annotations

import os
import subprocess
import sys

from conversation import converse, only_digits

MODES = {"single": 10, "nothing": 10, "string": 7, "boxes": 7, "cheque": 7}  # all others are pages
ENVIRONMENT = os.environ | {"OMP_THREAD_LIMIT": sys.argv[1]}


def tesseract(*arguments: str) -> str:
    """Run the command and return what it says."""
    return subprocess.run(["tesseract", *arguments], capture_output=True, text=True, check=True, env=ENVIRONMENT).stdout


def read(path: str, kind: str) -> tuple[str, None]:
    """Read a picture."""
    mode = str(MODES.get(kind, 6))
    text = tesseract(path, "-", "--psm", mode, "-c", "tessedit_char_whitelist=0123456789")
    return only_digits(text.splitlines()), None


converse(tesseract("--version").split()[1], read)
