"""What a person names, cut into items of about the same size: the same items for any number of workers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileType

from inkdigits.cluster.storage import StoragePath, explained, find_storage, is_address, suffix
from inkdigits.cluster.work_items import Names, RowGroups, Shard, WorkItem
from inkdigits.errors import PictureError, UsageError, printable
from inkdigits.pictures.finding import PICTURES, STANDARD_INPUT, each_source, in_list

_PARQUET, _TAR = ".parquet", ".tar"
_FOUND = PICTURES | {_PARQUET, _TAR}


def cut(named: Iterable[str], *, recursive: bool = False, column: str = "", size: int) -> Iterator[WorkItem]:
    """Cut what is named into items, in the order in which `inkdigits read` reads it.

    Something is looked for at once, the rest as the items are asked for.

    Args:
        named: pictures, folders, patterns and lists as `pictures.finding.find_sources` takes them; addresses of
            pictures, folders and lists; Parquet files and WebDataset shards (`.tar`).
        recursive: look into folders of folders.
        column: of Parquet files and shards; the only column of pictures' bytes, or all pictures, if empty.
        size: how many pictures make an item; row groups and shards are never cut.

    Raises:
        PictureError: nothing is there, or it may not be read.
        UsageError: a Parquet file has no such column, or several and none is named; or no file system has such
            addresses.

    """
    items = _items(_each_file(named, recursive), column, size)
    first = next(items, None)
    if first is None:
        raise PictureError("there are no pictures in what was named", "check the names", code="not_found")
    return chain([first], items)


def _items(files: Iterator[str], column: str, size: int) -> Iterator[WorkItem]:
    names: list[str] = []
    for name in files:
        shard = suffix(name) in (_PARQUET, _TAR)
        if not shard:
            names.append(name)
        if names and (shard or len(names) == size):
            yield Names(tuple(names))
            names = []
        if shard:
            yield from _row_groups(name, column, size) if suffix(name) == _PARQUET else [Shard(name, column)]
    if names:
        yield Names(tuple(names))


def _each_file(named: Iterable[str], recursive: bool) -> Iterator[str]:
    """Yield the names of pictures, Parquet files and shards."""
    for name in named:
        if name == STANDARD_INPUT:
            raise UsageError("standard input cannot be read by many", "name files, folders or addresses")
        found = _remote(name, recursive) if is_address(name) else _local(name, recursive)
        first = next(found, None)
        if first is None:
            raise PictureError(f"{printable(name)} holds no pictures", "check the name", code="not_found")
        yield first
        yield from found


def _local(name: str, recursive: bool) -> Iterator[str]:
    for found in each_source([name], recursive=recursive, suffixes=_FOUND):
        if found != name or find_storage(name).kind != FileType.Directory:  # an empty folder stands for itself
            yield found


def _remote(address: str, recursive: bool) -> Iterator[str]:
    place = find_storage(address)
    with explained(PictureError, f"cannot read {printable(address)}"):
        if place.kind == FileType.Directory:
            yield from _in_folder(place, recursive)
        elif suffix(address) == ".txt":
            with place.open_buffered() as stream:
                yield from in_list(stream) or [address]
        else:
            if not place.exists:
                raise FileNotFoundError(address)
            yield address


def _in_folder(place: StoragePath, recursive: bool) -> Iterator[str]:
    """Yield a folder's files in the order of a local one: by name, and those of folders in it after them."""
    shown = [info for info in place.children() if not info.base_name.startswith(".")]
    for info in shown:
        if info.type == FileType.File and f".{info.extension.lower()}" in _FOUND:
            yield (place / info.base_name).address
    for info in shown:
        if recursive and info.type == FileType.Directory:
            yield from _in_folder(place / info.base_name, recursive)


def _row_groups(file: str, column: str, size: int) -> Iterator[WorkItem]:
    """Yield runs of a Parquet file's row groups with about as many rows as asked for."""
    with explained(PictureError, f"cannot read {printable(file)}"), find_storage(file).open_seekable() as stream:
        try:
            metadata = pq.read_metadata(stream)
        except pa.ArrowInvalid:  # the reader says that it is not a picture
            yield Names((file,))
            return
    column = _column_of_pictures(file, metadata.schema.to_arrow_schema(), column)
    begin = first = row = 0
    for group in range(metadata.num_row_groups):
        row += metadata.row_group(group).num_rows
        if row - first >= size or group == metadata.num_row_groups - 1:
            yield RowGroups(file, column, (begin, group + 1), first)
            begin, first = group + 1, row


def _column_of_pictures(file: str, schema: pa.Schema, wanted: str) -> str:
    """Return the path of the column that holds pictures: bytes, or a struct with bytes as Hugging Face writes it."""
    columns = {}
    for column in schema:
        inner = column.type.field("bytes").type if _has_bytes(column.type) else column.type
        if pa.types.is_binary(inner) or pa.types.is_large_binary(inner):
            columns[column.name] = f"{column.name}.bytes" if _has_bytes(column.type) else column.name
    if wanted in columns:
        return columns[wanted]
    if wanted or len(columns) != 1:
        what = f"no column '{printable(wanted)}' of pictures" if wanted else "not just one column of pictures"
        raise UsageError(
            f"{printable(file)} has {what}",
            f"name one with --column: {', '.join(columns) or 'it has no column of bytes'}",
        )
    return next(iter(columns.values()))


def _has_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0)
