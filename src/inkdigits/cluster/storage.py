"""Files and folders on any file system that pyarrow or fsspec can reach, by their address."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pyarrow.fs import FileInfo, FileSelector, FileSystem, FileType, FSSpecHandler, LocalFileSystem, PyFileSystem

from inkdigits.errors import InkdigitsError, OutputError, UsageError, printable
from inkdigits.files import open_atomically

_PUT_IS_ATOMIC = ("s3", "gcs", "abfs")  # the object stores: what is put there appears whole, under its own name
_LOCAL = LocalFileSystem()
_ONE_PUT = "allow_delayed_open=true"


@dataclass(frozen=True)
class StoragePath:
    """A file or a folder.

    Attributes:
        files: the file system that it is on.
        path: on that file system.
        address: as a person writes it; the path itself on this machine's own file system.

    """

    files: FileSystem
    path: str
    address: str

    def __truediv__(self, name: str) -> StoragePath:
        base, mark, query = _split_query(self.address)
        return StoragePath(self.files, f"{self.path.rstrip('/')}/{name}", f"{base.rstrip('/')}/{name}{mark}{query}")

    @property
    def kind(self) -> FileType:
        """Whether it is a file, a folder or nothing."""
        return self.files.get_file_info(self.path).type

    @property
    def exists(self) -> bool:
        """Whether there is a file or a folder."""
        return bool(self.kind != FileType.NotFound)

    def children(self) -> list[FileInfo]:
        """Return what is in a folder, by name; nothing if there is no such folder."""
        found = self.files.get_file_info(FileSelector(self.path, allow_not_found=True))
        return sorted(found, key=lambda info: str(info.base_name))

    def open(self) -> IO[bytes]:
        """Open a file to be read whole, at once."""
        stream: IO[bytes] = self.files.open_input_stream(self.path, compression=None)
        return stream

    def open_seekable(self) -> Any:
        """Open a file to be read here and there, as pyarrow takes it."""
        return self.files.open_input_file(self.path)

    def open_buffered(self) -> IO[bytes]:
        """Open a file to be read bit by bit; without a buffer each item would be a request of its own."""
        return io.BufferedReader(self.open_seekable(), 8 * 2**20)  # bytes

    def read_bytes(self) -> bytes:
        """Return what a file holds."""
        with self.open() as file:
            return file.read()

    def write_bytes(self, content: bytes) -> None:
        """Write a whole file at once; see `open_whole`."""
        with self.open_whole() as file:
            file.write(content)

    @contextmanager
    def open_whole(self) -> Iterator[IO[bytes]]:
        """Open a file for writing that appears under its name only once it is whole, or raise OutputError."""
        if self.files == _LOCAL:
            with open_atomically(self.path) as file:
                yield file
            return
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            with explained(OutputError, f"cannot write {printable(self.address)}"):
                self._put(file)

    def make_folder(self) -> None:
        """Make a folder with its parents; object stores have none, and need none."""
        if self.files.type_name not in _PUT_IS_ATOMIC:
            with explained(OutputError, f"cannot write {printable(self.address)}"):
                self.files.create_dir(self.path)

    def delete(self) -> None:
        """Delete a file or a folder with all that is in it; no matter if there is none."""
        with explained(OutputError, f"cannot delete {printable(self.address)}"), suppress(FileNotFoundError):
            if self.kind == FileType.Directory:
                self.files.delete_dir(self.path)
            else:
                self.files.delete_file(self.path)

    def _put(self, content: IO[bytes]) -> None:
        """Copy a whole file to where it belongs, by way of another name where a file could be seen half written."""
        folder, _, name = self.path.rpartition("/")
        target = self.path if self.files.type_name in _PUT_IS_ATOMIC else f"{folder}/.{name}.part"
        with self.files.open_output_stream(target) as stream:
            shutil.copyfileobj(content, stream)
        if target != self.path:
            self.files.move(target, self.path)


def is_address(name: str) -> bool:
    """Return whether a name is an address, such as `s3://bucket/key`, and no path."""
    return "://" in name


def suffix(name: str) -> str:
    """Return how the name of a file or a folder ends, such as ".parquet", whatever query its address has."""
    return PurePosixPath(_split_query(name)[0]).suffix.lower()


def find_storage(address: str) -> StoragePath:
    """Return the place at an address: `SCHEME://…` of a file system that pyarrow or fsspec knows, or a path.

    Raises:
        UsageError: neither knows such file systems, or what reaches them is not installed.

    """
    if not is_address(address):
        return StoragePath(_LOCAL, str(Path(address).absolute()), address)
    base, _, query = _split_query(address)
    scheme, _, rest = base.partition("://")
    root, _, below = rest.partition("/")
    if scheme == "s3":  # a small file is then one request, not three
        query = f"{query}&{_ONE_PUT}" if query else _ONE_PUT
    files, start = _connect(f"{scheme}://{root}", query)
    return StoragePath(files, f"{start.rstrip('/')}/{below}".rstrip("/"), address)


@contextmanager
def explained(kind: type[InkdigitsError], what: str) -> Iterator[None]:
    """Turn what file systems raise into an error of inkdigits, of this kind; `what` was to be done, and where."""
    try:
        yield
    except FileNotFoundError as error:
        raise kind(f"{what}: it is not there", "check the address") from error
    except OSError as error:
        if is_refusal(error):
            raise kind(f"{what}: access is denied", "check the credentials and what they allow") from error
        raise kind(f"{what}: {' '.join(str(error).split())}", "check the address and the network") from error


def is_refusal(error: OSError) -> bool:
    """Return whether a file system says that one may not; object stores have no error number for it."""
    return isinstance(error, PermissionError) or any(
        word in str(error) for word in ("ACCESS_DENIED", "AccessDenied", "Forbidden", "InvalidAccessKeyId")
    )


def _split_query(address: str) -> tuple[str, str, str]:
    """Return an address without its query (`?endpoint_override=…`), "?" or nothing, and the query."""
    base, mark, query = address.rpartition("?")
    return (base, mark, query) if is_address(base) and "=" in query else (address, "", "")


@lru_cache(maxsize=32)
def _connect(root: str, query: str) -> tuple[FileSystem, str]:
    """Return a file system and where its root is; kept, since a new connection costs more than a small file."""
    try:
        try:
            files, start = FileSystem.from_uri(f"{root}/?{query}" if query else f"{root}/")
        except ValueError:  # pyarrow knows no such scheme
            import fsspec

            found, start = fsspec.core.url_to_fs(f"{root}/")
            files = PyFileSystem(FSSpecHandler(found))
    except (ValueError, ImportError, OSError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"cannot reach {printable(root)}: {reason}", "check the address") from error
    return files, str(start)
