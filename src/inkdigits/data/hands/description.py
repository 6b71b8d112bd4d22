"""What there is to know about hands that are not digits on 28×28: fonts and letters."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inkdigits.data.hands.catalogue import hand_called
from inkdigits.data.hands.disk import location
from inkdigits.data.hands.fonts import FONTS, KnownFont, known_fonts, look_at_fonts, validation_fonts
from inkdigits.data.hands.letters import load_letters
from inkdigits.data.hands.scans import SCANNED, load_scans
from inkdigits.data.hands.strokes import STROKED, load_strokes

__all__ = ["DESCRIBED", "Description", "Entry", "check_hand", "describe_hand"]

DESCRIBED = (FONTS, "omniglot")


@dataclass(frozen=True)
class Entry:
    """One font, or the letters of one alphabet.

    Attributes:
        name: the font's family, or the alphabet.
        n: how many characters a font draws, or how many letters an alphabet has.
        split: the split that it is in; empty where there are no splits.
        use: what a font looks like, "pen" or "school".
        licence: under which licence a font may be used.
        source: the package and version that a font is from.

    """

    name: str
    n: int
    split: str = ""
    use: str = ""
    licence: str = ""
    source: str = ""


@dataclass(frozen=True)
class Description:
    """What is known about a data set of hands.

    Attributes:
        name: its name.
        what: what it holds, and who wrote it.
        source: who made it.
        licence: under which licence it may be used.
        attribution: the line that a model card carries.
        origin: where anyone gets it from.
        location: where its files are.
        entries: its parts.
        skipped: a line for each part that is left out.

    """

    name: str
    what: str
    source: str
    licence: str
    attribution: str
    origin: str
    location: str
    entries: tuple[Entry, ...]
    skipped: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        return asdict(self)


def describe_hand(name: str, data_dir: str | Path | None = None) -> Description:
    """Look through the fonts or the letters, and check them.

    Args:
        name: one of `DESCRIBED`.
        data_dir: where to look first; see `settings.data_dirs`.

    Raises:
        DataNotFoundError: they are not on disk.
        DataCorruptError: a file is damaged or of another version.
        MissingExtraError: fontTools is not installed.

    """
    hand = hand_called(name)
    entries, skipped = _fonts(data_dir) if name == FONTS else (_alphabets(data_dir), ())
    return Description(
        name=hand.name,
        what=hand.what,
        source=hand.author,
        licence=hand.licence,
        attribution=hand.attribution,
        origin=hand.origin,
        location=location(hand, data_dir),
        entries=entries,
        skipped=skipped,
    )


def check_hand(name: str, data_dir: str | Path | None = None) -> None:
    """Check the files of a data set of hands, without drawing anything.

    Raises:
        DataNotFoundError: they are not on disk.
        DataCorruptError: a file is damaged or of another version.

    """
    if name in DESCRIBED:
        describe_hand(name, data_dir)
    for split in hand_called(name).splits:
        if name in SCANNED:
            load_scans(name, split, data_dir)
        elif name in STROKED:
            load_strokes(name, split, data_dir)


def _fonts(data_dir: str | Path | None) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    fonts, skipped = look_at_fonts(data_dir)
    known, for_validation = {font.file: font for font in known_fonts()}, validation_fonts()
    entries = []
    for font in fonts:
        file = font.path.name
        split = "validation" if file in for_validation else "train"
        entries.append(Entry(font.family, len(font.characters), split, font.use, font.licence, _package(known[file])))
    return tuple(entries), skipped


def _package(font: KnownFont) -> str:
    return f"{font.registry}: {font.package} {font.version}"


def _alphabets(data_dir: str | Path | None) -> tuple[Entry, ...]:
    counts = Counter(load_letters(data_dir).alphabets)
    return tuple(Entry(alphabet, n) for alphabet, n in counts.items())
