"""The items that a job is cut into: each names some pictures, wherever they lie, and fetches them one by one."""

from __future__ import annotations

import tarfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from inkdigits.cluster.storage import find_storage, is_address, is_refusal
from inkdigits.errors import PictureError, printable
from inkdigits.pictures.contents import NamedBytes, Picture, read_whole
from inkdigits.pictures.finding import PICTURES

# what a picture is called, and the picture itself or why there is none
Fetched: TypeAlias = tuple[str, Picture | PictureError]


@dataclass(frozen=True)
class Names:
    """Files by their names: paths, which the reader opens itself, and addresses."""

    names: tuple[str, ...]

    def pictures(self) -> Iterator[Fetched]:
        """Fetch the pictures in their order, some ahead.

        Raises:
            OSError: the network or a file system failed, which says nothing about the picture.

        """
        waiting: deque[tuple[str, Future[Picture | PictureError]]] = deque()
        most = 8  # fetched while one is read: a bucket takes as long to answer as a drawing to read
        with ThreadPoolExecutor(most) as pool:
            for name in self.names:
                waiting.append((name, pool.submit(_fetch, name)))
                if len(waiting) > most:
                    first, picture = waiting.popleft()
                    yield first, picture.result()
            for name, picture in waiting:
                yield name, picture.result()


@dataclass(frozen=True)
class RowGroups:
    """Rows of a Parquet file with a column of pictures' bytes; they are called `FILE#ROW`, from 0.

    Attributes:
        file: its path or address.
        column: such as `image`, or `image.bytes` in a struct.
        groups: the first row group, and the one after the last.
        first: the first row's number.

    """

    file: str
    column: str
    groups: tuple[int, int]
    first: int

    def pictures(self) -> Iterator[Fetched]:
        """Read the pictures in their order.

        Raises:
            OSError: the network or a file system failed.

        """
        row = self.first
        place = find_storage(self.file)
        try:
            with place.open_seekable() as stream, pq.ParquetFile(stream, pre_buffer=True) as file:
                # in memory as Python objects at a time
                for batch in file.iter_batches(64, row_groups=range(*self.groups), columns=[self.column]):
                    for value in batch.column(0).to_pylist():
                        content = value.get("bytes") if isinstance(value, dict) else value
                        name = f"{self.file}#{row}"
                        yield name, NamedBytes(content or b"", name)
                        row += 1
        except pa.ArrowInvalid as error:
            yield f"{self.file}#{row}", _damaged(self.file, error)


@dataclass(frozen=True)
class Shard:
    """A WebDataset shard: a tar file, whose pictures are called `FILE#MEMBER`.

    Attributes:
        file: its path or address.
        column: the extension of those to read, such as `png`; all pictures if empty.

    """

    file: str
    column: str = ""

    def pictures(self) -> Iterator[Fetched]:
        """Read the pictures in their order, without reading the shard whole.

        Raises:
            OSError: the network or a file system failed.

        """
        try:
            with find_storage(self.file).open_buffered() as stream, tarfile.open(fileobj=stream, mode="r|*") as shard:
                for member in shard:
                    content = shard.extractfile(member) if self._is_picture(member) else None
                    if content is not None:
                        name = f"{self.file}#{member.name}"
                        yield name, _contents(content, name)
        except tarfile.TarError as error:
            yield self.file, _damaged(self.file, error)

    def _is_picture(self, member: tarfile.TarInfo) -> bool:
        if not member.isfile():
            return False
        path = PurePosixPath(member.name)
        # WebDataset: what comes after the first dot says what it is
        return path.name.partition(".")[2] == self.column if self.column else path.suffix.lower() in PICTURES


WorkItem: TypeAlias = Names | RowGroups | Shard

_KINDS: dict[str, type[WorkItem]] = {"names": Names, "row groups": RowGroups, "shard": Shard}


def to_json(item: WorkItem) -> dict[str, Any]:
    """Return an item as it stands in JSON."""
    kind = next(name for name, kind in _KINDS.items() if isinstance(item, kind))
    return {"kind": kind, **asdict(item)}


def from_json(value: dict[str, Any]) -> WorkItem:
    """Return the item that `to_json` wrote."""
    settings: dict[str, Any] = {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()}
    kind: str = settings.pop("kind")
    return _KINDS[kind](**settings)


def _fetch(name: str) -> Picture | PictureError:
    """Return a file's bytes, or why there are none; a path as it is."""
    if not is_address(name):
        return name
    try:
        with find_storage(name).open() as stream:
            return _contents(stream, name)
    except FileNotFoundError:
        return PictureError(f"there is no file {printable(name)}", "check the name", code="not_found")
    except OSError as error:
        if is_refusal(error):
            return PictureError(f"cannot read {printable(name)}: access is denied", code="unreadable")
        raise


def _contents(stream: Any, name: str) -> Picture | PictureError:
    try:
        return NamedBytes(read_whole(stream, name), name)
    except PictureError as error:
        return error


def _damaged(file: str, error: Exception) -> PictureError:
    return PictureError(f"cannot read on in {printable(file)}: {' '.join(str(error).split())}", "make it anew")
