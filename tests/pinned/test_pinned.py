"""What was read right once is read right: fixed pictures, exact readings, and counts that may only rise.

A count that rose is kept by `python scripts/write_pins.py`.
"""

import pytest

from inkdigits.reading.reader import Reader

from .kinds import KINDS, MORE, MissingDataError, changes, count, is_lower, judge, read_floors


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.long) if kind in MORE else kind for kind in KINDS]
)
def test_no_reading_is_lost(reader: Reader, kind: str) -> None:
    floor = read_floors()[kind]
    try:
        judgements = judge(reader, kind)
    except MissingDataError as missing:
        pytest.skip(str(missing))
    changed = changes(judgements, floor)
    print(changed)  # noqa: T201 - shown where the test fails, and by -rP
    assert not is_lower(count(judgements), floor), changed


def test_every_kind_has_a_floor_and_no_other_has() -> None:
    assert set(read_floors()) == set(KINDS)


def test_a_floor_is_lower_by_a_picture_or_by_a_line() -> None:
    floor = {"pictures": 3, "lines": 7, "wrong": ["a"]}
    assert is_lower(floor | {"pictures": 2}, floor)
    assert is_lower(floor | {"lines": 6}, floor)
    assert not is_lower(floor | {"lines": 8, "wrong": ["b"]}, floor)
