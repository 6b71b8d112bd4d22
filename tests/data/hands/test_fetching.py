"""Hands from a server with the layout of their public origins: made into what is known, or refused in one line."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inkdigits.data.hands import available, load_scans, load_strokes
from inkdigits.data.hands.catalogue import HANDS
from inkdigits.data.hands.description import check_hand
from inkdigits.data.hands.fetching import fetch_hand
from inkdigits.errors import DataCorruptError, DataNotFoundError
from inkdigits.settings import cache_dir

from .conftest import Keep, json_lines, npz
from .origins import origin, tar

Serve = Callable[..., Any]
Offering = Callable[[dict[str, bytes]], Any]


@pytest.fixture
def from_server(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Let a data set's origin be a server on this machine, which answers in one way."""

    def point(name: str, answer: Any) -> Any:
        server = serve(answer)
        monkeypatch.setitem(HANDS, name, replace(HANDS[name], archive=f"{server.url}archive/{name}.tar.gz"))
        return server

    return point


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("swiss", marks=pytest.mark.long),
        pytest.param("pendigits", marks=pytest.mark.long),
        "uji",
        "hwd1000",
        "omniglot",
    ],
)
def test_the_known_contents_come_out_of_an_origin_of_their_layout(
    name: str, hands_dir: Path, from_server: Callable[..., Any], offering: Offering
) -> None:
    server = from_server(name, offering({f"{name}.tar.gz": tar(origin(name, hands_dir / "hands"))}))
    told: set[str] = set()
    assert fetch_hand(name, progress=lambda doing, done, total: told.add(doing)) == ()
    check_hand(name)
    assert {path.name for path in (cache_dir() / "hands").iterdir()} == set(HANDS[name].files)
    assert f"downloading {name}.tar.gz" in told
    assert fetch_hand(name) == ()
    assert len(server.requests) == 1


def test_strokes_come_out_of_unipen_text_with_y_down(
    keep: Keep,
    know: Callable[..., None],
    pen_rows: list[dict[str, Any]],
    from_server: Callable[..., Any],
    offering: Offering,
) -> None:
    of_test = [row | {"writer": row["writer"].replace("train", "test")} for row in pen_rows]
    files = {"pendigits_train.jsonl.gz": json_lines(*pen_rows), "pendigits_test.jsonl.gz": json_lines(*of_test)}
    know("pendigits", files)
    from_server("pendigits", offering({"pendigits.tar.gz": tar(origin("pendigits", keep(files) / "hands"))}))
    fetch_hand("pendigits")
    assert load_strokes("pendigits", "test").writers.tolist() == np.repeat([31, 32, 33, 34], 5).tolist()


def test_scans_of_any_size_are_centred_on_their_paper(
    know: Callable[..., None], from_server: Callable[..., Any], offering: Offering
) -> None:
    def png(picture: Image.Image) -> bytes:
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()

    small = Image.new("L", (31, 40), 200)
    small.paste(10, (10, 10, 20, 30))
    clear = Image.new("RGBA", (60, 60), (0, 0, 0, 0))
    large = Image.new("L", (300, 150), 90)
    pictures = {"1/a.png": small, "2/b.png": clear, "3/c.png": large}
    files = {f"numbers/0001_CH4M/{path}": png(picture) for path, picture in pictures.items()}
    images = np.stack([np.full((100, 100), level, np.uint8) for level in (200, 255, 90)])
    images[0, 40:60, 44:54] = 10
    writers = np.array(["0001_CH4M"] * 3)
    know("swiss", {"swiss.npz": npz(images=images, labels=np.arange(1, 4, dtype=np.uint8), writers=writers)})
    from_server("swiss", offering({"swiss.tar.gz": tar(files)}))
    fetch_hand("swiss")
    np.testing.assert_array_equal(load_scans("swiss", "validation").images, images)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda files: tar({"README.md": b"nothing else"}), "it holds no digits of the 16 writers"),
        (lambda files: tar(dict(list(files.items())[:-5])), "the swiss.npz that is made of .* is another version"),
        (lambda files: tar(files)[:-2000], "is a damaged archive"),
        (lambda files: b"<html>Sign in to the network</html>", "it holds no digits of the 16 writers"),
        (lambda files: tar(files | {"numbers/0001_CH3M/0/x.png": b"\x89PNG"}), "x.png is a damaged picture"),
    ],
)
def test_what_becomes_something_else_is_refused_in_one_line_and_not_kept(
    content: Callable[[dict[str, bytes]], bytes],
    said: str,
    keep: Keep,
    know: Callable[..., None],
    swiss_arrays: dict[str, np.ndarray],
    from_server: Callable[..., Any],
    offering: Offering,
) -> None:
    file = {"swiss.npz": npz(**swiss_arrays)}
    know("swiss", file)
    folder = keep(file) / "hands"
    from_server("swiss", offering({"swiss.tar.gz": content(origin("swiss", folder))}))
    with pytest.raises(DataCorruptError, match=said) as caught:
        fetch_hand("swiss")
    assert len(str(caught.value).splitlines()) == 1
    assert "nothing is kept" in str(caught.value)
    assert list((cache_dir() / "hands").iterdir()) == []


def test_an_origin_that_does_not_answer_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, deaf_url: str, keep: Keep
) -> None:
    monkeypatch.setitem(HANDS, "uji", replace(HANDS["uji"], archive=f"{deaf_url}uji.tar.gz"))
    folder = keep({})
    with pytest.raises(DataNotFoundError, match=r"and its origin cannot be had \(Connection refused\)") as caught:
        fetch_hand("uji", folder)
    assert len(str(caught.value).splitlines()) == 1
    assert f"there is no uji_v1.jsonl.gz in {folder / 'hands'}" in str(caught.value)
    assert "put it there, or set INKDIGITS_DATA_DIR" in str(caught.value)


def test_offline_never_asks(from_server: Callable[..., Any], offering: Offering) -> None:
    server = from_server("uji", offering({}))
    with pytest.raises(DataNotFoundError, match="no offline=True"):
        fetch_hand("uji", offline=True)
    assert server.requests == []


def test_what_is_on_disk_is_named_and_what_is_not_is_left_out(keep: Keep) -> None:
    assert available() == ()
    folder = keep({"swiss.npz": b"unread", "pendigits_train.jsonl.gz": b"one of two"})
    assert available(folder) == ("swiss",)
    (folder / "hands" / "fonts").mkdir()
    assert available(folder) == ("swiss",)
    (folder / "hands" / "fonts" / "a.ttf").write_bytes(b"unread")
    assert available(folder) == ("swiss", "fonts")
