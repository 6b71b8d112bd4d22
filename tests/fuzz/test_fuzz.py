"""Whatever is brought ends in an answer or a clear error. A few tries here; `scripts/fuzz` goes on for an hour."""

import socket
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.data.folder import load_folder
from inkdigits.errors import InkdigitsError, ModelFileError, PictureError
from inkdigits.evaluation.labels import read_labels
from inkdigits.reading.classifier import BUNDLED, Classifier
from inkdigits.reading.model_file import find_model
from inkdigits.reading.reader import Reader

from ..service.conftest import Served, digit, serve, served  # noqa: F401 - fixtures of the tests that follow
from .strategies import damaged, files, messages, tensors

PICTURE = b"P5 28 28 255\n" + bytes(784)
MODEL = find_model(BUNDLED).read_bytes()
TABLE = b"path,label,writer\n0/a.png,7,me\n1/b.png,0,you\n"
STATUSES = {b"200", b"100", *(b"%d" % status for status in range(400, 500)), b"501", b"503", b"504", b"505"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("brought")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=1)


@given(content=files())
def test_a_file_is_read_or_refused(reader: Reader, content: bytes) -> None:
    with warnings.catch_warnings(action="ignore"), suppress(PictureError):
        for page in reader.read_pages(content):
            assert page.status in ("ok", "uncertain", "no_digit", "error")


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(content=damaged(MODEL))
def test_a_model_file_answers_with_probabilities_or_is_refused(folder: Path, content: bytes) -> None:
    path = folder / "model.onnx"
    path.write_bytes(content)
    with suppress(ModelFileError):
        said = Classifier(path, threads=1).predict_proba(np.zeros((2, 28, 28), np.uint8))
        assert said.shape == (2, 10)
        assert np.isfinite(said).all()


@given(content=damaged(TABLE) | st.text().map(str.encode))
def test_a_table_of_labels_is_read_or_refused(folder: Path, content: bytes) -> None:
    path = folder / "labels.csv"
    path.write_bytes(content)
    for load in (read_labels, load_folder):
        with suppress(InkdigitsError):
            assert load(path)


def assert_unhurt(served: Served) -> None:  # noqa: F811
    assert served.client.get("/v2/health/ready", headers={"Connection": "close"}).status_code == 200
    assert "Traceback" not in served.log.read_text()


@given(message=messages(PICTURE))
def test_every_message_is_answered_or_refused(served: Served, message: bytes) -> None:  # noqa: F811
    with served.connect() as connection, suppress(ConnectionError):
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        first = connection.recv(4096)
        assert not first or first.split()[1] in STATUSES, first
    assert_unhurt(served)


@given(body=tensors())
def test_every_tensor_is_answered_or_refused(served: Served, body: bytes) -> None:  # noqa: F811
    name = served.client.get("/v1/model", headers={"Connection": "close"}).json()["name"]
    # A connection of its own: one that was idle for a while may be closed just now.
    answer = served.client.post(f"/v2/models/{name}/infer", content=body, headers={"Connection": "close"})
    assert answer.status_code in (200, 400, 413, 415, 422), answer.text
    assert answer.status_code == 200 or answer.json()["error"]
    assert_unhurt(served)
