"""A published data set: found in every form, fetched from whoever has it, and refused if it is another one."""

import dataclasses
import gzip
import http.server
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inkdigits.data.idx import encode_idx
from inkdigits.data.mirrors import Mirror, download
from inkdigits.data.mnist import load_mnist
from inkdigits.data.release import PublishedFile, Release
from inkdigits.errors import DataCorruptError, DataNotFoundError
from inkdigits.files import sha256
from inkdigits.settings import cache_dir

RANDOM = np.random.default_rng(0)
ARRAYS = {
    "train-images-idx3-ubyte": RANDOM.integers(0, 256, (120, 28, 28), np.uint8),
    "train-labels-idx1-ubyte": np.arange(120, dtype=np.uint8) % 10,
    "t10k-images-idx3-ubyte": RANDOM.integers(0, 256, (20, 28, 28), np.uint8),
    "t10k-labels-idx1-ubyte": np.arange(20, dtype=np.uint8) % 10,
}
KEYS = dict(zip(ARRAYS, ("x_train", "y_train", "x_test", "y_test"), strict=True))
FILES = tuple(PublishedFile(name, KEYS[name], sha256(encode_idx(array))) for name, array in ARRAYS.items())
SMALL = Release(name="small", files=FILES, mirrors=())


def write(folder: Path, *, form: str) -> None:
    """Put the small data set into a folder in one of the forms in which people keep MNIST."""
    home = folder / "small"
    home.mkdir(parents=True, exist_ok=True)
    if form.startswith("npz"):
        place = home if form == "npz in its folder" else folder
        np.savez_compressed(place / "small.npz", **{KEYS[name]: array for name, array in ARRAYS.items()})
        return
    for name, array in ARRAYS.items():
        content = encode_idx(array)
        if form == "gzip":
            (home / f"{name}.gz").write_bytes(gzip.compress(content))
        elif form == "plain":
            (home / name).write_bytes(content)
        else:
            (home / name.replace("-idx", ".idx")).write_bytes(content)


class Server:
    """A web server on loopback that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.delay = 0.0
        self.cut_short = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                time.sleep(outer.delay)
                content = outer.answers.get(self.path.rpartition("/")[2])
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) - outer.cut_short])

            def log_message(self, *arguments: object) -> None:
                """Keep the test's output to itself."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def hold_everything(self) -> None:
        self.answers = {f"{name}.gz": gzip.compress(encode_idx(array)) for name, array in ARRAYS.items()}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _no_data_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INKDIGITS_DATA_DIR", raising=False)


def mirrored(*mirrors: str) -> Release:
    named = tuple(Mirror(f"mirror {number}", url) for number, url in enumerate(mirrors))
    return dataclasses.replace(SMALL, mirrors=named, answer_within=0.5)


@pytest.mark.parametrize("form", ["gzip", "plain", "dotted", "npz in its folder", "npz beside"])
def test_every_form_is_found_and_gives_the_same(form: str, tmp_path: Path) -> None:
    write(tmp_path, form=form)
    collection = load_mnist("all", data_dir=tmp_path, offline=True, release=SMALL)
    np.testing.assert_array_equal(collection.images[:120], ARRAYS["train-images-idx3-ubyte"])
    np.testing.assert_array_equal(collection.labels[120:], ARRAYS["t10k-labels-idx1-ubyte"])
    assert str(tmp_path) in collection.location


def test_the_environment_variable_names_a_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, form="plain")
    monkeypatch.setenv("INKDIGITS_DATA_DIR", str(tmp_path))
    assert len(load_mnist("all", offline=True, release=SMALL).labels) == 140


def test_training_never_opens_the_test_files(tmp_path: Path) -> None:
    write(tmp_path, form="plain")
    (tmp_path / "small" / "t10k-images-idx3-ubyte").write_bytes(b"not to be looked at")
    collection = load_mnist("train", data_dir=tmp_path, offline=True, release=SMALL)
    assert len(collection.select("train")) == 110
    assert len(collection.select("validation")) == 10


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "cut short":
        path.write_bytes(content[:-10])
    elif how == "longer":
        path.write_bytes(content + b"\0")
    elif how == "other content":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "text":
        path.write_text("<html>not found</html>")
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("how", ["cut short", "longer", "other content", "text", "empty"])
@pytest.mark.parametrize("form", ["gzip", "plain"])
def test_a_damaged_file_is_named_and_not_used(how: str, form: str, tmp_path: Path) -> None:
    write(tmp_path, form=form)
    path = next((tmp_path / "small").glob("train-images*"))
    spoil(path, how)
    with pytest.raises(DataCorruptError, match=r"train-images.*; delete it and run 'inkdigits data fetch small'"):
        load_mnist("train", data_dir=tmp_path, offline=True, release=SMALL)


def test_an_npz_with_pickled_objects_is_refused(tmp_path: Path) -> None:
    arrays: dict[str, np.ndarray] = {key: np.array([object()], dtype=object) for key in KEYS.values()}
    np.savez(tmp_path / "small.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataCorruptError, match=r"small\.npz"):
        load_mnist("train", data_dir=tmp_path, offline=True, release=SMALL)


def test_images_and_labels_that_differ_in_number_are_refused(tmp_path: Path) -> None:
    fewer = ARRAYS["train-labels-idx1-ubyte"][:-1]
    files = (FILES[0], PublishedFile(FILES[1].name, "y_train", sha256(encode_idx(fewer))), *FILES[2:])
    write(tmp_path, form="plain")
    (tmp_path / "small" / FILES[1].name).write_bytes(encode_idx(fewer))
    with pytest.raises(DataCorruptError, match="120 images but 119 labels"):
        load_mnist("train", data_dir=tmp_path, offline=True, release=dataclasses.replace(SMALL, files=files))


def test_a_mirror_gives_what_is_missing_once(server: Server) -> None:
    server.hold_everything()
    told: list[str] = []
    release = mirrored(server.url)
    collection = load_mnist("all", release=release, progress=lambda doing, done, total: told.append(doing))
    assert len(collection.labels) == 140
    assert any("train-images" in doing for doing in told)
    asked = len(server.asked)
    load_mnist("all", release=release)
    assert len(server.asked) == asked == 4
    assert not list((cache_dir() / "small").glob("*.part"))


def test_what_one_mirror_cannot_give_the_next_one_does(server: Server) -> None:
    server.hold_everything()
    bad = Server()
    try:
        for spoiled in ("nothing", "wrong content", "cut short", "silence"):
            bad.answers = {} if spoiled == "nothing" else dict.fromkeys(server.answers, b"\x1f\x8b junk")
            bad.cut_short = 3 if spoiled == "cut short" else 0
            bad.delay = 2.0 if spoiled == "silence" else 0.0
            for path in (cache_dir() / "small").glob("*"):
                path.unlink()
            bad.asked.clear()
            assert len(load_mnist("all", release=mirrored(bad.url, server.url)).labels) == 140, spoiled
            assert bad.asked, spoiled
    finally:
        bad.close()


def test_when_no_mirror_has_it_one_line_says_what_was_tried_and_what_to_do(server: Server) -> None:
    with pytest.raises(DataNotFoundError) as caught:
        load_mnist("all", release=mirrored(server.url, "http://127.0.0.1:9/"))
    message = str(caught.value)
    assert "\n" not in message
    assert "mirror 0: HTTP 404" in message
    assert "mirror 1: Connection refused" in message
    assert "set INKDIGITS_DATA_DIR" in message


def test_offline_never_asks(server: Server) -> None:
    server.hold_everything()
    with pytest.raises(DataNotFoundError, match="no --offline"):
        load_mnist("all", offline=True, release=mirrored(server.url))
    assert server.asked == []


def test_a_proxy_is_respected(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers = {"file": b"through the proxy"}
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setattr(urllib.request, "_opener", None)  # it has looked at the environment already
    assert download("http://mirror.invalid/file", limit=1000) == b"through the proxy"
    assert server.asked == ["http://mirror.invalid/file"]


def test_more_than_the_limit_is_refused(server: Server) -> None:
    server.answers = {"file": bytes(100_000)}
    with pytest.raises(DataNotFoundError, match="larger than"):
        download(f"{server.url}file", limit=50_000)
