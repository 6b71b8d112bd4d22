"""Damaged files of every format: a page or a clear error, and nothing else."""

import io
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.decode import Document, Page
from inkdigits.samples import sample_pictures

FORMATS = ["PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP", "AVIF", "JPEG2000", "MPO", "PDF", "HEIC"]


def whole_file(kind: str) -> bytes:
    """A picture of two pages, where the format has several."""
    with Image.open(sample_pictures()[0]) as image:
        first = image.convert("RGB").resize((64, 48))
    stream = io.BytesIO()
    if kind == "HEIC":
        pytest.importorskip("pillow_heif").from_pillow(first).save(stream)
    elif kind in ("GIF", "PNG", "TIFF", "WEBP", "AVIF", "PDF", "MPO"):
        first.save(stream, kind, save_all=True, append_images=[first.rotate(90)])
    else:
        first.save(stream, kind)
    return stream.getvalue()


def damaged(content: bytes, chance: np.random.Generator) -> bytes:
    """Cut a file short, flip bits anywhere or in its header, blank a part, or repeat one."""
    changed, place = bytearray(content), int(chance.integers(len(content)))
    way = chance.choice(["cut", "flip", "header", "blank", "repeat"])
    if way == "cut":
        return content[:place]
    if way == "flip":
        for _ in range(chance.choice([1, 20])):
            changed[chance.integers(len(changed))] ^= 1 << int(chance.integers(8))
    elif way == "header":
        for _ in range(chance.choice([1, 6])):
            changed[chance.integers(min(120, len(changed)))] = chance.choice([0, 127, 255, chance.integers(256)])
    elif way == "blank":
        changed[place : place + 40] = bytes(len(changed[place : place + 40]))
    else:
        changed[place:place] = changed[place : place + 200]
    return bytes(changed)


def outcome(content: bytes) -> Page | PictureError:
    """The last page of a file, or why there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about what it can still read
        try:
            with Document(content) as document:
                return document.decode(document.pages)
        except PictureError as error:
            return error


@pytest.mark.parametrize("kind", FORMATS)
def test_a_damaged_file_is_a_page_or_a_clear_error(kind: str) -> None:
    chance, content = np.random.default_rng(zlib.crc32(kind.encode())), whole_file(kind)
    for _ in range(20):
        found = outcome(damaged(content, chance))
        assert "\n" not in str(found) if isinstance(found, PictureError) else found.grey.size > 0


@pytest.mark.parametrize("kind", FORMATS)
def test_a_whole_file_is_a_page_and_its_beginning_is_not_the_same(kind: str) -> None:
    content = whole_file(kind)
    whole, beginning = outcome(content), outcome(content[: len(content) // 3])
    assert isinstance(whole, Page)
    assert isinstance(beginning, PictureError) or not np.array_equal(beginning.grey, whole.grey)


@pytest.mark.parametrize("size", [(1, 1), (1, 65_535), (65_535, 1), (3, 65_535), (1, 17)])
@pytest.mark.parametrize("level", [0, 255])
def test_thin_and_blank_pictures_are_pages(size: tuple[int, int], level: int) -> None:
    with Document(Image.new("L", size, level)) as document:
        page = document.decode()
    assert (page.width, page.height) == size
    assert (page.grey == level).all()


@pytest.mark.parametrize(
    ("mode", "size"),
    [("L", (1, 1_000_000)), ("RGB", (9000, 9000)), ("1", (9_440, 9_440))],
    ids=["too long", "too much memory", "too many pixels"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_picture_is_too_large_before_it_is_decoded(mode: str, size: tuple[int, int]) -> None:
    content = io.BytesIO()
    Image.new(mode, (1, 1)).save(content, "BMP")
    header = bytearray(content.getvalue())
    header[18:26] = size[0].to_bytes(4, "little") + size[1].to_bytes(4, "little")
    with pytest.raises(PictureError) as raised, Document(bytes(header)) as document:
        document.decode()
    assert raised.value.code == "image_too_large"


def test_a_slow_decoder_is_given_small_pictures_only() -> None:
    numbers = b"P2 3000 3000 255 " + b"1 " * 100
    with pytest.raises(PictureError, match="PPM, more than 4 million"), Document(numbers) as document:
        document.decode()
