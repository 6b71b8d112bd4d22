"""Batches that are read by processes of their own."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pool import Bounds, Readers, read_in_order
from inkdigits.reading.reader import Reader
from inkdigits.samples import sample_pictures

from ..service.conftest import readers_of
from ..waiting import PATIENCE, wait_until

HOW = {"single": False, "region": None, "digits_only": False}
PAGES = Path(__file__).parents[1] / "pinned" / "pages"


@pytest.fixture(scope="module")
def readers():
    with Readers("bundled", 2, Bounds(seconds=PATIENCE)) as readers:
        yield readers


def test_readings_come_in_order_and_are_those_of_one_process(readers) -> None:
    pictures = [str(path) for path in sample_pictures()]
    reader = Reader()
    read = [
        reading
        for readings in read_in_order(readers, zip(pictures, pictures, strict=True), HOW)
        for reading in readings
    ]
    assert [reading.source for reading in read] == pictures
    assert [reading.text for reading in read] == [reader.read(picture).text for picture in pictures]


def test_what_cannot_be_read_is_an_error_among_the_others(readers) -> None:
    pictures = [("bad", b"no picture"), ("closed", _closed()), ("missing", "missing.png")]
    read = [reading for readings in read_in_order(readers, pictures, HOW) for reading in readings]
    assert [reading.status for reading in read] == ["error"] * 3


def test_a_picture_that_takes_more_memory_than_it_may_ends_none_of_the_others() -> None:
    large, small = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (6000, 6000), "white").save(large, "PNG")
    Image.new("RGB", (60, 60), "white").save(small, "PNG")
    with Readers("bundled", 1, Bounds(PATIENCE, 64 * 2**20)) as readers:
        pictures = [("large", large.getvalue()), ("small", small.getvalue())]
        (first,), (second,) = read_in_order(readers, pictures, HOW)
    assert (first.source, first.error.code, second.status) == ("large", "too_costly", "no_digit")


def test_a_page_that_the_networks_have_no_memory_for_is_too_costly() -> None:
    """ONNX Runtime says so in words of its own."""
    with Readers("bundled", 1, Bounds(PATIENCE, 16 * 2**20)) as readers:
        ((page,),) = read_in_order(readers, [("page", str(PAGES / "lamp_light.jpg"))], HOW)
    assert (page.status, page.error.code) == ("error", "too_costly")


def test_pages_of_different_sizes_do_not_fill_a_reader() -> None:
    """What libraries keep of each page must not add up; what glibc keeps may fill one reader in twenty pages."""
    pages = sorted(str(page) for page in PAGES.glob("*_*.jpg"))
    assert len(pages) >= 8
    with Readers("bundled", 1, Bounds(PATIENCE)) as readers:
        processes = set()
        for page in pages * 2:
            ((reading,),) = read_in_order(readers, [(page, page)], HOW)
            assert reading.error is None
            processes.add(readers.submit(_process).result())
        assert len(processes) <= 2


def test_a_reader_whose_memory_is_full_is_replaced() -> None:
    with Readers("bundled", 1, Bounds(PATIENCE, 64 * 2**20)) as readers:
        before = readers.submit(_process).result()
        with pytest.raises(PictureError, match="more memory than it may") as raised:
            readers.submit(_fill).result()
        assert raised.value.code == "too_costly"
        assert readers.submit(_process).result() != before


def test_a_reader_that_dies_while_it_is_idle_is_replaced_before_anybody_asks() -> None:
    with Readers("bundled", 1, Bounds(PATIENCE)) as readers:
        killed = readers.submit(_process).result()
        there = set(readers_of(os.getpid()))
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: set(readers_of(os.getpid())) - there)
        assert readers.submit(_process).result() not in there


def test_work_whose_reader_dies_while_all_is_closed_has_an_error() -> None:
    readers = Readers("bundled", 1, Bounds(PATIENCE))
    outcome = readers.submit(_die_later)
    readers.close()
    with pytest.raises(PictureError, match="its reader died"):
        outcome.result(0)


def test_readers_are_forked_from_what_has_imported_whatever_their_work_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work.py").write_text("import sys\ndef knows(reader): return sys.modules['needed'].is_undisturbed\n")
    # Ctrl-C, which a terminal sends to all, must not end the import with a stack trace.
    needed = "import signal\nis_undisturbed = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])\n"
    (tmp_path / "needed.py").write_text(needed)
    code = """
import work
from inkdigits.pool import Bounds, Readers, fork_readers_with
if __name__ == "__main__":
    fork_readers_with("needed")
    with Readers("bundled", 1, Bounds()) as readers:
        print(readers.submit(work.knows).result())
"""
    script = tmp_path / "script.py"
    script.write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    assert subprocess.run([sys.executable, script], capture_output=True, text=True, check=True).stdout == "True\n"


def _process(_: Reader) -> int:
    return os.getpid()


def _die_later(_: Reader) -> None:
    time.sleep(1)  # until others have begun to close
    os._exit(1)


def _fill(_: Reader) -> None:
    np.ones(128 * 2**20, np.uint8)


def _closed() -> io.BytesIO:
    file = io.BytesIO(b"x")
    file.close()
    return file
