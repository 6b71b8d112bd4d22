"""Hands from their public origins: downloaded, brought to the contents that are known, checked, and then kept."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inkdigits import extras
from inkdigits.data.dataset import Progress
from inkdigits.data.hands.archives import ARCHIVE_LIMIT, members
from inkdigits.data.hands.catalogue import KnownHands, hand_called
from inkdigits.data.hands.conversion import CONVERTERS
from inkdigits.data.hands.disk import FOLDER, array_sum, available, check_sum, not_on_disk
from inkdigits.data.hands.fonts import FONTS, KnownFont, known_fonts, lacking_fonts, outline_sum, quiet_font_tools
from inkdigits.data.mirrors import ANSWER_WITHIN, download
from inkdigits.data.stored_files import decompress, npz_array
from inkdigits.errors import DataCorruptError, DataError, DataNotFoundError, argument
from inkdigits.files import make_folder, sha256, write_atomically
from inkdigits.settings import cache_dir

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

# What fonts are cut down to: ASCII, Latin, Greek, Cyrillic, and – € −
_KEPT = (
    *range(0x20, 0x7F),
    *range(0xA1, 0x180),
    *range(0x391, 0x3CA),
    *range(0x410, 0x450),
    *(0x2013, 0x20AC, 0x2212),
)
_DROPPED = ("FFTM", "feat", "mort", "morx")  # tables that the subsetter does not know, and drops with a warning
_FACE = re.compile(r"\.(woff2|ttf|otf)$")
_REGULAR = re.compile(r"latin-400-normal|Regular", re.IGNORECASE)


def fetch_hand(
    name: str,
    data_dir: str | Path | None = None,
    *,
    offline: bool = False,
    progress: Progress | None = None,
    answer_within: float = ANSWER_WITHIN,
) -> tuple[str, ...]:
    """Find a data set of `HANDS` on disk, or fetch it into the user's cache folder.

    Arguments are those of `load_dataset`, and how many seconds an origin may be silent.

    Returns:
        A line for each part of it that could not be had, such as a font whose package is gone.

    Raises:
        UsageError: there is no data set of that name.
        DataNotFoundError: it is not on disk, and its origin cannot be reached.
        DataCorruptError: what the origin holds becomes something else than what is known.
        OutputError: the cache folder cannot be written to.

    """
    hand = hand_called(name)
    cache = cache_dir() / FOLDER
    lacking = lacking_fonts(data_dir) if name == FONTS else ()
    if name in available(data_dir) and (offline or not lacking):
        return tuple(f"the font {font.family} is not on disk, and is not fetched offline" for font in lacking)
    if offline:
        raise not_on_disk(hand, data_dir, do=f"allow downloading (no {argument('offline', True)}), ")
    try:
        if name == FONTS:
            return _fetch_fonts(lacking, make_folder(cache / FONTS), progress, answer_within)
        _fetch_files(hand, make_folder(cache), progress, answer_within)
    except DataNotFoundError as error:
        raise not_on_disk(hand, data_dir, why=f", and its origin cannot be had ({error})") from error
    return ()


def _fetch_files(hand: KnownHands, folder: Path, progress: Progress | None, answer_within: float) -> None:
    """Fetch what a folder lacks of a data set's files; nothing is kept before it is checked."""
    archive = download(hand.archive, limit=ARCHIVE_LIMIT, answer_within=answer_within, progress=progress)
    for file, known in hand.files.items():
        if progress is not None:
            progress(f"making {file}", 0, 0)
        try:
            made = CONVERTERS[file](members(archive, hand.archive))
            if file.endswith(".npz"):
                found = array_sum({key: npz_array(made, key, file) for key in hand.arrays})
            else:
                found = sha256(decompress(made, file))
            check_sum(found, known, f"the {file} that is made of {hand.archive}")
        except DataCorruptError as error:
            raise DataCorruptError(str(error), f"nothing is kept; put a {file} that you have into {folder}") from error
        write_atomically(folder / file, made)


def _fetch_fonts(
    lacking: tuple[KnownFont, ...], folder: Path, progress: Progress | None, answer_within: float
) -> tuple[str, ...]:
    """Fetch fonts into a folder; return a line for each that could not be had, or raise if that is all there are."""
    extras.require("evaluate", "Fetching fonts")
    addresses = dict.fromkeys(font.url for font in lacking)
    failures: list[str] = []
    silent: dict[str, DataError] = {}  # hosts that cannot be reached, which are not asked again
    for done, url in enumerate(addresses):
        fonts, host = [font for font in lacking if font.url == url], urlsplit(url).netloc
        if progress is not None:
            progress("fetching fonts", done, len(addresses))
        try:
            if host in silent:
                raise silent[host]
            package = list(members(download(url, limit=ARCHIVE_LIMIT, answer_within=answer_within), url))
            for font in fonts:
                write_atomically(folder / font.file, _cut_down(package, font))
        except DataError as error:
            failures += [f"the font {font.family} could not be had from {url}: {error}" for font in fonts]
            if isinstance(error, DataNotFoundError) and not str(error).startswith("HTTP"):
                silent[host] = error
    if len(failures) == len(known_fonts()):
        raise DataNotFoundError(failures[0])
    return tuple(failures)


@quiet_font_tools()
def _cut_down(package: Iterable[tuple[str, bytes]], known: KnownFont) -> bytes:
    """Return the face of a package that draws as the known font does, cut down."""
    from fontTools.ttLib import TTFont

    faces = [(path, content) for path, content in package if _FACE.search(path)]
    faces.sort(key=lambda face: not _REGULAR.search(face[0]))  # the likely ones first; the outlines decide
    for path, content in faces:
        try:
            # Where a font's boxes are not those of its outlines, boxes that are made anew would move them.
            font = TTFont(io.BytesIO(content), recalcBBoxes=False, recalcTimestamp=False)
            if outline_sum(font) == known.outlines:
                cut = _subset(font)
                check_sum(outline_sum(TTFont(io.BytesIO(cut))), known.outlines, f"{path}, cut down,")
                return cut
        except DataCorruptError:
            raise
        except Exception as error:  # fontTools meets damage with a dozen kinds of errors
            raise DataCorruptError(f"{path} is a damaged font") from error
    raise DataCorruptError(f"no face in it draws as {known.family} of version {known.version} does")


def _subset(font: TTFont) -> bytes:
    """Return a font with the characters that are kept, as TrueType or OpenType without hints and features."""
    from fontTools import subset

    options = subset.Options(hinting=False, layout_features=[], drop_tables=[*subset.Options().drop_tables, *_DROPPED])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=_KEPT)
    subsetter.subset(font)
    font.flavor = None
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()
