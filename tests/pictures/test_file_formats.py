"""The short list of formats: what is on it is read, whatever is not is refused by its name, and nothing is started."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image

from inkdigits.errors import PictureError
from inkdigits.pictures.decode import decode
from inkdigits.pictures.file_formats import PILLOW_FORMATS, jpeg_scans, name_of_other_format, recognise

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n%%EndComments\nshowpage\n%%EOF\n"

# What starts another program, or might, in Pillow's plugins and in programs beside them.
PROGRAMS = ("gs", "djpeg", "ffmpeg", "convert", "magick", "display", "xdg-open", "dvipng", "heif-convert", "pdftoppm")

OTHERS = {
    "a PostScript or EPS file": EPS,
    "an icon (ICO)": b"\0\0\1\0\1\0",
    "a Photoshop file (PSD)": b"8BPS\0\1" + bytes(20),
    "a drawing (SVG)": b"<?xml version='1.0'?>\n<!-- seven -->\n<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a bitmap without its file header (DIB)": b"\x28\0\0\0\x1c\0\0\0\x1c\0\0\0\1\0\x08\0",
    "a JPEG XL picture": b"\xff\x0a\x10",
    "a video or a picture in a container of MPEG-4": b"\0\0\0\x18ftypisom\0\0\2\0isommp41",
    "a TGA picture": bytes(40) + b"TRUEVISION-XFILE.\0",
    "a DICOM picture": bytes(128) + b"DICM",
    "a document of Word, Excel or PowerPoint": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a ZIP archive, or a document that is one": b"PK\3\4\x14",
    "a web page": b"\n<!doctype html><html>",
}


def picture(side: int = 20) -> Image.Image:
    return Image.fromarray(np.random.default_rng(side).integers(0, 256, (side, side), np.uint8))


def saved(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    stream = io.BytesIO()
    (image or picture()).save(stream, kind, **options)
    return stream.getvalue()


def field(record: int, number: int, content: bytes) -> bytes:
    return bytes((0x1C, record, number)) + len(content).to_bytes(2, "big") + content


def iptc(inner: bytes) -> bytes:
    """An IPTC file of 20×20 pixels whose picture is a file of any other format."""
    size = (20).to_bytes(2, "big")
    head = field(3, 60, b"\1\0") + field(3, 20, size) + field(3, 30, size) + field(3, 120, b"\5")
    return head + field(8, 10, inner) + bytes(5)


def every_file() -> dict[str, bytes]:
    """A file of each format that Pillow writes, and of those that hold others or start programs."""
    Image.init()
    files = {"EPS": EPS, "IPTC": iptc(EPS), "ICO": saved("ICO", picture(64)), **OTHERS}
    for kind in sorted(Image.SAVE):
        for mode in ("L", "RGB", "P", "1"):
            try:
                files[f"{kind} {mode}"] = saved(kind, picture(64).convert(mode))
            except (OSError, ValueError, KeyError):  # it has no such mode, or needs a library
                continue
    return files


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that each of the programs writes its name to, all of which are first on PATH."""
    log, folder = tmp_path / "started", tmp_path / "bin"
    folder.mkdir()
    log.touch()
    for name in PROGRAMS:
        (folder / name).write_text(f"#!/bin/sh\necho {name} >> {log}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setattr(EpsImagePlugin, "gs_binary", None)  # as before it was looked for
    return log


def test_the_programs_would_be_found(started: Path) -> None:
    with pytest.raises(OSError), Image.open(io.BytesIO(EPS)) as image:  # noqa: PT011 - Pillow's own
        image.load()
    assert "gs" in started.read_text()


@pytest.mark.filterwarnings("ignore:IM image format:DeprecationWarning")
def test_no_file_starts_a_program(started: Path) -> None:
    files = every_file()
    assert len(files) > 40
    for content in files.values():
        try:
            decode(content)
        except PictureError:
            continue
    assert started.read_text() == ""


@pytest.mark.parametrize("kind", PILLOW_FORMATS)
def test_what_people_bring_is_recognised_and_read(kind: str) -> None:
    content = saved(kind, picture().convert("RGB"))
    assert recognise(content) == kind
    assert decode(content).grey.shape == (20, 20)


@pytest.mark.parametrize("name", OTHERS)
def test_another_format_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(PictureError) as raised:
        decode(OTHERS[name])
    assert f"is {name}, which is not read; save it as PNG" in str(raised.value)
    assert raised.value.code == "unreadable_image"


@pytest.mark.filterwarnings("ignore:IM image format:DeprecationWarning")
def test_every_format_of_pillow_that_is_not_read_has_a_name() -> None:
    without = {"SPIDER", "PALM"}  # no signature tells these, or nothing reads them
    for name, content in every_file().items():
        kind = name.split(" ")[0]
        if kind not in {*PILLOW_FORMATS, *without, "PDF", "MPO", "HEIF", "WMF"} and name not in OTHERS:
            assert recognise(content) is None, name
            assert name_of_other_format(content), name


def test_a_picture_inside_another_does_not_go_beyond_what_the_header_says() -> None:
    """A program may have opened what is not on the list by itself: here 20×20 that hold a million pixels."""
    opened = Image.open(io.BytesIO(iptc(saved("PNG", Image.new("L", (1000, 1000))))))
    assert opened.size == (20, 20)
    with pytest.raises(PictureError, match="1000×1000 pixels, where its header says 20×20") as raised:
        decode(opened)
    assert raised.value.code == "image_too_large"


def scanned(times: int, side: int) -> bytes:
    """A progressive JPEG that goes over its last detail again and again: some 30 bytes each time."""
    whole = saved("JPEG", Image.new("L", (side, side), 255), progressive=True)
    last = whole.rfind(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * times + b"\xff\xd9"


def test_the_scans_of_a_jpeg_are_counted() -> None:
    plain, progressive = saved("JPEG"), saved("JPEG", picture().convert("RGB"), progressive=True)
    assert (jpeg_scans(plain), jpeg_scans(progressive)) == (1, 10)
    assert jpeg_scans(progressive + progressive) == 10  # a preview behind it is not decoded
    assert jpeg_scans(plain[:2] + b"\xff\xfe\0\2" * 20_000 + plain[2:]) >= 10_000
    assert jpeg_scans(b"\xff\xd8\xff") == 0


def test_a_jpeg_of_thousands_of_scans_is_refused_before_it_is_decoded() -> None:
    assert decode(scanned(20, 400)).grey.shape == (400, 400)
    with pytest.raises(PictureError, match="in 1006 scans") as raised:
        decode(scanned(1000, 2000))
    assert raised.value.code == "image_too_large"
