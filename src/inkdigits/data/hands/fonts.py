"""Handwriting fonts, each a hand of its own: which are known, and which characters each really draws.

`fonts.csv` lists them: the file, the family, its use, the licence, the registry, package and version that it is from
with the address, the hand where several fonts show the same one, and two sums. `sha256` is that of the file; another
subsetter writes other bytes, so that the sum of the outlines of ASCII, as `outline_sum` gives it, counts as well.
"""

from __future__ import annotations

import csv
import hashlib
import io
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from inkdigits import extras
from inkdigits.data.hands.catalogue import hand_called
from inkdigits.data.hands.disk import check_sum, find_file, locate
from inkdigits.data.splits import draw_writers
from inkdigits.data.stored_files import advised, read_bytes
from inkdigits.errors import DataCorruptError, DataNotFoundError, printable
from inkdigits.files import sha256

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FONTS = "fonts"  # the folder in `hands/`

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Font:
    """A font that draws all ten digits."""

    family: str
    path: Path  # its TrueType or OpenType file
    use: str  # "pen", which looks like a person's pen, or "school", a country's school hand
    licence: str
    characters: frozenset[str]  # what it really draws; a character whose glyph is blank is not among them


@dataclass(frozen=True)
class KnownFont:
    """A row of `fonts.csv`; see the module."""

    file: str
    family: str
    use: str
    licence: str
    registry: str
    package: str
    version: str
    hand: str
    url: str
    sha256: str
    outlines: str


@cache
def known_fonts() -> tuple[KnownFont, ...]:
    """Return the fonts that are known, by file name."""
    table = resources.files("inkdigits.data.hands").joinpath("fonts.csv").read_text(encoding="utf-8")
    return tuple(KnownFont(**row) for row in csv.DictReader(io.StringIO(table)))


def validation_fonts() -> frozenset[str]:
    """Return the file names of the fonts that are for validation: of those only whose hand no other font shows."""
    shown = Counter(font.hand or font.file for font in known_fonts())
    alone = [font.file for font in known_fonts() if shown[font.hand or font.file] == 1]
    return frozenset(alone[place] for place in draw_writers(range(len(alone)), hand_called(FONTS).validation_writers))


def lacking_fonts(data_dir: str | Path | None = None) -> tuple[KnownFont, ...]:
    """Return the known fonts that are in none of the folders that `settings.data_dirs` names."""
    return tuple(font for font in known_fonts() if find_file(f"{FONTS}/{font.file}", data_dir) is None)


def load_fonts(split: str, data_dir: str | Path | None = None) -> tuple[Font, ...]:
    """Load one split of the handwriting fonts.

    A font that is not there or not known, or that does not draw all ten digits, is left out, and a warning that names
    it is logged.

    Args:
        split: "train" or "validation" (15 fonts).
        data_dir: where to look first; see `settings.data_dirs`.

    Raises:
        DataNotFoundError: no font is on disk.
        DataCorruptError: a font is damaged or of another version.
        DataError: there is no such split, or a file cannot be read.
        MissingExtraError: fontTools is not installed.

    """
    hand_called(FONTS).check_split(split)
    fonts, skipped = look_at_fonts(data_dir)
    for line in skipped:
        _log.warning("%s", line)
    for_validation = validation_fonts()
    return tuple(font for font in fonts if (font.path.name in for_validation) == (split == "validation"))


def look_at_fonts(data_dir: str | Path | None = None) -> tuple[tuple[Font, ...], tuple[str, ...]]:
    """Return the fonts that can be used, and a line for each that is left out; see `load_fonts`."""
    extras.require("evaluate", "Looking into fonts")
    folder = locate(hand_called(FONTS), FONTS, data_dir)
    fonts, skipped = [], []
    for known in known_fonts():
        path = find_file(f"{FONTS}/{known.file}", data_dir)
        if path is None:
            skipped.append(f"the font {known.family} is left out: there is no {printable(folder / known.file)}")
            continue
        characters = _characters(path, known)
        if missing := "".join(sorted(set("0123456789") - characters)):
            skipped.append(f"the font {known.family} is left out: it draws no {', '.join(missing)}")
        else:
            fonts.append(Font(known.family, path, known.use, known.licence, characters))
    skipped += [f"{printable(path)} is left out: it is none of the known fonts" for path in _unknown(folder)]
    if not fonts:
        raise DataNotFoundError(
            f"there is no font that can be used in {printable(folder)}", f"run 'inkdigits data fetch {FONTS}'"
        )
    return tuple(fonts), tuple(skipped)


@contextmanager
def quiet_font_tools() -> Iterator[None]:
    """Let fontTools log errors alone: of what it warns of, such as a font's odd date, nothing is of use to anybody."""
    logger = logging.getLogger("fontTools")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def outline_sum(font: TTFont) -> str:
    """Return the SHA-256 sum of how a font draws ASCII: of each character it has, its advance and its outline."""
    from fontTools.pens.recordingPen import DecomposingRecordingPen

    glyphs, names = font.getGlyphSet(), font.getBestCmap()
    digest = hashlib.sha256()
    for code in range(0x21, 0x7F):
        if code in names:
            pen = DecomposingRecordingPen(glyphs)
            glyphs[names[code]].draw(pen)
            digest.update(f"{code} {glyphs[names[code]].width} {pen.value}\n".encode())
    return digest.hexdigest()


def _unknown(folder: Path) -> list[Path]:
    """Return the font files of a folder that are not known."""
    known = {font.file for font in known_fonts()}
    return [
        path for path in sorted(folder.iterdir()) if path.suffix.lower() in {".ttf", ".otf"} and path.name not in known
    ]


@quiet_font_tools()
def _characters(path: Path, known: KnownFont) -> frozenset[str]:
    """Return what a font file draws, once it is known to be the one in the table."""
    from fontTools.ttLib import TTFont

    name = printable(path)
    raw = read_bytes(path)
    same = sha256(raw) == known.sha256
    with advised(FONTS):
        try:
            font = TTFont(io.BytesIO(raw), lazy=True)
            outlines = known.outlines if same else outline_sum(font)
            drawn = frozenset(chr(code) for code, glyph in font.getBestCmap().items() if _is_drawn(font, glyph))
        except Exception as error:  # fontTools meets damage with a dozen kinds of errors
            raise DataCorruptError(f"{name} is a damaged font") from error
        check_sum(outlines, known.outlines, name)
    return drawn


def _is_drawn(font: TTFont, glyph: str) -> bool:
    """Whether a glyph leaves any ink."""
    if "glyf" in font:  # a blank glyph has no bytes; drawing each to find out takes a hundred times longer
        place = font.getGlyphID(glyph)
        start, end = font["loca"].locations[place : place + 2]
        return bool(end > start)
    from fontTools.pens.boundsPen import BoundsPen

    pen = BoundsPen(glyphs := font.getGlyphSet())
    glyphs[glyph].draw(pen)
    return pen.bounds is not None
