"""What there is to know about hands that are not digits on 28×28: fonts and letters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from inkdigits.data.hands.catalogue import hand_called
from inkdigits.data.hands.disk import location
from inkdigits.data.hands.fonts import FONTS, known_fonts, look_at_fonts, validation_fonts
from inkdigits.data.hands.letters import load_letters
from inkdigits.data.hands.scans import SCANNED, load_scans
from inkdigits.data.hands.strokes import STROKED, load_strokes

DESCRIBED = (FONTS, "omniglot")


@dataclass(frozen=True)
class Entry:
    """One font, or the letters of one alphabet, of which only the name and the number are known."""

    name: str  # the font's family, or the alphabet
    n: int  # how many characters a font draws, or how many letters an alphabet has
    split: str = ""
    use: str = ""  # as `Font` has it
    licence: str = ""
    source: str = ""  # the package and version that a font is from


@dataclass(frozen=True)
class Description:
    """What is known about a data set of hands, much of it as `KnownHands` has it."""

    name: str
    what: str
    source: str
    licence: str
    attribution: str
    origin: str
    location: str  # where its files are
    entries: tuple[Entry, ...]
    skipped: tuple[str, ...]  # a line for each part that is left out


def describe_hand(name: str, data_dir: str | Path | None = None) -> Description:
    """Look through the fonts or the letters, a name of `DESCRIBED`, and check them; see `settings.data_dirs`.

    Raises:
        DataNotFoundError: they are not on disk.
        DataCorruptError: a file is damaged or of another version.
        MissingExtraError: fontTools is not installed.

    """
    hand = hand_called(name)
    if name == FONTS:
        entries, skipped = _fonts(data_dir)
    else:
        letters = Counter(load_letters(data_dir).alphabets)
        entries, skipped = tuple(Entry(alphabet, n) for alphabet, n in letters.items()), ()
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
    """Check the files of a data set of hands, without drawing anything; errors are those of `describe_hand`."""
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
        of = known[font.path.name]
        split = "validation" if of.file in for_validation else "train"
        source = f"{of.registry}: {of.package} {of.version}"
        entries.append(Entry(font.family, len(font.characters), split, font.use, font.licence, source))
    return tuple(entries), skipped
