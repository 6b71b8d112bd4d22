"""Files are either whole or not there."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
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


@pytest.fixture(params=["pipe", "socket", "device", "link to a pipe"])
def no_file(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Something in the place of a file that programs may be using."""
    path = tmp_path / "there"
    if request.param == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            yield path
        return
    if request.param == "device":
        yield Path(os.devnull)
        return
    os.mkfifo(path)
    if request.param == "link to a pipe":
        (tmp_path / "link").symlink_to(path)
    yield tmp_path / "link" if request.param == "link to a pipe" else path


def test_a_pipe_a_socket_and_a_device_are_not_replaced(no_file: Path) -> None:
    before = no_file.lstat()
    with pytest.raises(OutputError, match="it is a pipe, a socket or a device; name another file"):
        write_atomically(no_file, b"")
    assert no_file.lstat().st_mode == before.st_mode


def test_a_pipe_that_comes_while_a_file_is_written_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "file.txt"

    def write() -> None:
        with open_atomically(target) as file:
            file.write(b"text")
            os.mkfifo(target)

    with pytest.raises(OutputError, match="it is a pipe"):
        write()
    assert target.is_fifo()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["picture.png", "link.png", "hard.png", "./picture.png"])
def test_an_input_is_not_replaced_under_whatever_name(tmp_path: Path, name: str) -> None:
    picture = write_atomically(tmp_path / "picture.png", b"a picture")
    (tmp_path / "link.png").symlink_to(picture)
    (tmp_path / "hard.png").hardlink_to(picture)
    inputs = ["-", "a\0b", tmp_path / "missing.png", str(picture)]
    with pytest.raises(OutputError, match="it is one of the files to read; name another file"):
        write_atomically(f"{tmp_path}/{name}", b"", inputs)
    assert picture.read_bytes() == b"a picture"
    assert write_atomically(tmp_path / "other.png", b"other", inputs).read_bytes() == b"other"


def test_odd_names_are_shown_on_one_line() -> None:
    assert printable("a\nb\x1b[31m ü 数字.png") == "a\\nb\\x1b[31m ü 数字.png"
