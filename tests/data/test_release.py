"""A published data set: found in every form, fetched from whoever has it, and refused if it is another one."""

import gzip
import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.data.mnist import load_mnist
from inkdigits.data.release import Release
from inkdigits.data.stored_files import encode_idx
from inkdigits.errors import DataCorruptError, DataError, DataNotFoundError, OutputError
from inkdigits.settings import DATA_DIR_VARIABLE, cache_dir

Arrays = dict[str, np.ndarray]
Serve = Callable[[Callable[[BaseHTTPRequestHandler], None]], Any]
Offering = Callable[[dict[str, bytes]], Callable[[BaseHTTPRequestHandler], None]]


def npz(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def write(folder: Path, release: Release, arrays: Arrays, form: str) -> None:
    """Put a release into a folder in one of the forms in which people keep MNIST."""
    home = folder / release.name
    home.mkdir(parents=True)
    if form.startswith("npz"):
        ((home if form == "npz in its folder" else folder) / f"{release.name}.npz").write_bytes(npz(arrays))
        return
    for file in release.files:
        content = encode_idx(arrays[file.key])
        name = file.name.replace("-idx", ".idx") if form.startswith("dotted") else file.name
        if form.endswith("gzip"):
            (home / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (home / name).write_bytes(content)


def mirrored(release: Release, *urls: str) -> Release:
    return replace(release, mirrors={f"mirror {number}": url for number, url in enumerate(urls, start=1)})


def cached() -> set[str]:
    return {path.name for path in cache_dir().rglob("*") if path.is_file()}


@pytest.mark.parametrize("form", ["gzip", "plain", "dotted", "dotted gzip", "npz in its folder", "npz beside it"])
def test_every_form_is_found_and_gives_the_same(form: str, tmp_path: Path, release: Release, arrays: Arrays) -> None:
    write(tmp_path, release, arrays, form)
    collection = load_mnist("all", data_dir=tmp_path, offline=True, release=release)
    np.testing.assert_array_equal(collection.images, np.concatenate([arrays["x_train"], arrays["x_test"]]))
    np.testing.assert_array_equal(collection.labels, np.concatenate([arrays["y_train"], arrays["y_test"]]))
    assert collection.location.startswith(str(tmp_path))


def test_folders_are_looked_into_in_their_order(
    tmp_path: Path, release: Release, arrays: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    def place() -> str:
        return load_mnist("all", data_dir=tmp_path / "named", offline=True, release=release).location

    write(cache_dir(), release, arrays, "plain")
    assert place() == str(cache_dir() / "mnist")
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "variable"))
    write(tmp_path / "variable", release, arrays, "plain")
    assert place() == str(tmp_path / "variable" / "mnist")
    write(tmp_path / "named", release, arrays, "plain")
    assert place() == str(tmp_path / "named" / "mnist")


def test_a_folder_that_lacks_a_file_is_passed_over(tmp_path: Path, release: Release, arrays: Arrays) -> None:
    write(tmp_path, release, arrays, "plain")
    (tmp_path / "mnist" / "t10k-labels-idx1-ubyte").unlink()
    assert len(load_mnist("train", data_dir=tmp_path, offline=True, release=release).labels) == 120
    with pytest.raises(DataNotFoundError, match="mnist is not in"):
        load_mnist("test", data_dir=tmp_path, offline=True, release=release)


def test_training_never_opens_the_test_files(tmp_path: Path, release: Release, arrays: Arrays) -> None:
    write(tmp_path, release, arrays, "plain")
    (tmp_path / "mnist" / "t10k-images-idx3-ubyte").write_bytes(b"not to be looked at")
    collection = load_mnist("train+validation", data_dir=tmp_path, offline=True, release=release)
    assert [len(collection.select(split)) for split in ("train", "validation")] == [110, 10]


def test_a_folder_that_cannot_be_looked_into_is_named(release: Release) -> None:
    with pytest.raises(DataError, match=r"a{300}"):
        load_mnist("train", data_dir="a" * 300, offline=True, release=release)


def test_the_home_folder_of_nobody_is_no_folder(release: Release) -> None:
    with pytest.raises(DataNotFoundError, match="mnist is not in ~no-such-user/data"):
        load_mnist("train", data_dir="~no-such-user/data", offline=True, release=release)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda content: content[:-10], "is cut short"),
        (lambda content: content + b"\0", "bytes left over"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "is not the train-images-idx3-ubyte"),
        (lambda content: content[:4] + bytes(12) + content[16:], "bytes left over"),
        (lambda content: b"\0\0\x0d" + content[3:], "type 0x0d"),
        (lambda content: encode_idx(np.zeros((120, 784), np.uint8)), "is not the train-images-idx3-ubyte"),
        (lambda content: encode_idx(np.zeros((120, 28, 28), np.uint8)), "is not the train-images-idx3-ubyte"),
        (lambda content: b"<html>not found</html>", "is no IDX file"),
        (lambda content: b"", "is no IDX file"),
    ],
    ids=["cut", "longer", "one bit", "dimensions", "type", "flat", "other content", "text", "empty"],
)
@pytest.mark.parametrize("form", ["gzip", "plain"])
def test_a_damaged_file_is_named_and_not_used(
    spoil: Callable[[bytes], bytes], said: str, form: str, tmp_path: Path, release: Release, arrays: Arrays
) -> None:
    write(tmp_path, release, arrays, form)
    path = next((tmp_path / "mnist").glob("train-images*"))
    spoiled = spoil(encode_idx(arrays["x_train"]))
    path.write_bytes(gzip.compress(spoiled) if form == "gzip" else spoiled)
    with pytest.raises(DataCorruptError, match=said) as caught:
        load_mnist("train", data_dir=tmp_path, offline=True, release=release)
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).endswith("delete it and run 'inkdigits data fetch mnist', or put a whole one there")


def test_a_gzip_file_that_is_cut_short_is_named(tmp_path: Path, release: Release, arrays: Arrays) -> None:
    write(tmp_path, release, arrays, "gzip")
    path = tmp_path / "mnist" / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataCorruptError, match=r"train-images-idx3-ubyte\.gz is a gzip file cut short"):
        load_mnist("train", data_dir=tmp_path, offline=True, release=release)


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _pickled(arrays: Arrays) -> bytes:
    return npz(arrays | {"x_train": np.array([print], dtype=object)})


def _packed_by_unknown_means(arrays: Arrays) -> bytes:
    content = bytearray(npz(arrays))
    content[content.index(b"PK\1\2") + 10] = 99  # the method in the directory's first entry
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_pickled, "damaged .npz file"),
        (lambda arrays: npz({"y_train": arrays["y_train"]}), "holds no array called x_train"),
        (lambda arrays: npz(arrays | {"x_train": arrays["x_train"] / 255}), "x_train in .* holds no unsigned bytes"),
        (lambda arrays: npz(arrays | {"x_train": np.zeros_like(arrays["x_train"])}), "is not the train-images"),
        (lambda arrays: npz(arrays)[:-50], "damaged .npz file"),
        (lambda arrays: _npy(arrays["x_train"]), "damaged .npz file"),
        (_packed_by_unknown_means, "damaged .npz file"),
        (lambda arrays: b"", "damaged .npz file"),
    ],
    ids=[
        "pickled objects",
        "missing array",
        "floats",
        "other content",
        "cut short",
        "one array",
        "unknown method",
        "empty",
    ],
)
def test_a_wrong_npz_is_refused(
    content: Callable[[Arrays], bytes], said: str, tmp_path: Path, release: Release, arrays: Arrays
) -> None:
    (tmp_path / "mnist.npz").write_bytes(content(arrays))
    with pytest.raises(DataCorruptError, match=said) as caught:
        load_mnist("train", data_dir=tmp_path, offline=True, release=release)
    assert str(tmp_path / "mnist.npz") in str(caught.value)


@given(data=st.data())
def test_a_changed_npz_is_never_taken_for_another(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, release: Release, arrays: Arrays
) -> None:
    content = bytearray(npz({"y_train": arrays["y_train"]}))
    for _ in range(data.draw(st.integers(1, 3), "changes")):
        content[data.draw(st.integers(0, len(content) - 1), "place")] = data.draw(st.integers(0, 255), "byte")
    path = tmp_path_factory.getbasetemp() / "changed.npz"
    path.write_bytes(content)
    with suppress(DataCorruptError):
        np.testing.assert_array_equal(release.read(release.files[1], path), arrays["y_train"])


def test_images_and_labels_that_differ_in_number_are_refused(
    tmp_path: Path, arrays: Arrays, publish: Callable[[Arrays], Release]
) -> None:
    fewer = arrays | {"y_train": arrays["y_train"][:-1]}
    write(tmp_path, publish(fewer), fewer, "plain")
    with pytest.raises(DataCorruptError, match="mnist has 120 images but 119 labels"):
        load_mnist("train", data_dir=tmp_path, offline=True, release=publish(fewer))


def test_a_label_over_nine_is_refused(tmp_path: Path, arrays: Arrays, publish: Callable[[Arrays], Release]) -> None:
    wrong = arrays | {"y_test": np.where(np.arange(30) == 4, 10, arrays["y_test"]).astype(np.uint8)}
    write(tmp_path, publish(wrong), wrong, "plain")
    with pytest.raises(DataCorruptError, match="label 4 of mnist is 10, not a digit from 0 to 9"):
        load_mnist("test", data_dir=tmp_path, offline=True, release=publish(wrong))


def test_a_mirror_is_asked_once_and_then_never_again(
    serve: Serve, offering: Offering, release: Release, idx_files: dict[str, bytes]
) -> None:
    server = serve(offering(idx_files))
    told: set[str] = set()
    for _ in range(2):
        collection = load_mnist(
            "all",
            release=mirrored(release, f"{server.url}mnist/"),
            progress=lambda doing, done, total: told.add(doing),
        )
        assert len(collection.labels) == 150
    assert told == {f"downloading {name}" for name in idx_files}
    assert sorted(server.requests) == sorted(f"/mnist/{name}" for name in idx_files)
    assert cached() == set(idx_files)


def test_a_mirror_may_hold_one_npz(serve: Serve, offering: Offering, release: Release, arrays: Arrays) -> None:
    server = serve(offering({"mnist.npz": npz(arrays)}))
    assert len(load_mnist("all", release=mirrored(release, f"{server.url}mnist.npz")).labels) == 150
    assert cached() == {"mnist.npz"}


def _stall(request: BaseHTTPRequestHandler) -> None:
    request.server.closing.wait()  # type: ignore[attr-defined]


def _cut_short(files: dict[str, bytes]) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        content = files[request.path.rpartition("/")[2]]
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content[: len(content) // 2])

    return answer


@pytest.mark.parametrize("fault", ["missing", "silent", "cut short", "wrong content", "a page"])
def test_what_one_mirror_cannot_give_the_next_one_does(
    fault: str, serve: Serve, offering: Offering, release: Release, idx_files: dict[str, bytes]
) -> None:
    other = gzip.compress(encode_idx(np.zeros((120, 28, 28), np.uint8)))
    bad = serve(
        {
            "missing": offering({}),
            "silent": _stall,
            "cut short": _cut_short(idx_files),
            "wrong content": offering(dict.fromkeys(idx_files, other)),
            "a page": offering(dict.fromkeys(idx_files, b"<html>Sign in to the network</html>")),
        }[fault]
    )
    good = serve(offering(idx_files))
    assert len(load_mnist("all", release=mirrored(release, bad.url, good.url)).labels) == 150
    assert len(bad.requests) == 1
    assert len(good.requests) == 4

    (cache := cache_dir() / "mnist").rename(cache.with_name("kept"))
    with pytest.raises(DataNotFoundError, match="no mirror has it"):
        load_mnist("all", release=mirrored(release, bad.url))
    assert list(cache.iterdir()) == []


def test_files_that_came_whole_are_kept_and_not_fetched_again(
    serve: Serve, offering: Offering, release: Release, idx_files: dict[str, bytes]
) -> None:
    first_two = dict(list(idx_files.items())[:2])
    half, whole = serve(offering(first_two)), serve(offering(idx_files))
    with pytest.raises(DataNotFoundError, match="no mirror has it"):
        load_mnist("all", release=mirrored(release, half.url))
    assert cached() == set(first_two)
    assert len(load_mnist("all", release=mirrored(release, whole.url)).labels) == 150
    assert {path.lstrip("/") for path in whole.requests} == set(idx_files) - set(first_two)


def test_when_no_mirror_has_it_one_line_says_what_was_tried_and_what_to_do(
    serve: Serve, offering: Offering, release: Release, deaf_url: str, tmp_path: Path
) -> None:
    urls = serve(offering({})).url, serve(_stall).url, deaf_url
    with pytest.raises(DataNotFoundError) as caught:
        load_mnist("all", data_dir=tmp_path, release=mirrored(release, *urls))
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert "mirror 1: HTTP 404; mirror 2: no answer within 0.5 s; mirror 3: Connection refused" in message.replace(
        "timed out", "no answer within 0.5 s"
    )
    assert f"put its files into {tmp_path / 'mnist'} or set {DATA_DIR_VARIABLE}" in message


def test_offline_never_asks(serve: Serve, offering: Offering, release: Release, idx_files: dict[str, bytes]) -> None:
    server = serve(offering(idx_files))
    with pytest.raises(DataNotFoundError, match="no offline=True"):
        load_mnist("all", offline=True, release=mirrored(release, server.url))
    assert server.requests == []
    assert not cache_dir().exists()


def test_a_cache_that_cannot_be_written_to_is_a_clear_error(
    serve: Serve, offering: Offering, release: Release, idx_files: dict[str, bytes]
) -> None:
    cache_dir().parent.mkdir(exist_ok=True)
    cache_dir().write_bytes(b"a file stands in the way")
    server = serve(offering(idx_files))
    with pytest.raises(OutputError, match=r"cannot write .*mnist"):
        load_mnist("all", release=mirrored(release, server.url))
    assert server.requests == []
