"""What people say of digits that were read wrong, kept in SQLite, to be learnt from."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from inkdigits.errors import DataError, OutputError, PictureError, printable
from inkdigits.files import make_folder, write_atomically
from inkdigits.pictures.grey import flatten

_FILE = "corrections.sqlite3"
_MOST_BYTES = 512 * 2**20  # of the file
_NAMES: dict[int | None, str] = {None: "none", **{digit: str(digit) for digit in range(10)}}  # of sub-folders
_TABLE = """
CREATE TABLE IF NOT EXISTS corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again: an undo may come late
    kept_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    model TEXT NOT NULL,
    predicted INTEGER,  -- NULL: nothing was read there
    corrected INTEGER,  -- NULL: it is not a digit
    confidence REAL NOT NULL,
    picture BLOB NOT NULL  -- the part of the picture, as PNG
)
"""


class NoRoomError(OutputError):
    """No more corrections are kept."""

    code = "no_room"


@dataclass(frozen=True)
class KeptCorrection:
    """What a person says of a digit."""

    picture: bytes  # the part of the picture that it is in, as PNG
    predicted: int | None  # what was read, 0 to 9; None for nothing
    corrected: int | None  # what it is, 0 to 9; None if it is not a digit
    confidence: float  # that of what was read, 0 to 1
    model: str  # the name of the model that read it


class Corrections:
    """The corrections in a folder's SQLite file; several processes may write to it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _FILE

    @classmethod
    def in_folder(cls, folder: Path) -> Corrections:
        """Return the corrections in a folder, which is made if it is not there.

        Raises:
            OutputError: it cannot be written to.

        """
        corrections = cls(make_folder(folder))
        private = 0o600  # what people drew, or parts of what they brought
        try:
            corrections._file.touch(private)
            corrections._file.chmod(private)  # SQLite gives its other files the same mode
            with corrections._open("it is no file of corrections") as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute(_TABLE)
        except (NoRoomError, OSError) as error:
            raise OutputError(
                f"cannot keep corrections in {printable(folder)}: {error}", "name another folder"
            ) from error
        return corrections

    def add(self, correction: KeptCorrection) -> int:
        """Keep a correction, whose picture `as_kept` gave; return its number.

        Raises:
            NoRoomError: there are too many already, the disk is full, or the file is damaged.

        """
        most = 100_000  # each is a small picture
        with self._open("the correction cannot be kept") as database:
            if database.execute("SELECT count(*) FROM corrections").fetchone()[0] >= most:
                raise NoRoomError(f"{most:,} corrections are kept already", "export and remove them")
            added = database.execute(
                "INSERT INTO corrections (picture, predicted, corrected, confidence, model) VALUES (?, ?, ?, ?, ?)",
                astuple(correction),
            )
            return int(added.lastrowid or 0)

    def remove(self, number: int) -> bool:
        """Forget a correction; return whether there was one of this number.

        Raises:
            NoRoomError: the file is damaged, or its disk full.

        """
        with self._open("the correction cannot be forgotten") as database:
            return database.execute("DELETE FROM corrections WHERE id = ?", (number,)).rowcount > 0

    def count_digits(self) -> int:
        """Return of how many digits corrections are kept, pictures of no digit left out.

        Raises:
            NoRoomError: the file is damaged, or gone.

        """
        with self._open("the corrections cannot be counted") as database:
            return int(database.execute("SELECT count(corrected) FROM corrections").fetchone()[0])

    def __iter__(self) -> Iterator[tuple[int, KeptCorrection]]:
        """Yield all corrections, oldest first, each with its number.

        Raises:
            DataError: none are kept there, or their file is damaged.

        """
        folder = printable(self._file.parent)
        if not self._file.is_file():
            raise DataError(
                f"no corrections are kept in {folder}", "name the folder that 'serve --keep-corrections' was given"
            )
        try:
            with self._open("they cannot be read") as database:
                for number, *values in database.execute(
                    "SELECT id, picture, predicted, corrected, confidence, model FROM corrections ORDER BY id"
                ):
                    yield number, KeptCorrection(*values)
        except (NoRoomError, TypeError) as error:
            raise DataError(f"the corrections in {folder} cannot be read: the file is damaged") from error

    @contextmanager
    def _open(self, failed: str) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction; raise NoRoomError, with what then `failed`, where SQLite cannot."""
        try:
            # seconds for another process to finish writing
            with closing(sqlite3.connect(self._file, timeout=5.0)) as database, database:
                size = database.execute("PRAGMA page_size").fetchone()[0]
                database.execute(f"PRAGMA max_page_count = {_MOST_BYTES // size}")  # beyond it SQLite is "full"
                yield database
        except sqlite3.Error as error:
            raise NoRoomError(f"{failed}: {error}") from error


def as_kept(picture: bytes) -> bytes:
    """Return the pixels of a PNG as a new one, in grey, at most 512×512: whatever else was in it is gone.

    Raises:
        PictureError: it is no PNG, a damaged one, or one of more than 4 million pixels.

    """
    largest = 4_000_000  # of a crop as it is sent
    try:
        with Image.open(io.BytesIO(picture), formats=("PNG",)) as image:
            if image.width * image.height > largest:
                raise PictureError(
                    f"the crop has more than {largest:,} pixels", "scale it down", code="image_too_large"
                )
            grey = flatten(image, "L")
    except PictureError:
        raise
    except Exception as error:  # what codecs raise over damaged files has no common name
        raise PictureError("the crop is no PNG, or a damaged one", "send a PNG") from error
    side = 512  # pixels: a model takes 28
    grey.thumbnail((side, side))
    content = io.BytesIO()
    Image.fromarray(np.asarray(grey)).save(content, "PNG")  # by way of an array, which has no metadata
    return content.getvalue()


def holds_corrections(folder: Path) -> bool:
    """Whether `serve --keep-corrections` kept something in a folder."""
    return (folder / _FILE).is_file()


def export(kept: Path, folder: Path) -> tuple[int, int]:
    """Write kept corrections as labelled pictures: a sub-folder a digit, and `none/` for what is not a digit.

    Args:
        kept: the folder that `serve --keep-corrections` kept them in.
        folder: where to write to; `train --data` takes it.

    Returns:
        how many pictures of digits, and how many of no digit, there are.

    Raises:
        DataError: no corrections are kept there, or their file is damaged.
        OutputError: the folder cannot be written to.

    """
    digits = others = 0
    try:
        for number, correction in Corrections(kept):
            name = _NAMES[correction.corrected]
            write_atomically(make_folder(folder / name) / f"{number:06}.png", as_kept(correction.picture))
            digits += correction.corrected is not None
            others += correction.corrected is None
    except (PictureError, LookupError) as error:
        raise DataError(f"the corrections in {printable(kept)} cannot be read: the file is damaged") from error
    return digits, others
