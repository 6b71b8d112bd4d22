"""What programs bring as a picture: each is read, or gets a short error that is true."""

import base64
import io
import pickle
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image

from inkdigits.errors import PictureError
from inkdigits.pictures.contents import NamedBytes
from inkdigits.pictures.decode import decode, name_of, rereadable

GREY = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
COLOURS = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)


def png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(GREY).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("picture", "name"),
    [
        (bytearray(png()), "bytes"),
        (memoryview(png()), "bytes"),
        (f"data:image/png;base64,{base64.b64encode(png()).decode()}", "data URL"),
        (f"data:image/png,{quote(png())}", "data URL"),
        (GREY[None], "array"),
        (GREY[:, :, None], "array"),
        (GREY.reshape(1, 784), "array"),
        (GREY.ravel(), "array"),
        (GREY / 255, "array"),
    ],
    ids=lambda value: "",
)
def test_bytes_urls_and_arrays_of_other_shapes_are_read(picture: object, name: str) -> None:
    assert np.array_equal(decode(picture).grey, GREY)  # type: ignore[arg-type]
    assert name_of(picture) == name  # type: ignore[arg-type]


def test_channels_may_come_first() -> None:
    assert np.array_equal(decode(np.moveaxis(COLOURS, 2, 0)).grey, decode(COLOURS).grey)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.uint16])
def test_zeros_and_ones_are_paper_and_ink(kind: type) -> None:
    assert np.array_equal(decode((GREY > 127).astype(kind)).grey, (GREY > 127) * 255)


def test_tensors_are_read_also_with_gradients() -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(GREY / 255, dtype=torch.float32)
    for given in (tensor, tensor[None], tensor.requires_grad_()):
        assert np.abs(decode(given).grey.astype(int) - GREY).max() <= 1
    with pytest.raises(PictureError, match="Tensor cannot be taken as an array; give a numpy array"):
        decode(tensor.bfloat16())


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (io.StringIO("seven.png"), "the picture is open as text; open it as binary"),
        ("data:image/png;base64,iVBORw0KGgo" * 20_000, "the data URL is not base64, or is cut short"),
        ("data:image/png;base64,iVBORw0KGgo=", "cannot read the picture: it is not a picture"),
        ("iVBORw0KGgo" * 20_000, "iVBORw0KGgo…"),
        (GREY.reshape(4, 196), None),
        (GREY.reshape(2, 14, 28), "an array of shape (2, 14, 28)"),
    ],
    ids=lambda value: "",
)
def test_what_cannot_be_read_is_a_short_error(picture: object, said: str | None) -> None:
    if said is None:
        assert decode(picture).grey.shape == (4, 196)  # type: ignore[arg-type]
        return
    with pytest.raises(PictureError) as raised:
        decode(picture)  # type: ignore[arg-type]
    assert said.partition("…")[0] in str(raised.value)
    assert len(str(raised.value)) < 500


def test_a_file_that_is_open_as_text_or_closed_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    path.write_bytes(png())
    with path.open() as file, pytest.raises(PictureError, match="open as text; open it as binary"):
        rereadable(file)  # type: ignore[arg-type]
    with path.open("rb") as file:
        pass
    with pytest.raises(PictureError, match=r"cannot read the picture: .*closed file") as raised:
        rereadable(file)
    assert raised.value.code == "unreadable"


def test_the_bytes_of_a_file_keep_their_name_in_another_process() -> None:
    named = NamedBytes(b"content", "bucket/scan.png")
    there = pickle.loads(pickle.dumps(named))  # noqa: S301 - it is our own
    assert (there, name_of(there)) == (b"content", "bucket/scan.png")
