"""Files that are either whole or not there: atomic writing, checksums, and clear errors about both."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from inkdigits.errors import OutputError, printable

__all__ = ["make_folder", "open_atomically", "output_error", "sha256", "write_atomically"]


def output_error(path: str | Path, error: OSError) -> OutputError:
    """Return the error, in the user's words, for a file or folder that could not be written."""
    advice = {
        errno.ENOSPC: "free some space or name another folder",
        errno.EDQUOT: "free some space or name another folder",
        errno.EFBIG: "free some space or name another folder",
        errno.EACCES: "name a folder that you may write to",
        errno.EPERM: "name a folder that you may write to",
        errno.EROFS: "name a folder that you may write to",
        errno.EEXIST: "a file of that name is in the way; name another folder",
        errno.ENOTDIR: "a file stands where a folder should be; name another folder",
        errno.EISDIR: "a folder of that name is in the way; name another file",
    }.get(error.errno or 0)
    return OutputError(f"cannot write {printable(path)}: {error.strerror or error}", advice)


def make_folder(path: str | Path) -> Path:
    """Make a folder with its parents, if it is not there yet, and check that it can be written to.

    Raises:
        OutputError: it cannot be made, or is read-only.

    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # os.access asks about the wrong user under sudo, so try it.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise output_error(folder, error) from error
    return folder


@contextmanager
def open_atomically(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that appears under its name only once it is whole and on disk.

    The bytes go to a temporary file in the same folder, which is flushed, synced and renamed; if anything fails,
    the temporary file is removed and what stood under the name before is still there.

    Raises:
        OutputError: the folder is missing or read-only, or the disk is full.

    """
    target = Path(path)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise output_error(target, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def write_atomically(path: str | Path, content: bytes | str) -> Path:
    """Write a whole file at once, text as UTF-8; see `open_atomically`."""
    with open_atomically(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    return Path(path)


def sha256(content: bytes | memoryview) -> str:
    """Return the SHA-256 sum of some bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _umask() -> int:
    """Return the process's file mode mask; temporary files are private, but what the user asked for is not."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
