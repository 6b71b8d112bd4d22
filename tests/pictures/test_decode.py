import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.decode import decode, name_of

MODES = ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I;16", "I", "F"]
ORIENTATIONS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene() -> Image.Image:
    """An L-shaped stroke, black on white, that looks different from every side."""
    levels = np.full((40, 30), 255, np.uint8)
    levels[5:30, 6:10] = 0
    levels[26:30, 6:22] = 0
    return Image.fromarray(levels)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header promises many pixels and whose body holds none."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_gives_the_same_grey_levels(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(scene()).astype(np.uint16) * 257)
    elif mode == "PA":
        image = scene().convert("LA").convert("PA")
    else:
        image = scene().convert("RGB").convert(mode) if mode in ("HSV", "YCbCr", "CMYK") else scene().convert(mode)
    assert image.mode == mode
    page = decode(image)
    assert page.grey.dtype == np.uint8
    assert np.abs(page.grey.astype(int) - np.asarray(scene())).max() <= 2


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        *(("TIFF", mode) for mode in ("1", "L", "RGB", "RGBA", "CMYK", "I;16", "F")),
        *(
            ("GIF", "P"),
            ("BMP", "RGB"),
            ("PPM", "L"),
            ("WEBP", "RGB"),
            ("JPEG", "L"),
            ("JPEG", "CMYK"),
            ("JPEG2000", "RGB"),
        ),
    ],
)
def test_every_file_format_gives_the_same_grey_levels(kind: str, mode: str) -> None:
    image = Image.fromarray(np.asarray(scene()).astype(np.uint16) * 257) if mode == "I;16" else scene().convert(mode)
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
    difference = decode(encoded(image, kind, **options)).grey.astype(int) - np.asarray(scene())
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_exif_rotation_is_undone(kind: str, orientation: int) -> None:
    turn = ORIENTATIONS[orientation]
    stored = scene() if turn is None else scene().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = decode(encoded(stored.convert("RGB"), kind, exif=exif))
    assert (page.width, page.height) == scene().size
    assert np.abs(page.grey.astype(int) - np.asarray(scene())).mean() < 6


@pytest.mark.parametrize(
    "array",
    [
        np.asarray(scene()),
        np.asarray(scene()) / 255,
        np.asarray(scene()).astype(np.float32),
        np.asarray(scene()) > 0,
        np.asarray(scene()).astype(np.uint16) * 16,
        np.asarray(scene()).astype(np.int64),
        np.asarray(scene())[..., None],
        np.asarray(scene().convert("RGB")),
        np.asarray(scene().convert("RGBA")),
        np.asarray(scene().convert("RGB")) / 255,
        np.asarray(scene())[:, ::-1][:, ::-1],
    ],
    ids=["uint8", "float64", "float 255", "bool", "12 bits", "int64", "(H,W,1)", "RGB", "RGBA", "float RGB", "strided"],
)
def test_every_kind_of_array_gives_the_same_grey_levels(array: np.ndarray) -> None:
    assert np.abs(decode(array).grey.astype(int) - np.asarray(scene())).max() <= 1


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (40, 255), (255, 0), (220, 0)])
def test_ink_on_nothing_is_laid_on_the_opposite(ink: int, paper: int) -> None:
    image = Image.new("RGBA", scene().size, (ink, ink, ink))
    image.putalpha(scene().point(lambda level: 255 - level))
    grey = decode(encoded(image)).grey
    assert grey[0, 0] == paper
    assert grey[10, 8] == ink


@pytest.mark.parametrize(("sheet", "ink"), [(250, 10), (20, 240)])
def test_a_sheet_cut_out_of_nothing_is_laid_on_its_own_colour(sheet: int, ink: int) -> None:
    levels = np.where(np.asarray(scene()) > 0, sheet, ink).astype(np.uint8)
    image = Image.merge("LA", [Image.fromarray(levels), Image.new("L", scene().size, 255)])
    image.paste((0, 0), (0, 0, 30, 3))
    assert abs(int(decode(image).grey[0, 0]) - sheet) < 30


def test_a_path_bytes_a_stream_and_an_image_are_the_same_picture(tmp_path: Path) -> None:
    path = tmp_path / "name with spaces, ünïcode\nand a newline.png"
    path.write_bytes(encoded(scene()))
    kinds = [path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), scene()]
    pages = [decode(kind).grey for kind in kinds]
    assert all(np.array_equal(page, pages[0]) for page in pages)


def test_the_first_frame_of_an_animation_is_read() -> None:
    blank = Image.new("L", scene().size, 255)
    content = encoded(scene(), "GIF", save_all=True, append_images=[blank])
    assert np.array_equal(decode(content).grey, np.asarray(scene()))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_is_scaled_down_and_keeps_its_own_size(kind: str) -> None:
    page = decode(encoded(scene().resize((3000, 4000)), kind))
    assert (page.width, page.height) == (3000, 4000)
    assert page.grey.size <= 5_000_000
    assert page.in_picture((0, 0, page.grey.shape[1], page.grey.shape[0])) == (0, 0, 3000, 4000)
    assert page.grey[page.grey.shape[0] // 2, page.grey.shape[1] // 4] < 10


def test_a_callers_image_is_left_as_it_was() -> None:
    image = Image.open(io.BytesIO(encoded(scene().resize((3000, 4000)), "JPEG")))
    decode(image)
    assert image.size == (3000, 4000)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"a letter, not a picture\n" * 40, "unreadable_image"),
        (encoded(scene())[:70], "unreadable_image"),
        (encoded(scene(), "JPEG")[:400], "unreadable_image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "unreadable_image"),
        (png_of_size(60_000, 60_000), "image_too_large"),
        (png_of_size(9_500, 9_500), "image_too_large"),
        (png_of_size(9_800, 9_000), "unreadable_image"),
    ],
    ids=["0 bytes", "text", "cut PNG", "cut JPEG", "PostScript", "bomb", "too large", "hollow"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bad_content_is_a_clear_error(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    with pytest.raises(PictureError) as raised:
        decode(path)
    assert raised.value.code == code
    assert "bad.png" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_bomb_is_an_error_where_warnings_are_too() -> None:
    with pytest.raises(PictureError, match="too large"):
        decode(png_of_size(9_500, 9_500))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_a_program_has_pillow_warn_of_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(PictureError, match="too large"):
        decode(encoded(scene()))


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(PictureError, match="256 MiB"):
        decode(path)


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "is_directory"), ("missing.png", "not_found"), ("file.txt/x.png", "not_found"), ("a\0b.png", "not_found")],
)
def test_what_is_no_file_is_a_clear_error(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "file.txt").write_text("text")
    with pytest.raises(PictureError) as raised:
        decode(f"{tmp_path}/{name}")
    assert raised.value.code == code


def test_a_file_that_may_not_be_read_is_a_clear_error() -> None:
    # The memory of a process is a file whose first page nobody can read, not even root.
    with pytest.raises(PictureError) as raised:
        decode("/proc/self/mem")
    assert raised.value.code == "unreadable"


def test_an_address_is_not_a_file() -> None:
    with pytest.raises(PictureError, match="download it first"):
        decode("https://example.org/seven.png")


@pytest.mark.parametrize(
    "thing", [None, 7, np.zeros(5), np.zeros((4, 4, 2)), np.zeros((0, 4)), np.array([["a"]]), io.StringIO("x")]
)
def test_what_is_no_kind_of_picture_is_a_clear_error(thing: object) -> None:
    with pytest.raises(PictureError):
        decode(thing)  # type: ignore[arg-type]


def test_numbers_that_are_not_finite_are_read_in_a_file_and_refused_in_an_array() -> None:
    levels = np.asarray(scene()).astype(np.float32)
    for odd in np.nan, np.inf, -np.inf:
        levels[0, 0] = odd
        assert np.array_equal(decode(Image.fromarray(levels)).grey[1:], np.asarray(scene())[1:])
        with pytest.raises(PictureError, match="the array holds NaN or infinity; give finite numbers"):
            decode(levels)


def test_pictures_have_names(tmp_path: Path) -> None:
    assert name_of(tmp_path / "a.png") == str(tmp_path / "a.png")
    assert [name_of(b""), name_of(np.zeros((2, 2))), name_of(scene()), name_of(io.BytesIO())] == [
        "bytes",
        "array",
        "image",
        "stream",
    ]
