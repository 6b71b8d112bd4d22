"""A published data set as files: found on disk or fetched from a mirror, and checked either way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inkdigits.data.dataset import Progress
from inkdigits.data.mirrors import ANSWER_WITHIN, download
from inkdigits.data.stored_files import (
    MAX_BYTES,
    advised,
    decompress,
    encode_idx,
    find,
    npz_array,
    parse_idx,
    read_bytes,
)
from inkdigits.errors import DataCorruptError, DataError, DataNotFoundError, argument, printable
from inkdigits.files import make_folder, sha256, write_atomically
from inkdigits.settings import DATA_DIR_VARIABLE, cache_dir, data_dirs


@dataclass(frozen=True)
class PublishedFile:
    """One IDX file of a release."""

    name: str  # without `.gz`
    key: str  # the name of the same array in the `.npz` form of the release
    sha256: str  # the sum of the uncompressed file

    @property
    def spellings(self) -> tuple[str, ...]:
        """The names under which people keep the file."""
        dotted = self.name.replace("-idx", ".idx")
        return (f"{self.name}.gz", self.name, f"{dotted}.gz", dotted)


@dataclass(frozen=True)
class Release:
    """A data set as it was published."""

    name: str  # also of the folder that it is kept in
    files: tuple[PublishedFile, ...]
    mirrors: Mapping[str, str]  # name → a folder of the files, which ends with a slash, or one `.npz` of all
    answer_within: float = ANSWER_WITHIN  # seconds that a mirror may be silent

    def locate(
        self,
        wanted: tuple[PublishedFile, ...],
        data_dir: str | Path | None = None,
        *,
        offline: bool = False,
        progress: Progress | None = None,
    ) -> dict[PublishedFile, Path]:
        """Find files that are wanted in one folder, or fetch all there are into the user's cache folder.

        Returns:
            Where each file is; several may be in one `.npz`.

        Raises:
            DataNotFoundError: they are not on disk, and no mirror has them.
            DataError: a folder may not be looked into.
            OutputError: the cache folder cannot be written to.

        """
        if found := find(partial(self._find, wanted), data_dir):
            return found
        folders = data_dirs(data_dir)
        looked = f"{self.name} is not in {' or '.join(printable(folder) for folder in folders)}"
        advice = f"put its files into {printable(folders[0] / self.name)} or set {DATA_DIR_VARIABLE}"
        if offline:
            raise DataNotFoundError(looked, f"{advice}, or allow downloading (no {argument('offline', True)})")
        if failures := self._fetch(progress):
            raise DataNotFoundError(f"{looked}, and no mirror has it ({'; '.join(failures)})", advice)
        return self._find(wanted, cache_dir())

    def read(self, file: PublishedFile, path: Path) -> npt.NDArray[np.uint8]:
        """Return the array that a file holds; raise DataError if it cannot be read, or is not what was published."""
        with advised(self.name):
            return _checked(read_bytes(path), file, printable(path))

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
        for mirror, url in self.mirrors.items():
            try:
                self._fetch_from(url, folder, progress)
            except DataError as error:
                failures.append(f"{mirror}: {error}")
            else:
                return []
        return failures

    def _fetch_from(self, mirror: str, folder: Path, progress: Progress | None) -> None:
        """Fetch what the folder lacks from one mirror; nothing is kept before it is checked."""
        is_folder = mirror.endswith("/")
        downloads = {f"{mirror}{file.name}.gz": (file,) for file in self.files} if is_folder else {mirror: self.files}
        for url, files in downloads.items():
            name = url.rpartition("/")[2]
            if (folder / name).is_file():
                continue
            raw = download(url, limit=MAX_BYTES, answer_within=self.answer_within, progress=progress)
            for file in files:
                _checked(raw, file, name)
            write_atomically(folder / name, raw)


def _checked(raw: bytes, file: PublishedFile, name: str) -> npt.NDArray[np.uint8]:
    """Return a published file's array from the bytes of an IDX file, a gzipped one, or a `.npz`, as its name says."""
    if name.endswith(".npz"):
        array = npz_array(raw, file.key, name)
        if array.dtype != np.uint8 or array.ndim == 0:
            raise DataCorruptError(f"{file.key} in {name} holds no unsigned bytes")
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
