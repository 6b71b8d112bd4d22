"""The files in what origins publish: gzipped tar files (GitHub, npm), zip files, Debian packages, or one file alone."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator

from inkdigits.errors import DataCorruptError

ARCHIVE_LIMIT = 512 * 2**20  # bytes of an archive: some times what the largest origin has

_AR = b"!<arch>\n"


def members(raw: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path and content of each file in an archive, recognised by its content; of anything else, itself.

    They are sorted by path.

    Raises:
        DataCorruptError: it is damaged, or a file in it is larger than any that is known.

    """
    try:
        if raw.startswith(b"PK"):
            yield from _in_zip(raw)
        elif raw.startswith(_AR):
            yield from _in_tar(_data_of_debian_package(raw))
        elif raw.startswith(b"\x1f\x8b"):
            yield from _in_tar(raw)
        else:
            yield name, raw
    except DataCorruptError:
        raise
    except Exception as error:  # zipfile and tarfile meet damage with a dozen kinds of errors
        raise DataCorruptError(f"{name} is a damaged archive") from error


def _in_zip(raw: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
            if not entry.is_dir():
                _check_size(entry.filename, entry.file_size)
                yield entry.filename, archive.read(entry)


def _in_tar(raw: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        files = [entry for entry in archive.getmembers() if entry.isfile()]
        contents = {}
        for entry in files:  # in the order of the archive: to go back in a compressed one is to begin again
            _check_size(entry.name, entry.size)
            content = archive.extractfile(entry)
            contents[entry.name] = content.read() if content else b""
    yield from sorted(contents.items())


def _data_of_debian_package(raw: bytes) -> bytes:
    """Return the tar file with a package's files, which lies beside two others in an `ar` archive; see deb(5)."""
    place = len(_AR)
    header_size = 60  # bytes: name 16, time 12, owner 6, group 6, mode 8, size 10, end 2
    while place + header_size <= len(raw):
        header = raw[place : place + header_size]
        name, size = header[:16].decode("ascii").strip(), int(header[48:58])
        place += header_size
        if name.startswith("data.tar"):
            return raw[place : place + size]
        place += size + size % 2
    raise DataCorruptError("it is a Debian package without data")


def _check_size(name: str, size: int) -> None:
    limit = 64 * 2**20  # bytes
    if size > limit:
        raise DataCorruptError(f"{name} is larger than {limit >> 20} MiB")
