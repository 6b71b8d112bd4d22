"""Files are either whole or not there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inkdigits.errors import OutputError, printable
from inkdigits.files import make_folder, open_atomically, write_atomically


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    target = write_atomically(tmp_path / "file.txt", "before")

    def write_half() -> None:
        with open_atomically(target) as file:
            file.write(b"half of it")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_written_file_has_the_usual_permissions(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert write_atomically(tmp_path / "ours", b"").stat().st_mode == ordinary.stat().st_mode


def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path: Path) -> None:
    # A limit on the size of files is met in the same place as a full disk, and needs no disk of its own.
    code = """
import resource, sys
from pathlib import Path
from inkdigits.errors import OutputError
from inkdigits.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_atomically(sys.argv[1], bytes(200_000))
except OutputError as error:
    print(error)
"""
    target = write_atomically(tmp_path / "file.bin", b"before")
    answer = subprocess.run([sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=True)
    assert "cannot write" in answer.stdout
    assert "free some space" in answer.stdout
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_a_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="name a folder that you may write to"):
        write_atomically(tmp_path / "file", b"")


def test_a_file_in_the_place_of_a_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="name another folder"):
        make_folder(tmp_path / "file" / "folder")
    with pytest.raises(OutputError, match="name another folder"):
        make_folder(tmp_path / "file")


def test_a_folder_in_the_place_of_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="name another file"):
        write_atomically(tmp_path / "folder", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_odd_names_are_shown_on_one_line() -> None:
    assert printable("a\nb\x1b[31m ü 数字.png") == "a\\nb\\x1b[31m ü 数字.png"
