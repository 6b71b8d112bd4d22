"""A part of a picture: how it is named, and which pixels it is."""

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import PictureError, UsageError
from inkdigits.pictures.decode import Document
from inkdigits.pictures.region import Region


@pytest.mark.parametrize(
    ("given", "box"),
    [
        ("10,20,30,40", (10, 20, 40, 60)),
        (" 10 , 20 , 30 , 40 ", (10, 20, 40, 60)),
        ((10, 20, 30, 40), (10, 20, 40, 60)),
        (np.array([10, 20, 30, 40]), (10, 20, 40, 60)),
        ("10%,20%,50%,10%", (20, 20, 120, 30)),
        (["10%", 20, "50%", 40.5], (20, 20, 120, 61)),
        ("150,0,500,100%", (150, 0, 200, 100)),  # what reaches beyond the picture is cut off
        ("0,0,0.5%,1", (0, 0, 1, 1)),
    ],
)
def test_a_region_is_named_in_pixels_or_per_cent(given: object, box: tuple[int, ...]) -> None:
    region = Region.of(given)  # type: ignore[arg-type]
    assert region is not None
    assert region.on(200, 100) == box


@pytest.mark.parametrize(
    "given", ["", "1,2,3", "1,2,3,4,5", "-1,0,5,5", "a,b,c,d", "1,2,3,4\n5", "1;2;3;4", "nan,0,1,1", 7]
)
def test_what_is_no_region_is_a_clear_error(given: object) -> None:
    with pytest.raises(UsageError, match="is no X,Y,W,H; give pixels or per cent"):
        Region.of(given)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["5,5,0,10", "5,5,10,0%"])
def test_an_empty_region_is_a_clear_error(given: str) -> None:
    with pytest.raises(UsageError, match="is empty"):
        Region.of(given)


@pytest.mark.parametrize("given", ["200,0,5,5", "0,100%,5,5"])
def test_a_region_outside_the_picture_is_a_clear_error(given: str) -> None:
    region = Region.of(given)
    assert region is not None
    with pytest.raises(PictureError, match="outside the picture, which has 200×100 pixels") as raised:
        region.on(200, 100)
    assert raised.value.code == "region_outside"


def test_a_part_of_a_large_page_is_not_scaled_down_as_the_page_is() -> None:
    large = Image.new("L", (5000, 4000), 255)
    large.paste(0, (4000, 3000, 4010, 3020))
    with Document(large) as document:
        whole, part = document.decode(), document.decode(region=Region("3990,2990,40,50"))
    assert whole.grey.shape == (2000, 2500)
    assert part.grey.shape == (50, 40)
    assert (part.grey == 0).sum() == 200
    assert part.in_picture((10, 10, 10, 20)) == (4000, 3000, 10, 20)


def test_a_part_of_a_page_that_is_scaled_down_keeps_its_place() -> None:
    large = Image.new("L", (8000, 6000), 255)
    large.paste(0, (6000, 4400, 6400, 4800))
    with Document(large) as document:
        part = document.decode(region=Region("4000,50%,50%,3000"))
    dark = np.argwhere(part.grey < 128)
    (top, left), (bottom, right) = dark.min(axis=0).tolist(), (dark.max(axis=0) + 1).tolist()
    box = part.in_picture((left, top, right - left, bottom - top))
    assert box == pytest.approx((6000, 4400, 400, 400), abs=4)


def test_a_region_is_that_of_the_upright_picture() -> None:
    stored = Image.new("L", (300, 200), 255)
    stored.paste(0, (0, 150, 60, 200))  # at the upper left, once it stands upright
    stored.getexif()[0x0112] = 6  # as a camera writes it that was held on its side
    with Document(stored) as document:
        part = document.decode(region=Region("0,0,50,60"))
    assert part.grey.shape == (60, 50)
    assert (part.grey == 0).all()
