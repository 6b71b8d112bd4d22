"""Handwriting fonts: what each really draws, which are left out, and how they come from packages."""

import io
import logging
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

from inkdigits.data.hands import fetching, fonts, load_fonts
from inkdigits.data.hands.catalogue import HANDS
from inkdigits.data.hands.fonts import KnownFont, known_fonts, look_at_fonts, outline_sum, validation_fonts
from inkdigits.errors import DataCorruptError, DataNotFoundError
from inkdigits.files import sha256
from inkdigits.settings import cache_dir

from ...waiting import wait_until
from .conftest import Keep

DIGITS = "0123456789"


def made_font(drawn: str, blank: str = " ", width: int = 500) -> bytes:
    """Return a font whose characters are boxes as wide as their code is large."""
    names = {ord(character): f"u{ord(character):04x}" for character in drawn + blank}
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for code, name in names.items():
        pen = TTGlyphPen(None)
        if chr(code) in drawn:
            pen.moveTo((50, 0))
            pen.lineTo((50, 700))
            pen.lineTo((100 + code, 700))
            pen.closePath()
        glyphs[name] = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (width, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupPost()
    builder.setupNameTable({"familyName": "Made", "styleName": "Regular"})
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


FULL, OTHER = made_font(f"{DIGITS}+€"), made_font(DIGITS, width=600)
NO_SEVEN, BLANK_ZERO = made_font(DIGITS.replace("7", "")), made_font(DIGITS[1:], blank=" 0")


def row(name: str, content: bytes, **other: str) -> KnownFont:
    known = KnownFont(
        file=f"{name}.ttf",
        family=name.title(),
        use="pen",
        licence="OFL-1.1",
        registry="npm",
        package=f"@fontsource/{name}",
        version="5.3.0",
        hand="",
        url="",
        sha256=sha256(content),
        outlines=outline_sum(TTFont(io.BytesIO(content))),
    )
    return replace(known, **other)


@pytest.fixture
def know_fonts(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let some fonts be all that are known."""

    def register(*rows: KnownFont, validation: int = 0) -> None:
        for module in (fonts, fetching):
            monkeypatch.setattr(module, "known_fonts", lambda: rows)
        monkeypatch.setitem(HANDS, "fonts", replace(HANDS["fonts"], validation_writers=validation))

    return register


def keep_fonts(keep: Keep, **contents: bytes) -> Path:
    folder = keep({})
    (folder / "hands" / "fonts").mkdir()
    for name, content in contents.items():
        (folder / "hands" / "fonts" / f"{name}.ttf").write_bytes(content)
    return folder


def test_a_font_without_all_digits_is_left_out_and_named(
    keep: Keep, know_fonts: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    know_fonts(row("full", FULL), row("seven", NO_SEVEN), row("zero", BLANK_ZERO), row("gone", OTHER))
    folder = keep_fonts(keep, full=FULL, seven=NO_SEVEN, zero=BLANK_ZERO)
    with caplog.at_level(logging.WARNING):
        (font,) = load_fonts("train", folder)
    assert (font.family, font.use, font.licence) == ("Full", "pen", "OFL-1.1")
    assert font.path == folder / "hands" / "fonts" / "full.ttf"
    assert font.characters == set(f"{DIGITS}+€")
    assert [record.message for record in caplog.records] == [
        "the font Seven is left out: it draws no 7",
        "the font Zero is left out: it draws no 0",
        f"the font Gone is left out: there is no {folder / 'hands' / 'fonts' / 'gone.ttf'}",
    ]


def test_a_font_that_nobody_knows_is_left_out_and_named(keep: Keep, know_fonts: Callable[..., None]) -> None:
    know_fonts(row("full", FULL))
    folder = keep_fonts(keep, full=FULL, strange=NO_SEVEN)
    (folder / "hands" / "fonts" / "fonts.json").write_text("{}")
    fonts, skipped = look_at_fonts(folder)
    assert [font.family for font in fonts] == ["Full"]
    strange = folder / "hands" / "fonts" / "strange.ttf"
    assert skipped == (f"{strange} is left out: it is none of the known fonts",)


def test_a_font_is_in_one_split_only_and_a_hand_of_two_fonts_always_for_training(
    keep: Keep, know_fonts: Callable[..., None]
) -> None:
    names = [f"font{number}" for number in range(8)]
    rows = [row(name, FULL, hand="the same" if name in {"font2", "font5"} else "") for name in names]
    know_fonts(*rows, validation=6)
    folder = keep_fonts(keep, **dict.fromkeys(names, FULL))
    train, validation = ({font.path.stem for font in load_fonts(split, folder)} for split in ("train", "validation"))
    assert train == {"font2", "font5"}
    assert validation == set(names) - train


def _another_subsetter(content: bytes) -> bytes:
    font = TTFont(io.BytesIO(content))
    font["name"].setName("cut down by somebody else", 5, 3, 1, 0x409)
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def test_other_bytes_with_the_same_outlines_are_the_same_font(keep: Keep, know_fonts: Callable[..., None]) -> None:
    know_fonts(row("full", FULL))
    other = _another_subsetter(FULL)
    assert other != FULL
    assert len(load_fonts("train", keep_fonts(keep, full=other))) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is a damaged font"),
        (b"<html>no such page</html>", "is a damaged font"),
        (FULL[: len(FULL) // 2], "is a damaged font"),
        (OTHER, "is another version than the one that is known"),
    ],
)
def test_a_wrong_font_is_one_clear_line(content: bytes, said: str, keep: Keep, know_fonts: Callable[..., None]) -> None:
    know_fonts(row("full", FULL))
    with pytest.raises(DataCorruptError, match=said) as caught:
        load_fonts("train", keep_fonts(keep, full=content))
    assert len(str(caught.value).splitlines()) == 1
    assert "full.ttf" in str(caught.value)


def test_no_font_at_all_is_one_clear_line(keep: Keep, know_fonts: Callable[..., None]) -> None:
    know_fonts(row("seven", NO_SEVEN))
    with pytest.raises(DataNotFoundError, match="there is no font that can be used in"):
        load_fonts("train", keep_fonts(keep, seven=NO_SEVEN))


def _woff2(content: bytes) -> bytes:
    font = TTFont(io.BytesIO(content))
    font.flavor = "woff2"
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def _tar(files: dict[str, bytes], compression: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=f"w:{compression}") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _deb(files: dict[str, bytes]) -> bytes:
    """Return a Debian package: an `ar` archive of three members."""

    def member(name: str, content: bytes) -> Iterable[bytes]:
        yield f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        yield content + b"\n" * (len(content) % 2)

    parts = {"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": _tar(files, "xz")}
    return b"!<arch>\n" + b"".join(piece for name, content in parts.items() for piece in member(name, content))


def test_fonts_come_from_npm_debian_and_github_cut_down_to_what_is_known(
    serve: Callable[..., Any], offering: Callable[..., Any], know_fonts: Callable[..., None]
) -> None:
    files = {
        "full-5.3.0.tgz": _tar(
            {"package/files/full-latin-700-normal.woff2": _woff2(OTHER), "package/LICENSE": b"OFL"}
            | {"package/files/full-latin-400-normal.woff2": _woff2(FULL)},
            "gz",
        ),
        "fonts-two_1-1_all.deb": _deb({"./usr/share/fonts/one.ttf": OTHER, "./usr/share/fonts/two.ttf": FULL}),
        "Alone-Regular.ttf": OTHER,
        "wrong.ttf": NO_SEVEN,
    }
    server = serve(offering(files))
    know_fonts(
        row("full", FULL, url=f"{server.url}full-5.3.0.tgz"),
        row("one", OTHER, url=f"{server.url}fonts-two_1-1_all.deb"),
        row("two", FULL, url=f"{server.url}fonts-two_1-1_all.deb"),
        row("alone", OTHER, url=f"{server.url}Alone-Regular.ttf"),
        row("wrong", OTHER, url=f"{server.url}wrong.ttf"),
        row("gone", OTHER, url=f"{server.url}gone-1.0.0.tgz"),
    )
    failures = fetching.fetch_hand("fonts")
    assert [failure.partition(" could not")[0] for failure in failures] == ["the font Wrong", "the font Gone"]
    assert "no face in it draws as Wrong of version 5.3.0 does" in failures[0]
    assert failures[1].endswith("HTTP 404")
    assert {path.name for path in (cache_dir() / "hands" / "fonts").iterdir()} == {
        "full.ttf",
        "one.ttf",
        "two.ttf",
        "alone.ttf",
    }
    found, skipped = look_at_fonts()
    assert [font.family for font in found] == ["Full", "One", "Two", "Alone"]
    assert len(skipped) == 2
    assert len(server.requests) == 5

    fetching.fetch_hand("fonts")  # asks again for what could not be had, and for nothing else
    assert server.requests[5:] == ["/wrong.ttf", "/gone-1.0.0.tgz"]


def test_what_a_folder_of_ones_own_lacks_is_fetched_and_used_with_the_rest(
    serve: Callable[..., Any], offering: Callable[..., Any], keep: Keep, know_fonts: Callable[..., None]
) -> None:
    server = serve(offering({"other.ttf": OTHER}))
    know_fonts(row("full", FULL, url=f"{server.url}full.ttf"), row("other", OTHER, url=f"{server.url}other.ttf"))
    folder = keep_fonts(keep, full=FULL)
    assert fetching.fetch_hand("fonts", folder, offline=True) == (
        "the font Other is not on disk, and is not fetched offline",
    )
    assert fetching.fetch_hand("fonts", folder) == fetching.fetch_hand("fonts", folder) == ()
    assert server.requests == ["/other.ttf"]
    fonts, skipped = look_at_fonts(folder)
    assert [font.path for font in fonts] == [
        folder / "hands" / "fonts" / "full.ttf",
        cache_dir() / "hands" / "fonts" / "other.ttf",
    ]
    assert skipped == ()


def _old(content: bytes) -> bytes:
    """Return a font of another time: made in 1904, with a table that nobody draws by any more."""
    font = TTFont(io.BytesIO(content), recalcTimestamp=False)
    font["head"].created = 1
    font["mort"] = DefaultTable("mort")
    font["mort"].data = bytes(8)
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def test_what_font_tools_say_of_old_fonts_is_not_told(
    serve: Callable[..., Any],
    offering: Callable[..., Any],
    know_fonts: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    know_fonts(row("old", FULL, url=f"{serve(offering({'old.ttf': _old(FULL)})).url}old.ttf"))
    caplog.clear()
    fetching.fetch_hand("fonts")
    look_at_fonts()
    assert caplog.records == []


def test_a_host_that_does_not_answer_is_asked_once(serve: Callable[..., Any], know_fonts: Callable[..., None]) -> None:
    server = serve(lambda request: request.server.closing.wait())
    know_fonts(*(row(name, FULL, url=f"{server.url}{name}.tgz") for name in ("one", "two", "three")))
    with pytest.raises(DataNotFoundError, match=r"the font One could not be had from .*(no answer|timed out)"):
        fetching.fetch_hand("fonts", answer_within=0.3)
    wait_until(lambda: server.requests)  # a busy server looks at what it was asked when nobody waits any more
    assert server.requests == ["/one.tgz"]


def test_no_package_at_all_is_one_clear_line(deaf_url: str, know_fonts: Callable[..., None]) -> None:
    know_fonts(row("full", FULL, url=f"{deaf_url}full.tgz"))
    with pytest.raises(DataNotFoundError, match=r"fonts is not on disk, .* Connection refused") as caught:
        fetching.fetch_hand("fonts")
    assert len(str(caught.value).splitlines()) == 1


def test_the_table_of_fonts_is_complete() -> None:
    known = known_fonts()
    assert len({font.file for font in known}) == len(known) == 91
    assert {font.use for font in known} == {"pen", "school"}
    assert {font.licence for font in known} == {"OFL-1.0", "OFL-1.1", "Apache-2.0", "MIT AND OFL-1.1"}
    assert all(font.url.startswith("https://") and len(font.sha256) == len(font.outlines) == 64 for font in known)
    assert len(validation_fonts()) == 15
