"""Raise the floors of tests/pinned to what is read right now; with --lower, lower them too.

A floor is lowered only where that is meant: where the pictures themselves are others now, or a loss here is the price
of a gain elsewhere that the commit names. Kinds whose pictures are not on this machine keep their floors.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "pinned"))

from kinds import FLOORS, KINDS, MissingDataError, changes, count, is_lower, judge, read_floors  # noqa: E402 - tests are no package

from inkdigits.reading.reader import Reader  # noqa: E402


def main() -> int:
    """Read all kinds, and write what rose."""
    lower, reader, before = "--lower" in sys.argv[1:], Reader(threads=1), read_floors()
    after, lost = {}, False
    for kind in KINDS:
        try:
            judgements = judge(reader, kind)
        except MissingDataError as missing:
            sys.stderr.write(f"{kind}: not read: {missing}\n")
            after |= {kind: before[kind]} if kind in before else {}
            continue
        found = count(judgements)
        floor = before.get(kind, {"pictures": 0, "lines": 0, "wrong": [*judgements]})
        falls = is_lower(found, floor)
        lost |= falls and not lower
        after[kind] = floor if falls and not lower else found
        sys.stdout.write(f"{kind}: {found['pictures']} of {len(judgements)} pictures, {found['lines']} lines\n")
        if kind in before and (changed := changes(judgements, floor)):
            sys.stdout.write(f"{changed}\n")
    lines = (f" {json.dumps(kind)}: {json.dumps(floor)}" for kind, floor in after.items())
    FLOORS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    if lost:
        sys.stderr.write("some counts fell, and their floors were left; --lower lowers them\n")
    return int(lost)


if __name__ == "__main__":
    sys.exit(main())
