"""The real MNIST: found in its forms, divided as it should be, and asked for where it is offered."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inkdigits.data.mnist import MNIST, load_mnist
from inkdigits.data.splits import Collection
from inkdigits.data.stored_files import decompress, parse_idx
from inkdigits.errors import DataNotFoundError

# How often each digit occurs among the 60,000 and the 10,000, as everybody counts them.
OCCURRING = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
OCCURRING_IN_TEST = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.fixture(scope="module")
def mnist(mnist_dir: Path) -> Collection:
    return load_mnist("all", data_dir=mnist_dir, offline=True)


def test_it_has_its_three_splits(mnist: Collection) -> None:
    sizes = {split: len(mnist.select(split)) for split in ("train", "validation", "train+validation", "test", "all")}
    assert sizes == {"train": 55_000, "validation": 5_000, "train+validation": 60_000, "test": 10_000, "all": 70_000}
    assert mnist.select("train+validation").label_counts == OCCURRING
    assert mnist.select("test").label_counts == OCCURRING_IN_TEST


def test_its_pictures_stand_in_the_published_order(mnist: Collection) -> None:
    assert mnist.select("train+validation").labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.select("test").labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_validation_holds_each_digit_as_often_as_the_whole(mnist: Collection) -> None:
    counts = np.array(mnist.select("validation").label_counts)
    assert np.abs(counts - np.array(OCCURRING) / 12).max() < 1


def test_another_seed_draws_other_validation_digits_and_the_same_test(mnist: Collection, mnist_dir: Path) -> None:
    other = load_mnist("all", data_dir=mnist_dir, offline=True, validation_seed=1)
    assert other.select("validation").label_counts == mnist.select("validation").label_counts
    assert other.select("validation").sha256 != mnist.select("validation").sha256
    assert other.select("test").sha256 == mnist.select("test").sha256


def test_the_published_checksums_hold_for_an_npz_of_the_real_files(
    mnist: Collection, mnist_dir: Path, tmp_path: Path
) -> None:
    files = {file.key: next(mnist_dir.glob(f"mnist/{file.name}*")) for file in MNIST.files}
    arrays = {key: parse_idx(decompress(path.read_bytes(), path.name), path.name) for key, path in files.items()}
    np.savez(tmp_path / "mnist.npz", **arrays)  # type: ignore[arg-type]
    found = load_mnist("test", data_dir=tmp_path, offline=True)
    assert found.location == str(tmp_path / "mnist.npz")
    assert found.select("test").sha256 == mnist.select("test").sha256


def test_each_mirror_is_asked_through_the_proxy(
    serve: Callable[[Callable[[BaseHTTPRequestHandler], None]], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda request: request.send_error(403))
    monkeypatch.setenv("https_proxy", proxy.url)
    with pytest.raises(DataNotFoundError, match=r"\(OSSCI: .*403.*; CVDF: .*403.*; Keras: .*403") as caught:
        load_mnist("all")
    assert proxy.requests == [
        "ossci-datasets.s3.amazonaws.com:443",
        "storage.googleapis.com:443",
        "storage.googleapis.com:443",
    ]
    assert len(str(caught.value).splitlines()) == 1
