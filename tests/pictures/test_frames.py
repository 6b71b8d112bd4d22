"""Files of several pages, and the formats that extras bring."""

import io
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from inkdigits.errors import PictureError
from inkdigits.pictures.decode import Document, decode
from inkdigits.pictures.limits import Limits

ANIMATED = ["TIFF", "GIF", "PNG", "WEBP", "AVIF"]


def page(number: int, size: tuple[int, int] = (60, 40)) -> Image.Image:
    """White paper with a black stroke whose place tells the number."""
    image = Image.new("L", size, 255)
    image.paste(0, (10 * number, 5, 10 * number + 6, 35))
    return image


def file_of(images: list[Image.Image], kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    images[0].save(stream, kind, save_all=True, append_images=images[1:], **options)
    return stream.getvalue()


def pdf(images: list[Image.Image]) -> bytes:
    return file_of([image.convert("RGB") for image in images], "PDF", resolution=72)


def heic(image: Image.Image, **options: object) -> bytes:
    stream = io.BytesIO()
    pytest.importorskip("pillow_heif").from_pillow(image.convert("RGB")).save(stream, quality=95, **options)
    return stream.getvalue()


def strokes(grey: np.ndarray) -> float:
    """Where the stroke stands, as the number of its page."""
    _, across = np.nonzero(grey < 128)
    return round((across.min() / grey.shape[1] * 60) / 10, 1)


@pytest.mark.parametrize("kind", ANIMATED)
def test_every_page_is_read_in_any_order(kind: str) -> None:
    options = {"GIF": {"disposal": 2}, "PNG": {"disposal": 0, "blend": 0}}.get(kind, {})
    with Document(file_of([page(n).convert("RGB") for n in range(4)], kind, **options)) as document:
        assert document.pages == 4
        assert [strokes(document.decode(number).grey) for number in (1, 2, 3, 4, 2, 1)] == [0, 1, 2, 3, 1, 0]


def test_pages_of_different_kinds_stand_in_one_tiff() -> None:
    with Document(file_of([page(1), page(3, (90, 40)).convert("1"), page(4).convert("RGB")], "TIFF")) as document:
        assert [(one.width, one.height) for one in map(document.decode, (1, 2, 3))] == [(60, 40), (90, 40), (60, 40)]


def test_a_page_that_is_not_there_is_a_clear_error() -> None:
    for number in (0, -1, 3):
        with pytest.raises(PictureError, match=f"no page {number}; it has 2") as raised:
            decode(file_of([page(0), page(1)], "TIFF"), number)
        assert raised.value.code == "no_such_page"


def test_a_damaged_page_leaves_the_others_as_they_are() -> None:
    whole = file_of([page(n, (300, 200)) for n in range(3)], "TIFF", compression="tiff_adobe_deflate")
    with Image.open(io.BytesIO(whole)) as image:
        image.seek(1)
        start = image.tag_v2[273][0]
    damaged = whole[:start] + b"\0" * 40 + whole[start + 40 :]
    with Document(damaged) as document:
        assert document.decode(1).grey.shape == (200, 300)
        with pytest.raises(PictureError, match="page 2"):
            document.decode(2)
        assert document.decode(3).grey.shape == (200, 300)


def tiff_of(pages: int) -> bytes:
    """A TIFF of many pages of 8×8 pixels, all of which share the same ones."""
    tags = [(256, 8), (257, 8), (258, 8), (259, 1), (262, 1), (273, 0), (278, 8), (279, 64)]
    content = bytearray(b"II*\0" + struct.pack("<I", 8))
    for number in range(pages):
        content += struct.pack("<H", len(tags)) + b"".join(
            struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags
        )
        content += struct.pack("<I", len(content) + 4 if number < pages - 1 else 0)
    return bytes(content)


def test_the_pages_of_a_tiff_are_counted_as_far_as_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []
    seek = TiffImageFile.seek
    monkeypatch.setattr(TiffImageFile, "seek", lambda image, index: (looked_at.append(index), seek(image, index)))
    with Document(tiff_of(3000)) as document:
        assert document.pages == 1001
        assert "more than 1000 pages" in str(document.too_many_pages())
        assert document.decode(2).grey.shape == (8, 8)
    assert len(looked_at) < 1010


def test_pictures_of_an_animation_that_many_large_ones_precede_are_not_read_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Limits, "passed", Limits.passed // 100)
    still = Image.new("L", (150, 150), 255)
    content = file_of([still.copy() if n % 2 else Image.new("L", still.size) for n in range(300)], "GIF")
    with Document(content) as document:
        assert document.pages == 300
        assert document.decode(2).grey.shape == (150, 150)
        with pytest.raises(PictureError, match="page 300 cannot be read alone: 298 large pictures") as raised:
            document.decode(300)
        assert document.decode(3).grey.shape == (150, 150)
    assert raised.value.code == "image_too_large"


def test_a_phones_jpeg_with_a_preview_behind_it_is_one_picture() -> None:
    with Document(file_of([page(1).convert("RGB"), page(2).convert("RGB")], "MPO")) as document:
        assert document.pages == 1
        assert strokes(document.decode().grey) == 1


def test_the_pages_of_a_pdf_are_rendered() -> None:
    pytest.importorskip("pypdfium2")
    with Document(b"\n" + pdf([page(1), page(2), page(3, (60, 80))])) as document:
        assert document.pages == 3
        assert [strokes(document.decode(number).grey) for number in (1, 2, 3)] == [1, 2, 3]
        first = document.decode()
    assert (first.width, first.height) == (167, 112)  # 60 and 40 points at 200 dots an inch


def test_a_poster_is_rendered_with_few_pixels() -> None:
    pytest.importorskip("pypdfium2")
    content = pdf([page(1)]).replace(b"0 0 60.0 40.0", b"0 0 9000 6000")
    poster = decode(content)
    assert poster.width * poster.height <= 16_100_000


@pytest.mark.parametrize("damage", [slice(0, 200), slice(0, 9)])
def test_a_damaged_pdf_is_a_clear_error(damage: slice) -> None:
    pytest.importorskip("pypdfium2")
    with pytest.raises(PictureError, match="damaged") as raised:
        decode(pdf([page(1)])[damage])
    assert raised.value.code == "unreadable_image"


# One empty page, encrypted with the password "secret" by the standard handler, revision 2 (PDF 32000-1, 7.6.3).
LOCKED = b"""%%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 60 40]>> endobj
4 0 obj <</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>> endobj
trailer <</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>
""" % (b"2b" * 32, b"3c" * 32)


def test_a_locked_pdf_is_a_clear_error() -> None:
    pytest.importorskip("pypdfium2")
    with pytest.raises(PictureError, match="password") as raised:
        decode(LOCKED)
    assert raised.value.code == "locked"


def test_heic_is_read_whatever_its_name_says(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(heic(page(3, (120, 80))))
    found = decode(tmp_path / "photo.jpg")
    assert (found.width, found.height) == (120, 80)
    assert strokes(found.grey) == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_a_phones_heic_is_turned_upright(orientation: int) -> None:
    turn = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = page(1) if turn is None else page(1).transpose(turn)
    found = decode(heic(stored, exif=exif.tobytes()))
    assert (found.width, found.height) == (60, 40)
    assert strokes(found.grey) == 1


@pytest.mark.parametrize(
    ("extra", "module", "content"),
    [("pdf", "pypdfium2", b"%PDF-1.7\n"), ("heic", "pillow_heif", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic")],
)
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, extra: str, module: str, content: bytes) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PictureError, match=rf"run: pip install 'inkdigits\[{extra}\]'") as raised:
        decode(content)
    assert raised.value.code == "missing_extra"
