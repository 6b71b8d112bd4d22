"""Files that are either whole or not there: atomic writing, checksums, and clear errors about both."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from inkdigits.errors import OutputError, printable

_unfinished: dict[Path, int] = {}  # temporary files, and the process that writes each: a fork knows its parent's too


def output_error(path: str | Path, error: OSError) -> OutputError:
    """Return the error, in the user's words, for a file or folder that could not be written."""
    advice = {
        **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "free some space or name another folder"),
        **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "name a folder that you may write to"),
        errno.EEXIST: "a file of that name is in the way; name another folder",
        errno.ENOTDIR: "a file stands where a folder should be; name another folder",
        errno.EISDIR: "a folder of that name is in the way; name another file",
    }.get(error.errno or 0)
    return OutputError(f"cannot write {printable(path)}: {error.strerror or error}", advice)


def make_folder(path: str | Path) -> Path:
    """Make a folder with its parents, if it is not there yet; raise OutputError if it cannot be, or is read-only."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # os.access asks about the wrong user under sudo, so try it.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise output_error(folder, error) from error
    return folder


def check_replaceable(path: str | Path, inputs: Iterable[str | Path] = ()) -> None:
    """Raise OutputError unless nothing stands under a name but a regular file that is none of the inputs.

    A pipe or a device would be gone for the programs that use it, and so would a picture that is still to be read.
    Inputs that are no files are left out.
    """
    try:
        there = Path(path).stat()
    except OSError:  # nothing is there; or whoever writes says what is wrong
        return
    if not (stat.S_ISREG(there.st_mode) or stat.S_ISDIR(there.st_mode)):
        raise OutputError(f"cannot write {printable(path)}: it is a pipe, a socket or a device", "name another file")
    for source in inputs:
        with suppress(OSError, ValueError):
            if os.path.samestat(there, os.stat(source)):  # noqa: PTH116 - a Path would take a hundred times as long
                what = f"cannot write {printable(path)}: it is one of the files to read"
                raise OutputError(what, "name another file")


@contextmanager
def open_atomically(path: str | Path, inputs: Iterable[str | Path] = ()) -> Iterator[IO[bytes]]:
    """Open a file for writing that appears under its name only once it is whole and on disk.

    The bytes go to a temporary file in the same folder, which is flushed, synced and renamed; if anything fails,
    the temporary file is removed and what stood under the name before is still there.

    Raises:
        OutputError: the folder is missing or read-only, the disk is full, or the name is that of an input (what is
            being read), a pipe, a socket or a device.

    """
    target = Path(path)
    check_replaceable(target, inputs)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
        temporary = Path(name)
        _unfinished[temporary] = os.getpid()
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0o022)  # temporary files are private, but what the user asked for is not
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        check_replaceable(target)  # writing may have taken hours
        temporary.replace(target)
    except OSError as error:
        raise output_error(target, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            _unfinished.pop(temporary, None)


def remove_unfinished() -> None:
    """Remove the temporary files that this process is writing: it is about to end without unwinding."""
    for temporary in [path for path, process in _unfinished.items() if process == os.getpid()]:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_atomically(path: str | Path, content: bytes | str, inputs: Iterable[str | Path] = ()) -> Path:
    """Write a whole file at once, text as UTF-8; see `open_atomically`."""
    with open_atomically(path, inputs) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    return Path(path)


def sha256(content: bytes | memoryview) -> str:
    """Return the SHA-256 sum of some bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
