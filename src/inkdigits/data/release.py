"""A published data set as files: found on disk or fetched from a mirror, and checked either way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import Progress
from inkdigits.data.idx import MAX_BYTES, decompress, encode_idx, parse_idx, read_bytes
from inkdigits.data.mirrors import ANSWER_WITHIN, Mirror, download
from inkdigits.data.npz import npz_array
from inkdigits.errors import DataCorruptError, DataError, DataNotFoundError, argument, printable
from inkdigits.files import make_folder, sha256, write_atomically
from inkdigits.settings import DATA_DIR_VARIABLE, cache_dir, data_dirs

__all__ = ["PublishedFile", "Release"]


@dataclass(frozen=True)
class PublishedFile:
    """One IDX file of a release.

    Attributes:
        name: the file's name, without `.gz`.
        key: the name of the same array in the `.npz` form of the release.
        sha256: the SHA-256 sum of the uncompressed IDX file.

    """

    name: str
    key: str
    sha256: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names under which people keep the file."""
        dotted = self.name.replace("-idx", ".idx")
        return (f"{self.name}.gz", self.name, f"{dotted}.gz", dotted)


@dataclass(frozen=True)
class Release:
    """A data set as it was published.

    Attributes:
        name: its name, and the name of the folder that it is kept in.
        files: the IDX files that it consists of.
        mirrors: where to fetch it, the first to be tried first.
        answer_within: how many seconds a mirror may be silent.

    """

    name: str
    files: tuple[PublishedFile, ...]
    mirrors: tuple[Mirror, ...]
    answer_within: float = ANSWER_WITHIN

    def locate(
        self,
        wanted: Iterable[PublishedFile],
        data_dir: str | Path | None = None,
        *,
        offline: bool = False,
        progress: Progress | None = None,
    ) -> dict[PublishedFile, Path]:
        """Find some files on disk, or fetch all of them into the user's cache folder.

        Args:
            wanted: the files that are needed; one folder has to hold them all.
            data_dir: where to look first; see `settings.data_dirs`.
            offline: never use the network.
            progress: told what is being fetched; see `mirrors.download`.

        Returns:
            Where each file is; several may be in one `.npz`.

        Raises:
            DataNotFoundError: they are not on disk, and no mirror has them.
            DataError: a folder may not be looked into.
            OutputError: the cache folder cannot be written to.

        """
        wanted = tuple(wanted)
        folders = data_dirs(data_dir)
        for folder in folders:
            try:
                found = self._find(wanted, folder)
            except OSError as error:
                raise DataError(f"cannot look into {printable(folder)}: {error.strerror}") from error
            if found:
                return found
        looked = f"{self.name} is not in {' or '.join(printable(folder) for folder in folders)}"
        advice = f"put its files into {printable(folders[0] / self.name)} or set {DATA_DIR_VARIABLE}"
        if offline:
            raise DataNotFoundError(looked, f"{advice}, or allow downloading (no {argument('offline', True)})")
        if failures := self._fetch(progress):
            raise DataNotFoundError(f"{looked}, and no mirror has it ({'; '.join(failures)})", advice)
        return self._find(wanted, cache_dir())

    def read(self, file: PublishedFile, path: Path) -> npt.NDArray[np.uint8]:
        """Return the array that a file holds, checked against the published checksum.

        Raises:
            DataCorruptError: its content is not what was published.
            DataError: it cannot be read.

        """
        try:
            return _checked(read_bytes(path), file, printable(path))
        except DataCorruptError as error:
            raise DataCorruptError(
                str(error), f"delete it and run 'inkdigits data fetch {self.name}', or put a whole one there"
            ) from error

    def _find(self, wanted: tuple[PublishedFile, ...], folder: Path) -> dict[PublishedFile, Path]:
        """Return where a folder holds all of the wanted files; nothing if it lacks one of them."""
        home = folder / self.name
        found = {file: path for file in wanted for name in reversed(file.spellings) if (path := home / name).is_file()}
        if len(found) == len(wanted):
            return found
        archive = f"{self.name}.npz"
        return next((dict.fromkeys(wanted, path) for path in (home / archive, folder / archive) if path.is_file()), {})

    def _fetch(self, progress: Progress | None) -> list[str]:
        """Fetch every file into the cache folder; return why each mirror failed, nothing once one did not."""
        folder = make_folder(cache_dir() / self.name)
        failures = []
        for mirror in self.mirrors:
            try:
                self._fetch_from(mirror, folder, progress)
            except DataError as error:
                failures.append(f"{mirror.name}: {error}")
            else:
                return []
        return failures

    def _fetch_from(self, mirror: Mirror, folder: Path, progress: Progress | None) -> None:
        """Fetch what the folder lacks from one mirror; nothing is kept before it is checked."""
        downloads = (
            {f"{mirror.url}{file.name}.gz": (file,) for file in self.files}
            if mirror.is_folder
            else {mirror.url: self.files}
        )
        for url, files in downloads.items():
            name = url.rpartition("/")[2]
            if (folder / name).is_file():
                continue
            raw = download(url, limit=MAX_BYTES, answer_within=self.answer_within, progress=progress)
            for file in files:
                _checked(raw, file, name)
            write_atomically(folder / name, raw)


def _checked(raw: bytes, file: PublishedFile, name: str) -> npt.NDArray[np.uint8]:
    """Return a published file's array from the bytes of an IDX file, a gzipped one, or a `.npz`.

    Args:
        raw: the bytes as they are on disk or came from a mirror.
        file: what they should be.
        name: the name of the file that they are from.

    Raises:
        DataCorruptError: they are not.

    """
    if name.endswith(".npz"):
        array = _npz_bytes(raw, file.key, name)
        content = encode_idx(array)
    else:
        content = decompress(raw, name)
        array = parse_idx(content, name)
    found = sha256(content)
    if found != file.sha256:
        raise DataCorruptError(
            f"{name} is not the {file.name} that was published: its SHA-256 is {found[:12]}…, not {file.sha256[:12]}…"
        )
    return array


def _npz_bytes(raw: bytes, key: str, name: str) -> npt.NDArray[np.uint8]:
    """Return one array of a `.npz` file as uint8; raise DataCorruptError if it holds none or is damaged."""
    array = npz_array(raw, key, name)
    if array.dtype != np.uint8 or array.ndim == 0:
        raise DataCorruptError(f"{key} in {name} holds no unsigned bytes")
    return array
