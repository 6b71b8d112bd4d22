"""What data sets are stored in, found on disk and read strictly: IDX, gzip and `.npz`.

IDX, in which MNIST is published, is a header (two zero bytes, the type of the elements, the number of dimensions, each
dimension as a big-endian 32-bit integer) and then the elements, the last dimension running fastest. MNIST's elements
are unsigned bytes (type 8). What is called `name` below is a file's name, for error messages.
Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits", http://yann.lecun.com/exdb/mnist/
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from inkdigits.errors import DataCorruptError, DataError, printable
from inkdigits.settings import data_dirs

MAX_BYTES = 128 * 2**20  # more than twice the largest file of MNIST; what is larger is not MNIST

_UNSIGNED_BYTE = 8

_Found = TypeVar("_Found")


def find(look: Callable[[Path], _Found | None], data_dir: str | Path | None) -> _Found | None:
    """Return what `look` first finds in one of the folders that `settings.data_dirs` names; None if it is nowhere.

    Raises:
        DataError: a folder may not be looked into.

    """
    for folder in data_dirs(data_dir):
        try:
            if found := look(folder):
                return found
        except OSError as error:
            raise DataError(f"cannot look into {printable(folder)}: {error.strerror}") from error
    return None


@contextmanager
def advised(name: str) -> Iterator[None]:
    """Say in the error for a damaged file of a data set what to do about it."""
    try:
        yield
    except DataCorruptError as error:
        raise DataCorruptError(
            str(error), f"delete it and run 'inkdigits data fetch {name}', or put a whole one there"
        ) from error


def parse_idx(content: bytes, name: str) -> npt.NDArray[np.uint8]:
    """Return the array that a whole uncompressed IDX file holds: a new one, of the shape that its header gives.

    Raises:
        DataCorruptError: it is no IDX file, is cut short, has bytes left over, or holds no unsigned bytes.

    """
    if len(content) < 4 or content[:2] != b"\0\0":
        raise DataCorruptError(f"{name} is no IDX file: it does not begin with two zero bytes")
    kind, dimensions = content[2], content[3]
    if kind != _UNSIGNED_BYTE:
        raise DataCorruptError(f"{name} holds elements of type 0x{kind:02x}, not unsigned bytes (0x08)")
    start = 4 + 4 * dimensions
    if dimensions == 0 or len(content) < start:
        raise DataCorruptError(f"{name} is cut short within its header")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    expected, found = math.prod(shape), len(content) - start
    if found != expected:
        what = "is cut short" if found < expected else "has bytes left over"
        raise DataCorruptError(f"{name} {what}: {found} bytes of data where its header says {expected}")
    try:
        return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()
    except ValueError as error:
        raise DataCorruptError(f"{name} has a header that no array can have: {dimensions} dimensions") from error


def encode_idx(array: npt.NDArray[np.uint8]) -> bytes:
    """Return an array of unsigned bytes, of one dimension or more, as the content of an IDX file."""
    header = struct.pack(f">HBB{array.ndim}I", 0, _UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + array.tobytes()


def decompress(content: bytes, name: str, limit: int = MAX_BYTES) -> bytes:
    """Return the content of a whole gzip file, or the content itself if it is not compressed.

    Raises:
        DataCorruptError: the gzip file is damaged, cut short, has bytes left over, or has more bytes than the limit.

    """
    if not content.startswith(b"\x1f\x8b"):
        return content
    stream: Any = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)  # 16 more: with a gzip header and checksum
    try:
        plain: bytes = stream.decompress(content, limit)
    except zlib.error as error:
        raise DataCorruptError(f"{name} is a damaged gzip file") from error
    if stream.unconsumed_tail:
        raise DataCorruptError(f"{name} is larger than {limit >> 20} MiB when decompressed")
    if not stream.eof:
        raise DataCorruptError(f"{name} is a gzip file cut short")
    if stream.unused_data:
        raise DataCorruptError(f"{name} has bytes left over after its gzip data")
    return plain


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; raise DataError if it cannot be read, or is larger than any file of MNIST."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataCorruptError(f"{printable(path)} is larger than {MAX_BYTES >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {printable(path)}: {error.strerror}") from error


def npz_array(raw: bytes, key: str, name: str) -> npt.NDArray[Any]:
    """Return the array called `key` of a whole `.npz` file, of whatever dtype and shape it has.

    Raises:
        DataCorruptError: it holds no such array, one of pickled objects or a larger one than any that is known, or is
            damaged.

    """
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as archive:
            fits = archive.zip.getinfo(f"{key}.npy").file_size <= MAX_BYTES
            array = archive[key] if fits else None
    except KeyError as error:
        raise DataCorruptError(f"{name} holds no array called {key}") from error
    except Exception as error:  # zipfile and NumPy meet damage with a dozen kinds of errors
        raise DataCorruptError(f"{name} is a damaged .npz file") from error
    if not isinstance(array, np.ndarray):
        raise DataCorruptError(f"{key} in {name} is larger than {MAX_BYTES >> 20} MiB")
    return array
