import io
from contextlib import suppress

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inkdigits.data.hands.hand_digits import single_digit
from inkdigits.errors import PictureError
from inkdigits.samples import sample_pictures

MARKER = next(path for path in sample_pictures() if path.name == "marker.png")


def sample() -> Image.Image:
    return Image.open(MARKER).convert("L")


def variants() -> dict[str, Image.Image]:
    """The same digit in every polarity, mode and size."""
    grey = sample()
    inverted = grey.point(lambda level: 255 - level)
    clear = Image.new("RGBA", grey.size, "black")
    clear.putalpha(inverted)
    light = Image.new("RGBA", grey.size, "white")
    light.putalpha(inverted)
    return {
        "inverted": inverted,
        "1": grey.convert("1", dither=Image.Dither.NONE),
        "RGB": grey.convert("RGB"),
        "CMYK": grey.convert("RGB").convert("CMYK"),
        "P": grey.convert("P"),
        "16 bits": Image.fromarray(np.asarray(grey).astype(np.uint16) * 257),
        "dark on nothing": clear,
        "light on nothing": light,
        "on a larger page": Image.fromarray(np.pad(np.asarray(grey), 150, mode="edge")),
        "double": grey.resize((2 * grey.width, 2 * grey.height), Image.Resampling.BICUBIC),
        "dim": grey.point(lambda level: 60 + level // 3),
    }


@pytest.mark.parametrize("name", variants())
def test_a_digit_looks_the_same_however_it_is_stored(name: str) -> None:
    expected, found = single_digit(sample()), single_digit(variants()[name])
    assert expected is not None
    assert found is not None
    assert np.abs(found.astype(int) - expected).mean() < 6


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (280, 280)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_holds_no_digit(size: tuple[int, int], level: int) -> None:
    assert single_digit(Image.new("L", size, level)) is None


def test_a_very_long_picture_holds_its_digit() -> None:
    long = np.full((10, 20_000), 255, np.uint8)
    cv2.putText(long, "7", (9_000, 9), cv2.FONT_HERSHEY_SIMPLEX, 0.3, 0)
    image = single_digit(long)
    assert image is not None
    assert image.max() == 255


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_random_bytes_are_a_clear_error(content: bytes) -> None:
    with pytest.raises(PictureError):
        single_digit(content)


@settings(max_examples=150)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP"]), st.data())
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_file_is_a_digit_or_a_clear_error(kind: str, data: st.DataObject) -> None:
    stream = io.BytesIO()
    sample().resize((40, 45)).convert("RGB").save(stream, kind)
    content = bytearray(stream.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] ^= data.draw(st.integers(1, 255))
    with suppress(PictureError):
        image = single_digit(bytes(content[: data.draw(st.integers(1, len(content)))]))
        assert image is None or image.shape == (28, 28)
